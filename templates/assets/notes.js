// Notes stand beside the line that cites them where the window has room for them; elsewhere their numbers open them.

const roomy = matchMedia("(min-width: 80rem)");
const noteOf = (ref) => document.getElementById(decodeURIComponent(ref.hash.slice(1)));

const beside = (prose, notes, refs) => {
  prose.classList.toggle("beside", roomy.matches);
  prose.style.minHeight = "";
  if (!roomy.matches) return;
  const start = prose.getBoundingClientRect().top;
  const column = notes[0].getBoundingClientRect();
  // What is wide takes the place of notes.
  const wide = [...prose.children].map((it) => it.getBoundingClientRect()).filter((it) => it.height && it.left < column.right && it.right > column.left);
  let free = 0;
  for (const note of notes) {
    const ref = refs.find((it) => noteOf(it) === note);
    let top = Math.max(free, ref ? ref.getBoundingClientRect().top - start - 4 : 0);
    for (const box of wide) if (top < box.bottom - start && top + note.offsetHeight > box.top - start) top = box.bottom - start + 12;
    note.style.top = `${top}px`;
    free = top + note.offsetHeight + 14;
  }
  prose.style.minHeight = `${free}px`;
};

const open = (event) => {
  const note = noteOf(event.currentTarget);
  if (!note || roomy.matches || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const box = document.createElement("div");
  box.className = "note-box";
  box.popover = "auto";
  box.tabIndex = -1;
  for (const part of note.cloneNode(true).childNodes) box.append(part.cloneNode(true));
  for (const left of box.querySelectorAll(".footnote-back")) left.remove();
  for (const named of box.querySelectorAll("[id]")) named.removeAttribute("id");
  event.currentTarget.after(box);
  box.addEventListener("toggle", ({ newState }) => { if (newState === "closed") box.remove(); });
  box.showPopover();
  box.focus();
};

export const place = (prose) => {
  const notes = [...prose.querySelectorAll(":scope > .footnotes > ol > li")];
  const refs = [...prose.querySelectorAll(".footnote-ref")];
  if (!notes.length) return;
  const arrange = () => beside(prose, notes, refs);
  new ResizeObserver(arrange).observe(prose);
  roomy.addEventListener("change", arrange);
  if ("popover" in prose) for (const ref of refs) ref.addEventListener("click", open);
};
