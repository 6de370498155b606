// Offers results while a reader types: an editable combobox with a list, after the WAI-ARIA Authoring Practices. The form works without it.

const PAUSE = 150;
const LIMIT = 8;
// How often a search is asked again that is not ready, such as the first one of a process.
const TRIES = 4;

const element = (name, text, className = "") => Object.assign(document.createElement(name), { textContent: text, className });

export const offer = (form) => {
  const input = form.elements.q;
  if (input.role) return;
  const list = form.querySelector("[role=listbox]");
  const status = form.querySelector("[role=status]");
  const { api, searchCount, searchAll, searchNone, searchFailed } = form.dataset;
  let asked;
  let timer;
  let chosen = -1;

  const choose = (index) => {
    chosen = index;
    [...list.children].forEach((option, at) => { option.ariaSelected = at === index; });
    const option = list.children[index];
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const open = (isOpen) => {
    list.hidden = !isOpen;
    input.ariaExpanded = isOpen;
    choose(-1);
  };
  const option = (url, ...parts) => {
    const link = element("a", "");
    link.append(...parts);
    // The address is absolute, and readers may have come by another one of the site.
    const { pathname, search, hash } = new URL(url, location.href);
    Object.assign(link, { href: pathname + search + hash, role: "option", tabIndex: -1, id: `${list.id}-${list.children.length}` });
    list.append(link);
    return link;
  };

  const show = ({ total, hits }, words) => {
    // A result chosen while the answer was on its way stays chosen if the answer has it too.
    const kept = list.children[chosen]?.href;
    list.replaceChildren();
    for (const { url, title, lang, sections: [section] } of hits) {
      const link = option(section?.url ?? url, element("b", title));
      Object.assign(link, { lang, dir: "auto" });
      if (section?.heading) link.append(element("span", section.heading, "heading"));
      if (!section) continue;
      const snippet = element("span", "");
      snippet.append(...section.snippet.map(({ text, marked }) => (marked ? element("mark", text) : text)));
      link.append(snippet);
    }
    if (total > hits.length) option(`${form.action}?${new URLSearchParams({ q: words })}`, searchAll.replace("{n}", total));
    status.textContent = total ? searchCount.replace("{n}", total) : searchNone;
    open(hits.length > 0);
    choose([...list.children].findIndex(({ href }) => href === kept));
  };

  const ask = async (tries = TRIES) => {
    const words = input.value.trim();
    const request = new AbortController();
    asked = request;
    try {
      const answer = await fetch(`${api}?${new URLSearchParams({ q: words, limit: LIMIT })}`, { signal: request.signal });
      if (answer.status === 503 && tries > 1 && asked === request) {
        timer = setTimeout(ask, 1000 * answer.headers.get("retry-after"), tries - 1);
        return;
      }
      const found = await answer.json();
      if (!answer.ok) throw new Error(answer.status);
      if (asked === request) show(found, words);
    } catch {
      if (asked !== request) return;
      open(false);
      status.textContent = searchFailed;
    }
  };
  const typed = () => {
    asked?.abort();
    asked = null;
    clearTimeout(timer);
    if (input.value.trim()) {
      timer = setTimeout(ask, PAUSE);
    } else {
      list.replaceChildren();
      open(false);
      status.textContent = "";
    }
  };

  const move = (step) => {
    const count = list.children.length;
    if (!count) return;
    if (list.hidden) open(true);
    // Between the last option and the first one is the field.
    choose(((chosen + 1 + step + count + 1) % (count + 1)) - 1);
  };
  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => (chosen < 0 ? true : list.children[chosen].click()),
    Escape: () => {
      if (!list.hidden) return open(false);
      if (!input.value) return true;
      input.value = "";
      return typed();
    },
  };

  input.role = "combobox";
  input.ariaAutoComplete = "list";
  input.setAttribute("aria-controls", list.id);
  open(false);
  input.addEventListener("keydown", (event) => {
    const { key, isComposing, altKey, ctrlKey, metaKey, shiftKey } = event;
    if (isComposing || altKey || ctrlKey || metaKey || shiftKey || !(key in keys)) return;
    // A key that does nothing here does what it does in any field: Enter sends the form, Escape closes the dialog.
    if (keys[key]() !== true) event.preventDefault();
  });
  input.addEventListener("input", typed);
  // A press on an option does not take the focus from the field.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) open(false); });
  // What was typed while this script was loaded.
  if (input.value !== input.defaultValue) typed();
};
