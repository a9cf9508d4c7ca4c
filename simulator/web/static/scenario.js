// Changes to a scenario as its file holds it. Each gives a new state; none changes the one it is given.

const copy = (content) => structuredClone(content);

/** The scenario that is shown. */
export const shown = (state) => state.scenarios[state.at ?? 0];

function changed(state, change) {
  const next = copy(state);
  change(next.scenarios[next.at ?? 0]);
  return next;
}

/** The entry of the file that changes an intervention; made if there is none yet. */
function entry(scenario, id) {
  scenario.interventions ??= [];
  let found = scenario.interventions.find((one) => one.id === id);
  if (!found) {
    found = { id };
    scenario.interventions.push(found);
  }
  return found;
}

function holderOf(scenario, path) {
  const steps = path.split(".");
  if (steps[0] !== "interventions") return [scenario, steps];
  return [entry(scenario, steps[1]), steps.slice(2)];
}

/** Give a value; one that is empty takes that of the parent away. */
export function withValue(state, path, value) {
  return changed(state, (scenario) => {
    let [holder, steps] = holderOf(scenario, path);
    for (const step of steps.slice(0, -1)) {
      const index = Array.isArray(holder) ? Number(step) : step;
      if (typeof holder[index] !== "object" || holder[index] === null) holder[index] = {};
      holder = holder[index];
    }
    holder[steps.at(-1)] = value;
  });
}

/** Take back what the file says of a value, so that its parent's holds. */
export function withoutValue(state, path) {
  return changed(state, (scenario) => {
    const [top, steps] = holderOf(scenario, path);
    const holders = [top];
    for (const step of steps.slice(0, -1)) {
      const inner = holders.at(-1)[step];
      if (typeof inner !== "object" || inner === null) break;
      holders.push(inner);
    }
    delete holders.at(-1)[steps[holders.length - 1]];
    for (let at = holders.length - 1; at > 0; at -= 1) {
      if (Object.keys(holders[at]).length === 0) delete holders[at - 1][steps[at - 1]];
    }
    tidy(scenario);
  });
}

function tidy(scenario) {
  const only = (one) => Object.keys(one).length === 1 && "id" in one;
  if (scenario.interventions) scenario.interventions = scenario.interventions.filter((one) => !only(one));
  if (scenario.interventions?.length === 0) delete scenario.interventions;
  if (scenario.remove?.length === 0) delete scenario.remove;
}

/** Take back all that the file says but its name and area. */
export function asShipped(state) {
  const next = copy(state);
  const { name, extends: parent, areas } = shown(next);
  next.scenarios[next.at ?? 0] = { name, extends: parent, ...(areas ? { areas } : {}) };
  return next;
}

const isShipped = (one) => Object.keys(one).every((key) => ["name", "extends", "areas"].includes(key));

/** Whether the scenario that is shown is as it was shipped. */
export const unchanged = (state) => shown(state).extends !== undefined && isShipped(shown(state));

/** Let the name of a shipped scenario, `title`, say whether it is changed, or it would stand over other figures. */
export function sayingChanged(state, title) {
  const { name } = shown(state);
  const changedName = `${title}, changed`;
  if (name === title && !unchanged(state)) return withValue(state, "name", freshName(state, changedName));
  const taken = state.scenarios.some((one) => one.name === title);
  return name === changedName && unchanged(state) && !taken ? withValue(state, "name", title) : state;
}

/** Add an intervention. */
export function withEntry(state, made) {
  return changed(state, (scenario) => {
    (scenario.interventions ??= []).push(made);
  });
}

/** Remove an intervention, of the file or of its parent. */
export function withoutEntry(state, id) {
  return changed(state, (scenario) => {
    const own = scenario.interventions?.find((one) => one.id === id);
    if (own) scenario.interventions = scenario.interventions.filter((one) => one !== own);
    if (!own || !("kind" in own)) {
      const removed = scenario.remove ?? [];
      scenario.remove = [...(Array.isArray(removed) ? removed : [removed]), id];
    }
    tidy(scenario);
  });
}

/** Put back an intervention of the parent. */
export function withRemoved(state, id) {
  return changed(state, (scenario) => {
    scenario.remove = [scenario.remove ?? []].flat().filter((one) => one !== id);
    tidy(scenario);
  });
}

/** Put all scenarios into another area: those that are compared are of one. */
export function inArea(state, area) {
  const next = copy(state);
  for (const scenario of next.scenarios) {
    if (area === "England") delete scenario.areas;
    else scenario.areas = [area];
    if (area === "England" && scenario.extends === undefined) scenario.areas = ["England"];
  }
  return next;
}

/** Put another scenario beside those there are. */
export function withScenario(state, scenario) {
  const next = copy(state);
  next.scenarios.push(copy(scenario));
  next.at = next.scenarios.length - 1;
  return next;
}

/** Take one away. */
export function withoutScenario(state, at) {
  const next = copy(state);
  next.scenarios.splice(at, 1);
  next.at = Math.min(next.at ?? 0, next.scenarios.length - 1);
  return next;
}

/** Show another one. */
export function showing(state, at) {
  return { ...copy(state), at };
}

/** A name that none of the scenarios has. */
export function freshName(state, name) {
  const taken = state.scenarios.map((one) => one.name);
  let found = name;
  for (let n = 2; taken.includes(found); n += 1) found = `${name.slice(0, 110)}, ${n}`;
  return found;
}
