// Comforts. Without this script a page lacks nothing that is needed to read it.

// A button that copies, on each block of code.
for (const block of navigator.clipboard ? document.querySelectorAll(".prose pre") : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.ariaLive = "polite";
  button.addEventListener("click", async () => {
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(block.querySelector("code").textContent);
    } catch {
      said = "Not allowed";
    }
    button.textContent = said;
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  const frame = document.createElement("div");
  frame.className = "code";
  block.replaceWith(frame);
  frame.append(block, button);
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
