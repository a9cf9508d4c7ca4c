// Questions to the program beneath the page: the JSON interface of docs/json-interface.md.

const json = (body, signal) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
  signal,
});

/** What was refused, with all that is wrong. */
export class Refused extends Error {
  constructor(problems) {
    super(problems.map((one) => one.what).join("; "));
    this.problems = problems;
  }
}

async function refused(response) {
  let problems = [{ path: "", what: `the program answered ${response.status}`, scenario: 0 }];
  try {
    problems = (await response.json()).problems ?? problems;
  } catch {
    // not JSON: the status says it
  }
  return new Refused(problems);
}

/** Ask for JSON. */
export async function ask(name, body, signal) {
  const response = await fetch(`/api/v1/${name}`, json(body, signal));
  if (!response.ok) throw await refused(response);
  return response.json();
}

/** Ask for a piece of the page. */
export async function askText(address, body, signal) {
  const response = await fetch(address, json(body, signal));
  if (!response.ok) throw await refused(response);
  return response.text();
}

/** Ask for a file: its name and what it holds. */
export async function askFile(body) {
  const response = await fetch("/api/v1/export", json(body));
  if (!response.ok) throw await refused(response);
  const named = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "");
  return { name: named ? named[1] : "download", blob: await response.blob() };
}

/** Ask for a stream, and hand on each event as it comes. */
export async function listenTo(name, body, signal, told) {
  const response = await fetch(`/api/v1/${name}`, json(body, signal));
  if (!response.ok) throw await refused(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    let end;
    while ((end = text.indexOf("\n\n")) >= 0) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      told(lines[0].slice("event: ".length), JSON.parse(lines[1].slice("data: ".length)));
    }
  }
}
