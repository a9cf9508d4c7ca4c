// Charts: picture, table and downloads, and a cursor that reads values out.

import { tabs } from "./tabs.js";

const SVG = "http://www.w3.org/2000/svg";
const open = new Map(); // which tab of a chart is open, by its key

/** Text in which no line ends between a sign and its pounds. */
export const kept = (text) => text.replace(/([+−])£/g, "$1\u2060£");

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = kept(text);
  return made;
}

/** Show charts in the place of those there are. `files` gives a chart's file: (key, form) => {name, blob}. */
export function showCharts(root, charts, files) {
  const kept = document.activeElement?.closest?.("[data-chart]")?.dataset.chart;
  const role = document.activeElement?.dataset?.keep ?? document.activeElement?.getAttribute?.("role");
  const stop = document.activeElement?.dataset?.stop;
  root.replaceChildren(...charts.map((chart) => figure(chart, files)));
  if (kept) {
    const now = root.querySelector(`[data-chart="${CSS.escape(kept)}"]`);
    const back = role === "tab" ? now?.querySelector('[aria-selected="true"]') : now?.querySelector(`[data-keep="${role}"]`);
    back?.focus({ preventScroll: true });
    if (role === "cursor" && stop !== undefined) back?.dispatchEvent(new CustomEvent("stop", { detail: Number(stop) }));
  }
}

function figure(chart, files) {
  const made = element("figure", "app-chart");
  made.dataset.chart = chart.key;
  const caption = element("figcaption");
  caption.append(element("h3", "govuk-heading-m", chart.finding), element("p", "govuk-body-s app-quiet", chart.subtitle));
  const panels = [
    { key: "chart", title: "Chart", element: picture(chart) },
    { key: "table", title: "Table", element: tableOf(chart) },
    { key: "download", title: "Download", element: downloads(chart, files) },
  ];
  const sentence = element("p", "govuk-body-s", chart.sentence);
  made.append(
    caption,
    tabs(panels, open.get(chart.key) ?? "chart", (key) => {
      open.set(chart.key, key);
      if (key === "download") made.dispatchEvent(new Event("download"));
    }),
    sentence,
  );
  return made;
}

function picture(chart) {
  const panel = element("div");
  const frame = element("div", "app-picture app-cursor");
  frame.tabIndex = 0;
  frame.dataset.keep = "cursor";
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-roledescription", "chart");
  frame.setAttribute("aria-label", `${chart.finding}. Arrow keys read values by year.`);
  // Made by the program from figures and escaped text; it holds no script, style or link.
  frame.append(new DOMParser().parseFromString(chart.svg, "image/svg+xml").documentElement);
  const read = element("p", "app-read", "Arrow keys, or a pointer, read values by year.");
  read.setAttribute("aria-live", "polite");
  panel.append(frame, read);
  cursor(frame, chart, read);
  return panel;
}

function cursor(frame, chart, read) {
  const stops = chart.cursor;
  let at = -1;
  let series = -1;
  const show = (next) => {
    if (!stops.length) return;
    at = Math.max(0, Math.min(stops.length - 1, next));
    frame.dataset.stop = String(at);
    const { when, values } = stops[at];
    const told = series >= 0 ? values.filter((one) => one.name === names[series]) : values;
    read.textContent = told.length
      ? `${when}: ${told.map((one) => `${one.name} ${one.text}`).join("; ")}`
      : `${when}: no value of ${names[series]}`;
    draw(frame, told);
  };
  const names = [...new Set(stops.flatMap((stop) => stop.values.map((one) => one.name)))];
  frame.addEventListener("keydown", (event) => {
    const moves = { ArrowRight: at + 1, ArrowLeft: at < 0 ? stops.length - 1 : at - 1, Home: 0, End: stops.length - 1 };
    if (event.key in moves) show(moves[event.key]);
    else if (event.key === "PageDown" || event.key === "PageUp") {
      series = ((series + 1 + (event.key === "PageDown" ? 1 : -1) + names.length + 1) % (names.length + 1)) - 1;
      show(Math.max(at, 0));
    } else return;
    event.preventDefault();
  });
  frame.addEventListener("pointermove", (event) => {
    const svg = frame.querySelector("svg");
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / box.width;
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    let best = -1;
    let least = Infinity;
    stops.forEach((stop, i) =>
      stop.values.forEach((one) => {
        const far = Math.abs(one.x - x) + Math.abs(one.y - y) / 20;
        if (far < least) [least, best] = [far, i];
      }),
    );
    if (best >= 0 && best !== at) show(best);
  });
  frame.addEventListener("stop", (event) => show(event.detail));
}

