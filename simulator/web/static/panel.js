// Controls of the assumptions: what is typed, dragged or chosen becomes a change of the scenario.

import { asShipped, withoutEntry, withoutValue, withValue } from "./scenario.js";

/** A number as people type it, with commas between thousands only, as "1,5" is no 15; null if it is none. */
export function number(text) {
  const plain = text.trim().replace("−", "-").replace(/^([-+]?)£/, "$1");
  const whole = /^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(plain) ? plain.replaceAll(",", "") : plain.replaceAll("_", "");
  const found = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(whole) ? Number(whole) : null;
  return Number.isFinite(found) ? found : null;
}

/** A number with commas, as people read it. */
const grouped = (text) => (Math.abs(Number(text)) >= 1e4 ? Number(text).toLocaleString("en-GB") : text);

/** A ratio as so much more or less, as `page_views.py` says it. */
export function means(ratio) {
  const percent = Number((Math.abs(ratio - 1) * 100).toPrecision(3));
  return ratio === 1 ? "the same" : `${percent.toLocaleString("en-GB")}% ${ratio > 1 ? "more" : "less"}`;
}

/** Listen to the controls in a panel. `told(path, value)` is called with each change; `undefined` takes it back. */
export function listen(panel, told) {
  panel.addEventListener("input", ({ target }) => {
    if (target.type !== "range") return;
    const field = document.getElementById(target.dataset.rangeOf);
    field.value = grouped(target.value);
    const unit = field.parentElement.querySelector(".app-unit")?.textContent ?? "";
    const told = field.parentElement.querySelector("[data-means]");
    if (told) told.textContent = means(Number(target.value));
    target.setAttribute("aria-valuetext", `${field.value} ${unit}${told ? `, ${told.textContent}` : ""}`.trim());
  });
  panel.addEventListener("change", ({ target }) => {
    const control = target.closest("[data-control]");
    if (control) change(control, target, told);
  });
  panel.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-reset]");
    if (button) told(button.dataset.reset, undefined);
  });
}

function change(control, target, told) {
  const path = control.dataset.control;
  const { type } = control.dataset;
  if (target.dataset.sure !== undefined) {
    control.querySelector(".app-own").hidden = target.value !== "own";
    if (target.value === "evidence") told(path, undefined);
    else told(path, value(control));
    return;
  }
  if (type === "number") {
    const slide = control.querySelector("input[type=range]");
    if (target.dataset.value !== undefined && slide && number(target.value) !== null) slide.value = number(target.value);
    const sure = control.querySelector("[data-sure]");
    if (sure?.value === "evidence") sure.value = control.dataset.carry ? "carried" : "certain";
    told(path, value(control));
  } else if (type === "words") told(path, target.value);
  else if (type === "flag") told(path, target.value === "true");
  else if (type === "month") {
    const part = (name) => control.querySelector(`[data-part=${name}]`).value.trim();
    if (!part("year") && !part("month")) told(path, undefined);
    else if (part("year") && part("month")) told(path, `${part("year")}-${part("month")}`);
  } else if (type === "ages") {
    const part = (name) => typed(control.querySelector(`[data-part=${name}]`).value);
    told(path, [part("youngest"), part("oldest")]);
  }
}

/** What is typed: a number if it is one, or else the text, of which the program says what is allowed. */
function typed(text) {
  return number(text) ?? text;
}

function value(control) {
  const text = control.querySelector("[data-value]").value;
  if (text.trim() === "") return undefined;
  const sure = control.querySelector("[data-sure]");
  const asTyped = "shrunk" in control.dataset ? { shrink: "none" } : {}; // or what is typed would not be what is run
  const certain = () => ("shrunk" in control.dataset ? { value: typed(text), ...asTyped } : typed(text));
  const spread = sure?.value === "carried" && JSON.parse(control.dataset.carry);
  const asFound = spread && sure.querySelector("[value=evidence]") && number(text) === spread.centre;
  if (asFound) return undefined; // the evidence itself
  if (spread) return carried(number(text), spread) ?? certain();
  if (sure?.value !== "own") return certain();
  const end = (name) => typed(control.querySelector(`[data-own=${name}]`).value);
  return { low: end("low"), mode: typed(text), high: end("high"), ...asTyped };
}

