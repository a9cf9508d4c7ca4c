// The page: one state, changed step by step; what it gives is asked for, and an older answer never overtakes a newer one.

import { ask, askFile, askText, listenTo, Refused } from "./asking.js";
import { kept, save, showCharts, size } from "./charts.js";
import { clearProblems, contrasts, listen, openCard, replacePanel, showProblem } from "./panel.js";
import * as scenario from "./scenario.js";

const $ = (id) => document.getElementById(id);
const data = JSON.parse($("page-data").textContent);
const page = {
  state: data.state,
  answered: data.state, // of which the results, the link and all files are
  panel: "", // the assumptions of an answered state, as they came
  ids: data.ids,
  names: data.names,
  tab: data.view.tab,
  differences: data.differences,
  undone: [],
  done: [],
  asking: null,
  number: 0,
  added: "", // the intervention whose controls are to be shown when they are there
  stale: false, // whether the assumptions that are shown are of an earlier state
};

const width = () => Math.max(320, Math.min(1000, Math.round($("charts").clientWidth || 760)));
const look = () => ({ tab: page.tab, width: width(), differences: page.differences });
const files = (chart, what) => askFile({ state: page.answered, ...look(), chart, what });

/** Change the scenario that is shown. */
function change(state) {
  const title = $("other").querySelector(`[value="${CSS.escape(scenario.shown(state).extends ?? "")}"]`)?.textContent;
  go(title ? scenario.sayingChanged(state, title) : state);
}

/** Go to another state; the one before can be had again. */
function go(state) {
  page.done.push(page.state);
  page.undone = [];
  page.state = state;
  refresh();
}

function step(from, to) {
  if (!from.length) return;
  to.push(page.state);
  page.state = from.pop();
  refresh();
}

/** Go back to what was answered last, as nobody waits for what was asked since; the changes since can be made again. */
function backToAnswered() {
  const [from, to] = page.done.includes(page.answered) ? [page.done, page.undone] : [page.undone, page.done];
  while (page.state !== page.answered && from.length) {
    to.push(page.state);
    page.state = from.pop();
  }
  page.stale = false;
  page.added = "";
  replacePanel($("panel"), page.panel);
  if ($("area")) $("area").value = scenario.shown(page.state).areas?.join(", ") ?? "England";
  named();
  buttons();
  problems([]);
}

/** Stop what is asked: results, assumptions, link and files are of one state again. */
function stop() {
  page.asking?.abort();
  const number = ++page.number;
  const undone = page.state !== page.answered;
  if (undone) backToAnswered();
  busy(false);
  const words = undone ? "Stopped: the change is taken back, and Redo makes it again." : "Stopped before all draws had come.";
  $("range").textContent = `${words} ${page.range}`;
  $("spoken").textContent = words;
  $("headline").focus();
  const asking = new AbortController();
  const current = () => number === page.number;
  page.asking = asking;
  const renewed = page.stale ? renew(asking.signal, current) : Promise.resolve();
  renewed.then(() => weigh(asking.signal, current)).catch(() => {});
}

/** Ask for what a state gives, and show it as it comes; what else is shown of a state that is refused is of the one before. */
async function refresh({ panel = true, quiet = false } = {}) {
  page.stale ||= panel;
  const state = panel || !page.refused ? page.state : page.answered;
  page.asking?.abort();
  const asking = new AbortController();
  const number = ++page.number;
  const current = () => number === page.number;
  page.asking = asking;
  let renewed, first, last;
  buttons();
  busy(true, quiet ? "" : "Working");
  try {
    await listenTo("run", { state, ...look() }, asking.signal, (name, told) => {
      if (!current()) return;
      if (name === "problems") throw new Refused(told.problems);
      if (name === "end") return;
      first ??= told;
      last = told;
      if (told.link) {
        page.answered = state;
        address(told.link);
      }
      show(told);
      if (told.link && state === page.state) {
        problems([]);
        if (!quiet) $("spoken").textContent = told.view.spoken;
        if (page.stale) renewed = renew(asking.signal, current);
      }
      progress(told.done, told.of);
    });
    await renewed;
    if (!current()) return;
    busy(false);
    if (first && last.done > first.done) $("spoken").textContent = last.view.spoken; // medians stand where central figures were
    await weigh(asking.signal, current).catch(() => {}); // it stands beside, and nobody waits for it
  } catch (error) {
    if (error.name === "AbortError" || !current()) return;
    busy(false);
    const gone = [{ path: "", what: "the program does not answer; your changes are kept in this page, so try again" }];
    problems(error instanceof Refused ? error.problems : gone);
  }
}

/** Say beside each change, choice and measure what it does: the scenario is set beside those without it. */
async function weigh(signal, current) {
  const places = contrasts($("panel"), page.state);
  if (!places.length) return;
  await listenTo("against", { state: page.state, others: places.map((one) => one.state) }, signal, (name, told) => {
    if (current() && name === "against") places[told.at].tell(told);
  });
}

