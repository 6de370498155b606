// Comforts. Without this script a page lacks nothing that is needed to read it.

// What a block of code is called: its file, or its language, with a number if another one is called so.
const calls = new Map();
const nameOf = (block) => {
  const file = block.closest("figure.code")?.querySelector("figcaption")?.textContent;
  const language = block.dataset.language;
  const name = file ?? (language && language !== "text" ? `${language} code` : "code");
  calls.set(name, (calls.get(name) ?? 0) + 1);
  return calls.get(name) > 1 ? `${name} ${calls.get(name)}` : name;
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
  const show = (said) => {
    button.textContent = said;
    button.ariaLabel = `${said} ${name}`;
  };
  button.type = "button";
  button.className = "copy";
  show("Copy");
  button.addEventListener("click", async () => {
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(codeOf(block));
    } catch {
      said = "Not allowed";
    }
    show(said);
    announcer.textContent = said === "Copied" ? `Copied ${name}` : `Not allowed to copy ${name}`;
    setTimeout(() => {
      show("Copy");
      announcer.textContent = "";
    }, 2000);
  });
  return button;
};

// Code that is wider than its box is reached by keyboard, has a name, and shows that it goes on; other code is no stop.
const showMore = (block, name) => {
  const frame = block.parentElement;
  const scrolls = block.scrollWidth > block.clientWidth;
  if (scrolls) block.tabIndex = 0;
  else block.removeAttribute("tabindex");
  block.role = scrolls ? "group" : null;
  block.ariaLabel = scrolls ? name : null;
  frame.classList.toggle("goes-on", block.scrollLeft + block.clientWidth < block.scrollWidth - 1);
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
  new ResizeObserver(() => showMore(block, name)).observe(block);
  block.addEventListener("scroll", () => showMore(block, name), { passive: true });
}

// The contents show which section is being read: the last one whose heading has passed the top third.
const links = [...document.querySelectorAll(".toc a")];
const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
const passed = new Map();
const observer = new IntersectionObserver((changes) => {
  for (const change of changes) passed.set(change.target, change.isIntersecting);
  const current = headings.findLastIndex((heading) => passed.get(heading));
  links.forEach((link, index) => { link.ariaCurrent = index === current ? "true" : null; });
}, { rootMargin: "99999px 0px -66%" });
headings.forEach((heading) => observer.observe(heading));
