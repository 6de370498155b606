// While writing: the server sends the name of its edition; a name other than the first means that something has changed.
let edition;
const events = new EventSource(document.currentScript.dataset.events);
events.addEventListener("edition", (event) => {
  if (edition && event.data !== edition) location.reload();
  edition = event.data;
});