async function renew(signal, current) {
  try {
    const html = await askText("/explore/panel", { state: page.state }, signal);
    if (!current()) return;
    page.stale = false;
    page.panel = html;
    replacePanel($("panel"), html);
    named();
    if (page.added) openCard($("panel"), page.added);
    page.added = "";
  } catch (error) {
    if (error.name !== "AbortError" && !(error instanceof Refused)) throw error;
  }
}

function named() {
  const { names, ids } = $("changes").dataset;
  [page.names, page.ids] = [JSON.parse(names), JSON.parse(ids)];
  heading();
}

function heading() {
  const name = page.names[page.state.at ?? 0];
  const area = scenario.shown(page.state).areas?.join(", ");
  $("name-shown").textContent = name;
  if (area && !page.state.own) $("area-shown").textContent = area;
  else if (!page.state.own) $("area-shown").textContent = $("area").value || "England";
  if (document.activeElement !== $("scenario-name")) $("scenario-name").value = name;
  document.title = `${name}, ${$("area-shown").textContent} – care-demand`;
  scenarios();
}

function show({ view }) {
  $("headline").replaceChildren(
    ...view.headline.map((text) => Object.assign(document.createElement("p"), { textContent: kept(text) })),
  );
  page.range = view.range;
  $("range").textContent = view.range;
  $("tabs").replaceChildren(...view.tabs.map(tabLink));
  for (const one of document.querySelectorAll("[data-of]")) one.hidden = !view.tabs.some(({ key }) => key === one.dataset.of);
  showCharts($("charts"), view.charts, files);
  $("notes").replaceChildren(
    ...(view.charts[0]?.notes ?? []).map((text) => Object.assign(document.createElement("li"), { textContent: text })),
  );
}

function tabLink({ key, title }) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `/explore?s=${page.link}&tab=${key}`;
  link.dataset.tab = key;
  link.textContent = title;
  if (key === page.tab) link.setAttribute("aria-current", "page");
  item.append(link);
  return item;
}

function busy(on, words) {
  $("charts").setAttribute("aria-busy", String(on));
  $("progress").hidden = !on;
  if (words) $("progress-text").textContent = words;
}

function progress(done, of) {
  if (done) $("charts").setAttribute("aria-busy", "false");
  $("progress-bar").value = done;
  $("progress-bar").max = of;
  $("progress-text").textContent = `Central lines are shown; ranges: ${done} of ${of} draws`;
}

function address(link) {
  page.link = link;
  const url = `/explore?s=${link}&tab=${page.tab}${page.differences ? "&differences=yes" : ""}`;
  history.replaceState(null, "", url);
  $("link").value = new URL(url, location.href).href;
  $("all-values").href = `/assumptions?s=${link}`;
  $("to-decisions").href = `/decisions?s=${link}`;
}

function buttons() {
  $("undo").disabled = !page.done.length;
  $("redo").disabled = !page.undone.length;
  $("back").disabled = !scenario.shown(page.state).extends || scenario.unchanged(page.state);
}

/** Tell everything that is wrong: at the top, and beside each field. */
function problems(found) {
  clearProblems(document.querySelector(".app-assumptions"));
  page.refused = found.length > 0 && page.state !== page.answered;
  $("old").hidden = !page.refused;
  $("charts").classList.toggle("app-old", page.refused);
  $("errors").hidden = !found.length;
  $("errors-list").replaceChildren(
    ...found.map((one) => {
      const path = (one.path ?? "").replace(/^interventions\.(\d+)/, (_, at) => `interventions.${page.ids[Number(at)] || at}`);
      const words = sentence(one);
      const field = showProblem(document.querySelector(".app-assumptions"), path, words);
      const item = document.createElement("li");
      const where = document.createElement(field ? "a" : "span");
      if (field) where.href = `#${field.id}`;
      where.textContent = one.line && one.uploaded ? `line ${one.line}: ${path ? `${path}: ` : ""}${words}` : field ? `${labelOf(field)}: ${words}` : words;
      item.append(where);
      return item;
    }),
  );
  if (found.length && !document.activeElement?.closest?.("[data-control]")) $("errors").focus();
}

/** What a field is called, without the tags beside it. */
function labelOf(field) {
  const label = field.closest("[data-control]").querySelector("label, legend").cloneNode(true);
  for (const tag of label.querySelectorAll("strong")) tag.remove();
  return label.textContent.trim();
}

function sentence({ what, allowed, near }) {
  const text = what.charAt(0).toUpperCase() + what.slice(1);
  return `${text}${allowed ? `. Allowed: ${allowed}` : ""}${near ? `. Did you mean ${near}?` : ""}`;
}

function scenarios() {
  const many = page.state.scenarios.length > 1;
  $("differences-box").hidden = !many;
  $("other").disabled = page.state.scenarios.length >= data.most;
  $("scenario-list").replaceChildren(
    ...(many ? page.state.scenarios : []).map((_, at) => {
      const item = document.createElement("li");
      const pick = document.createElement("button");
      pick.type = "button";
      pick.className = "app-link";
      pick.textContent = `${page.names[at]}${at ? "" : " (to compare with)"}`;
      pick.setAttribute("aria-pressed", String(at === (page.state.at ?? 0)));
      pick.addEventListener("click", () => go(scenario.showing(page.state, at)));
      const away = document.createElement("button");
      away.type = "button";
      away.className = "app-link";
      away.textContent = "Take away";
      away.setAttribute("aria-label", `Take ${page.names[at]} away`);
      away.addEventListener("click", () => go(scenario.withoutScenario(page.state, at)));
      item.append(pick, away);
      return item;
    }),
  );
}