const SCALES = {
  plain: (end, from, to) => end + to - from,
  times: (end, from, to) => (end * to) / from,
  odds: (end, from, to) => {
    const odds = (share) => share / (1 - share);
    const found = (odds(end) * odds(to)) / odds(from);
    return end === 1 ? 1 : found / (1 + found);
  },
};

/** The spread of the evidence around another value, on the scale of the quantity; null where there is none around it. */
export function carried(to, { scale, centre, low, high, keys, least, most, beside }) {
  const [lowest, highest] = [least ?? -Infinity, most ?? Infinity];
  if (to === null || to < lowest || to > highest) return null;
  const whole = keys[0] === "mode"; // the ends are all there is, and may be no further than the field's bounds
  const end = (from) => {
    const found = Number(SCALES[scale](from, centre, to).toPrecision(6));
    return whole ? Math.max(lowest, Math.min(found, highest)) : found;
  };
  const [below, above] = [end(low), end(high)];
  if (!(below < above) || (whole ? to < below || to > above : to <= below || to >= above)) return null;
  return whole ? { mode: to, low: below, high: above, ...beside } : { [keys[0]]: to, [keys[1]]: [below, above], ...beside };
}

const MOST_CONTRASTS = 24;

const OTHERS = {
  shipped: asShipped,
  back: (state, { path }) => withoutValue(state, path),
  choice: (state, { path, value, type }) => withValue(state, path, type === "flag" ? value === "true" : value),
  without: (state, { path }) => withoutEntry(state, path),
};

/** Places where it is said what something does: each with the state to set beside, and what takes the answer. */
export function contrasts(panel, state) {
  return [...panel.querySelectorAll("[data-does]")]
    .filter((place) => !place.textContent && !place.closest(".app-details"))
    .slice(0, MOST_CONTRASTS)
    .map((place) => ({
      state: OTHERS[place.dataset.does](state, place.dataset),
      tell(answer) {
        const words = answer[place.dataset.does === "choice" ? "instead" : "more"];
        place.textContent = words ? `${place.dataset.begins} ${words}` : "";
      },
    }));
}

/** Open the card of an intervention and go there. */
export function openCard(panel, id) {
  const card = panel.querySelector(`[data-card="${CSS.escape(id)}"]`);
  if (!card) return;
  card.open = true;
  card.querySelector("summary").focus();
}

/** Put another panel in the place of one, and leave the reader where they are. */
export function replacePanel(panel, html) {
  const made = new DOMParser().parseFromString(html, "text/html");
  const opened = new Set([...panel.querySelectorAll("details[open]")].map((one) => one.id));
  const known = new Set([...panel.querySelectorAll("details")].map((one) => one.id));
  const focused = panel.contains(document.activeElement) ? document.activeElement.id : "";
  for (const one of made.querySelectorAll("details")) {
    if (known.has(one.id)) one.open = opened.has(one.id);
  }
  panel.replaceChildren(...made.body.childNodes);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** Tell what is wrong beside the field it is about; return the field that was found. */
export function showProblem(panel, path, words) {
  let where = path;
  while (where) {
    const control = panel.querySelector(`[data-control="${CSS.escape(where)}"]`);
    if (control) {
      control.classList.add("app-error");
      const error = control.querySelector(".govuk-error-message");
      error.textContent = words;
      error.hidden = false;
      for (let holder = control.closest("details"); holder; holder = holder.parentElement.closest("details")) holder.open = true;
      const field = control.querySelector("input:not([type=range]), select");
      field?.setAttribute("aria-invalid", "true");
      return field;
    }
    where = where.slice(0, Math.max(0, where.lastIndexOf(".")));
  }
  return null;
}

/** Take back what was told of fields. */
export function clearProblems(panel) {
  for (const one of panel.querySelectorAll(".app-error")) one.classList.remove("app-error");
  for (const one of panel.querySelectorAll(".govuk-error-message")) one.hidden = true;
  for (const one of panel.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
}
