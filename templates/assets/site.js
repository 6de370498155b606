// Comforts. Without this script a page lacks nothing that is needed to read it.

// The words, which are those of the page's language. {name} in them stands for a value.
const words = { ...document.currentScript.dataset };
const say = (key, values) => (words[key] ?? key).replace(/{(\w+)}/g, (_, name) => values[name]);

// A name, with a number if another box is called so.
const calls = new Map();
const numbered = (name) => {
  calls.set(name, (calls.get(name) ?? 0) + 1);
  return calls.get(name) > 1 ? `${name} ${calls.get(name)}` : name;
};

// What a block of code is called: its file, or its language.
const nameOf = (block) => {
  const file = block.closest("figure.code")?.querySelector("figcaption")?.textContent;
  const language = block.dataset.language;
  return numbered(file ?? (language && language !== "text" ? say("languageCode", { language }) : say("code")));
};

// What a reader wants of the code: without the prompts of a shell, and without the lines that a change takes out.
const codeOf = (block) => {
  const code = block.querySelector("code").cloneNode(true);
  for (const left of code.querySelectorAll(".gp, .line.deleted")) left.remove();
  return code.textContent.replace(/\n$/, "");
};

// Says to a screen reader what has happened.
const announcer = document.createElement("div");
announcer.className = "unseen";
announcer.role = "status";
document.body.append(announcer);

const copyButton = (block, name) => {
  const button = document.createElement("button");
  const show = (state) => {
    button.textContent = say(state);
    button.ariaLabel = say(`${state}Code`, { name });
  };
  button.type = "button";
  button.className = "copy";
  show("copy");
  button.addEventListener("click", async () => {
    let state = "copied";
    try {
      await navigator.clipboard.writeText(codeOf(block));
    } catch {
      state = "notAllowed";
    }
    show(state);
    announcer.textContent = say(`${state}Code`, { name });
    setTimeout(() => {
      show("copy");
      announcer.textContent = "";
    }, 2000);
  });
  return button;
};

// Calls back whether a box contains something wider than it. Such a box is reached by keyboard and has a name; others are no stop.
const watch = (box, name, changed) => {
  const show = () => {
    const scrolls = box.scrollWidth > box.clientWidth;
    if (scrolls) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
    if (name) {
      box.role = scrolls ? "group" : null;
      box.ariaLabel = scrolls ? name : null;
    }
    changed?.();
  };
  new ResizeObserver(show).observe(box);
};

for (const block of document.querySelectorAll(".prose pre:has(> code)")) {
  const name = nameOf(block);
  let frame = block.closest("figure.code");
  if (!frame) {
    frame = document.createElement("div");
    frame.className = "code";
    block.replaceWith(frame);
    frame.append(block);
  }
  const shade = document.createElement("i");
  shade.className = "shade";
  frame.append(shade);
  if (navigator.clipboard) frame.append(copyButton(block, name));
  const goesOn = () => frame.classList.toggle("goes-on", block.scrollLeft + block.clientWidth < block.scrollWidth - 1);
  watch(block, name, goesOn);
  block.addEventListener("scroll", goesOn, { passive: true });
}

for (const table of document.querySelectorAll(".prose .table")) watch(table, numbered(table.ariaLabel));
// A diagram is an image and has a name.
for (const diagram of document.querySelectorAll(".prose .diagram")) watch(diagram);
// A name on MathML would be read in place of what is in it.
for (const formula of document.querySelectorAll(".prose math[display=block]")) {
  const box = document.createElement("span");
  box.className = "equation";
  formula.replaceWith(box);
  box.append(formula);
  watch(box, numbered(say("formula")));
}