async function guarded(work) {
  try {
    await work();
  } catch (error) {
    problems(error instanceof Refused ? error.problems : [{ path: "", what: "the program does not answer; try again" }]);
  }
}

function start() {
  page.panel = $("panel").innerHTML;
  page.range = data.view.range;
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
  for (const one of document.querySelectorAll("[data-needs-script]")) one.hidden = false;
  listen($("panel"), (path, value) =>
    change(value === undefined ? scenario.withoutValue(page.state, path) : scenario.withValue(page.state, path, value)),
  );
  $("panel").addEventListener("click", ({ target }) => {
    const { remove, restore } = target.closest("[data-remove], [data-restore]")?.dataset ?? {};
    if (remove) change(scenario.withoutEntry(page.state, remove));
    if (restore) change(scenario.withRemoved(page.state, restore));
  });
  $("tabs").addEventListener("click", (event) => {
    const link = event.target.closest("[data-tab]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    page.tab = link.dataset.tab;
    refresh({ panel: false, quiet: true }).then(() => $("tabs").querySelector("[aria-current]")?.focus());
  });
  $("undo").addEventListener("click", () => step(page.done, page.undone));
  $("redo").addEventListener("click", () => step(page.undone, page.done));
  $("back").addEventListener("click", () => change(scenario.asShipped(page.state)));
  $("stop").addEventListener("click", stop);
  $("kind").addEventListener("change", () => {
    $("kind-says").textContent = $("kind").selectedOptions[0].dataset.says ?? "";
  });
  $("add").addEventListener("click", () => {
    const kind = $("kind").value;
    if (!kind) return;
    guarded(async () => {
      const { entry } = await ask("add", { state: page.state, kind });
      page.ids.push(entry.id);
      page.added = entry.id;
      change(scenario.withEntry(page.state, entry));
      $("kind").value = "";
      $("kind-says").textContent = "";
    });
  });
  $("scenario-name").addEventListener("change", () => go(scenario.withValue(page.state, "name", $("scenario-name").value)));
  $("area")?.addEventListener("change", () => go(scenario.inArea(page.state, $("area").value.trim())));
  $("other").addEventListener("change", () => {
    const key = $("other").value;
    $("other").value = "";
    if (!key) return;
    const now = scenario.shown(page.state);
    const areas = now.areas ? { areas: now.areas } : {};
    const name = scenario.freshName(page.state, key === "copy" ? `${now.name}, changed` : $("other").querySelector(`[value="${key}"]`).textContent);
    go(scenario.withScenario(page.state, key === "copy" ? { ...now, name } : { name, extends: key, ...areas }));
  });
  $("differences").addEventListener("change", () => {
    page.differences = $("differences").checked;
    refresh({ panel: false });
  });
  $("copy").addEventListener("click", async () => {
    $("link").select();
    try {
      await navigator.clipboard.writeText($("link").value);
      $("copy").textContent = "Copied";
    } catch {
      $("copy").textContent = "Press Ctrl and C";
    }
    setTimeout(() => ($("copy").textContent = "Copy the link"), 4000);
  });
  for (const button of document.querySelectorAll("[data-file]")) {
    button.addEventListener("click", () =>
      guarded(async () => {
        $("told-file").textContent = "Working; all draws are run for it";
        try {
          const file = await askFile({ state: page.answered, ...look(), what: button.dataset.file });
          const rows = file.name.endsWith(".csv") ? `, ${((await file.blob.text()).split("\n").length - 2).toLocaleString("en-GB")} rows` : "";
          $("told-file").textContent = `${file.name}: all of it${rows}, ${size(file.blob.size)}`;
          save(file);
        } catch (error) {
          $("told-file").textContent = "";
          throw error;
        }
      }),
    );
  }
  $("file").addEventListener("change", () =>
    guarded(async () => {
      const [file] = $("file").files;
      if (!file) return;
      try {
        if (file.size > 1_000_000) throw new Refused([{ path: "", what: "the file is too big", allowed: "up to 1 MB" }]);
        const { scenario: read } = await ask("upload", { text: await file.text() });
        const next = structuredClone(page.state);
        next.scenarios = [read];
        next.at = 0;
        go(next);
      } catch (error) {
        if (error instanceof Refused) for (const one of error.problems) one.uploaded = true;
        throw error;
      } finally {
        $("file").value = "";
      }
    }),
  );
  $("differences").checked = page.differences;
  scenarios();
  refresh({ panel: false, quiet: true });
  let seen = width();
  new ResizeObserver(() => {
    if (Math.abs(width() - seen) < 24 || !$("progress").hidden) return;
    seen = width();
    refresh({ panel: false, quiet: true });
  }).observe($("charts"));
}

start();
