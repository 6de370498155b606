// While writing: the page is loaded again for each new edition, and the errors of the texts are shown above it until they are mended.
const { events, style } = document.currentScript.dataset;
const stream = new EventSource(events);
let edition;
let overlay;

const element = (name, text = "") => Object.assign(document.createElement(name), { textContent: text });

const shown = ({ file, line, problem }) => {
  const item = element("li");
  item.append(element("code", `${file}:${line}`), ` ${problem}`);
  return item;
};

const overlayOf = (faults) => {
  const box = element("div");
  box.className = "faults";
  box.setAttribute("role", "alert");
  const list = element("ul");
  list.append(...faults.map(shown));
  const close = element("button", "Close");
  close.type = "button";
  close.addEventListener("click", () => box.remove());
  box.append(element("p", "The last good version is shown, because of:"), list, close);
  return box;
};

stream.addEventListener("edition", ({ data }) => {
  if (edition && data !== edition) location.reload();
  edition = data;
});

stream.addEventListener("faults", ({ data }) => {
  const faults = JSON.parse(data);
  overlay?.remove();
  if (!faults.length) return;
  overlay = overlayOf(faults);
  document.body.append(overlay);
});

document.head.append(Object.assign(element("link"), { rel: "stylesheet", href: style }));