function draw(frame, values) {
  const svg = frame.querySelector("svg");
  svg.querySelector(".cursors")?.remove();
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("class", "cursors");
  for (const { x, y } of values) {
    const ring = document.createElementNS(SVG, "circle");
    const given = { class: "cursor", cx: x, cy: y, r: 6, fill: "none", stroke: "#0b0c0c", "stroke-width": 2.5 };
    for (const [name, value] of Object.entries(given)) ring.setAttribute(name, value);
    group.append(ring);
  }
  svg.append(group);
}

function tableOf(chart) {
  const panel = element("div");
  const scroll = element("div", "app-scroll");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", `Table: ${chart.finding}`);
  const table = element("table", "govuk-table");
  table.append(element("caption", "govuk-table__caption govuk-visually-hidden", chart.subtitle));
  const head = element("tr", "govuk-table__row");
  chart.columns.forEach((name, i) => {
    const cell = element("th", `govuk-table__header${i ? " govuk-table__header--numeric" : ""}`, name);
    cell.scope = "col";
    head.append(cell);
  });
  const top = element("thead", "govuk-table__head");
  top.append(head);
  const body = element("tbody", "govuk-table__body");
  for (const row of chart.rows) {
    const line = element("tr", "govuk-table__row");
    row.forEach((text, i) => {
      const cell = element(i ? "td" : "th", i ? "govuk-table__cell govuk-table__cell--numeric" : "govuk-table__header", text);
      if (!i) cell.scope = "row";
      line.append(cell);
    });
    body.append(line);
  }
  table.append(top, body);
  scroll.append(table);
  panel.append(scroll);
  return panel;
}

const FORMS = [
  ["svg", "Picture for print (SVG)"],
  ["png", "Picture for slides (PNG)"],
  ["csv", "Table (CSV)"],
  ["xlsx", "Table (Excel workbook)"],
];

function downloads(chart, files) {
  const panel = element("div");
  const list = element("ul", "govuk-list");
  const told = element("p", "govuk-body-s", `This chart alone: ${chart.rows.length} rows of its table, or its picture as shown.`);
  const buttons = FORMS.map(([form, words]) => {
    const item = element("li");
    const button = element("button", "app-link", words);
    button.type = "button";
    button.dataset.form = form;
    item.append(button);
    list.append(item);
    return button;
  });
  panel.append(told, list);
  const held = new Map();
  const get = (form) => {
    if (!held.has(form)) held.set(form, form === "png" ? get("svg").then(png) : files(chart.key, form));
    return held.get(form);
  };
  for (const button of buttons) {
    button.addEventListener("click", async () => save(await get(button.dataset.form)));
  }
  queueMicrotask(() =>
    panel.closest("figure")?.addEventListener("download", async () => {
      for (const button of buttons) {
        const { blob } = await get(button.dataset.form);
        const words = FORMS.find(([form]) => form === button.dataset.form)[1];
        button.textContent = `${words}, ${size(blob.size)}`;
      }
    }),
  );
  return panel;
}

/** A size in words. */
export function size(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Hand a file to the browser's downloads. */
export function save({ name, blob }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Draw a picture at twice its size. */
async function png({ name, blob }) {
  const image = new Image();
  const address = URL.createObjectURL(blob);
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width * 2, image.height * 2];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(address);
  const drawn = await new Promise((done) => canvas.toBlob(done, "image/png"));
  return { name: name.replace(/\.svg$/, ".png"), blob: drawn };
}