// The theme that a reader has chosen decides which version of a picture is shown; a <source> asks for that of the system.
const versions = [...document.querySelectorAll("picture > source[media*=dark]")].map((source) => [source, source.media]);
const followTheme = () => {
  const { theme } = document.documentElement.dataset;
  for (const [source, media] of versions) source.media = { dark: "all", light: "not all" }[theme] ?? media;
};
if (versions.length) {
  followTheme();
  new MutationObserver(followTheme).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

// The contents show which section is being read, and keep it in sight: the last one whose heading has passed the top third.
const toc = document.querySelector(".toc");
const links = [...document.querySelectorAll(".toc a")];
const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
const passed = new Map();
const observer = new IntersectionObserver((changes) => {
  for (const change of changes) passed.set(change.target, change.isIntersecting);
  const current = headings.findLastIndex((heading) => passed.get(heading));
  links.forEach((link, index) => { link.ariaCurrent = index === current ? "true" : null; });
  if (current >= 0) toc.scrollTop = links[current].offsetTop - toc.clientHeight / 2;
}, { rootMargin: "99999px 0px -66%" });
headings.forEach((heading) => observer.observe(heading));

// Search: "/" and the link in the header open a dialog. Its script and style are loaded then, and the script with the first focus of a field in the page.
const seek = document.querySelector(".seek");
const finding = document.querySelector("[data-search]");
const field = document.querySelector("main .find");
const offer = (form) => import(finding.dataset.search).then((search) => search.offer(form), () => {});
let finder;
const openFinder = () => {
  if (!finder) {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: finding.dataset.style });
    finder = document.querySelector("#_finder").content.firstElementChild.cloneNode(true);
    document.head.append(style);
    document.body.append(finder);
    finder.addEventListener("click", ({ target }) => { if (target === finder) finder.close(); });
  }
  if (!finder.open) finder.showModal();
  const form = finder.querySelector("form");
  form.elements.q.focus();
  form.elements.q.select();
  offer(form);
};
if (seek && finding) {
  field?.addEventListener("focusin", () => offer(field), { once: true });
  seek.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    openFinder();
  });
  addEventListener("keydown", (event) => {
    const isTyped = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyped) return;
    event.preventDefault();
    if (!field) return openFinder();
    field.elements.q.focus();
    field.elements.q.select();
  });
}

// The theme: that of the device, light or dark. The choice is kept, and is the same in every tab.
const root = document.documentElement;
const toggle = document.querySelector(".switch");
const themed = [...document.querySelectorAll("meta[media*=prefers-color-scheme]")].map((it) => [it, it.media]);
const showTheme = (theme) => {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  // The colour of the browser's bar.
  for (const [it, media] of themed) it.media = !theme ? media : media.includes(theme) ? "all" : "not all";
  toggle.dataset.now = theme;
  toggle.title = toggle.ariaLabel = say(`theme${theme ? theme[0].toUpperCase() + theme.slice(1) : "System"}`);
};
const kept = () => {
  try {
    return { light: "light", dark: "dark" }[localStorage.getItem("theme")] ?? "";
  } catch {
    return "";
  }
};
if (toggle) {
  toggle.hidden = false;
  showTheme(kept());
  toggle.addEventListener("click", () => {
    const theme = { "": "light", light: "dark", dark: "" }[root.dataset.theme ?? ""];
    try {
      localStorage.setItem("theme", theme);
    } catch {}
    showTheme(theme);
  });
  for (const event of ["storage", "pageshow"]) addEventListener(event, () => showTheme(kept()));
}

// Notes beside the text, or in boxes that their numbers open, need a script of their own.
const cited = document.querySelector("[data-notes]");
if (cited) import(cited.dataset.notes).then((notes) => notes.place(cited), () => {});

// Sharing by the system's sheet, addresses to copy, and the address that was asked for.
const sharing = document.querySelector(".sharing");
if (sharing && navigator.share) {
  sharing.hidden = false;
  sharing.querySelector("button").addEventListener("click", () => {
    const url = document.querySelector("link[rel=canonical]")?.href ?? location.href;
    navigator.share({ title: document.querySelector("h1").textContent, url }).catch(() => {});
  });
}
for (const button of navigator.clipboard ? document.querySelectorAll(".take") : []) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await navigator.clipboard.writeText(button.dataset.text).then(() => "copied", () => "notAllowed");
    button.textContent = announcer.textContent = say(done);
    setTimeout(() => { button.textContent = say("copy"); announcer.textContent = ""; }, 2000);
  });
}
const asked = document.querySelector(".asked");
if (asked) {
  asked.hidden = false;
  asked.querySelector("code").textContent = location.pathname;
}
