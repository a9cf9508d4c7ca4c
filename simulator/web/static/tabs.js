// Tabs as the GOV.UK Design System has them: arrow keys move, one panel is shown.

let made = 0;

/** Make tabs of panels; `opened` is told which is shown. */
export function tabs(panels, chosen, opened) {
  made += 1;
  const root = document.createElement("div");
  root.className = "govuk-tabs";
  const list = document.createElement("ul");
  list.className = "govuk-tabs__list";
  list.setAttribute("role", "tablist");
  root.append(list);
  const buttons = panels.map(({ key, title, element }, at) => {
    const item = document.createElement("li");
    item.className = "govuk-tabs__list-item";
    item.setAttribute("role", "presentation");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "govuk-tabs__tab";
    button.setAttribute("role", "tab");
    button.id = `tab-${made}-${key}`;
    button.textContent = title;
    element.id = `tabpanel-${made}-${key}`;
    element.classList.add("govuk-tabs__panel");
    element.setAttribute("role", "tabpanel");
    element.setAttribute("aria-labelledby", button.id);
    button.setAttribute("aria-controls", element.id);
    button.addEventListener("click", () => show(at));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = (at + step + panels.length) % panels.length;
      show(next);
      buttons[next].focus();
    });
    item.append(button);
    list.append(item);
    root.append(element);
    return button;
  });
  function show(at) {
    panels.forEach(({ element }, i) => {
      element.hidden = i !== at;
      buttons[i].setAttribute("aria-selected", String(i === at));
      buttons[i].tabIndex = i === at ? 0 : -1;
      buttons[i].parentElement.classList.toggle("govuk-tabs__list-item--selected", i === at);
    });
    opened(panels[at].key);
  }
  show(Math.max(0, panels.findIndex(({ key }) => key === chosen)));
  return root;
}
