// While writing: the server says which edition it serves; another one than at first means that something has changed.
let edition;
const events = new EventSource(document.currentScript.dataset.events);
events.addEventListener("edition", (event) => {
  if (edition && event.data !== edition) location.reload();
  edition = event.data;
});
