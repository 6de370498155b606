// Core Web Vitals, JavaScript errors and sessions, for a Faro collector. It stands first in <body>, so that no error is missed, and is told everything in the
// data- attributes of its element: its text never changes, and the page's policy allows it by its hash.
(() => {
  const told = document.currentScript.dataset;

  // Whoever asks not to be tracked is not: nothing is downloaded and nothing is sent.
  if (navigator.globalPrivacyControl || ["1", "yes"].includes(navigator.doNotTrack || window.doNotTrack)) return;

  // A tab is drawn once, and one that loses does not download the SDK either.
  const draw = () => (Math.random() < told.sampleRate ? "in" : "out");
  let drawn;
  try {
    drawn = sessionStorage.rum ??= draw();
  } catch {
    drawn = draw();
  }
  if (drawn === "out") return;

  // What fails before the SDK is here waits for it.
  const early = [];
  const keep = (event) => { if (early.length < 20) early.push([Date.now(), event]); };
  const stop = () => {
    removeEventListener("error", keep);
    removeEventListener("unhandledrejection", keep);
  };
  addEventListener("error", keep);
  addEventListener("unhandledrejection", keep);

  // An address without its query and its fragment, wherever it stands in a text; and no mail address.
  const clean = (text) => text
    .replace(/(\/[^\s"<>?#]*)[?#][^\s"<>]*|\?[\w.%+-]+=[^\s"<>]*/g, "$1")
    .replace(/[\w.+-]+(@|%40)[\w-]+(\.[\w-]+)+/gi, "[mail]");
  const scrub = (item) => {
    const scrubbed = JSON.parse(JSON.stringify(item), (_, value) => (typeof value === "string" ? clean(value) : value));
    delete scrubbed.meta.user;
    delete scrubbed.meta.browser?.userAgent;
    return scrubbed;
  };

  const start = () => {
    const sdk = GrafanaFaroWebSdk;

    // The SDK's own transport tries again and adds headers that Alloy's CORS does not know. A beacon is sent once, and what becomes of it is nothing to the page.
    class Beacons extends sdk.BaseTransport {
      name = "beacons";
      version = sdk.VERSION;
      isBatched() { return true; }
      send(items) {
        const body = JSON.stringify(sdk.getTransportBody(items));
        const headers = { "content-type": "application/json" };
        // Browsers let 64 KiB outlive the page.
        const keepalive = body.length < 20000;
        fetch(told.rumCollect, { method: "POST", body, headers, keepalive, credentials: "omit", referrerPolicy: "origin" }).catch(() => {});
      }
    }

    const { api } = sdk.initializeFaro({
      app: { name: told.app, version: told.version, environment: told.environment },
      transports: [new Beacons()],
      instrumentations: [
        new sdk.PerformanceInstrumentation(), new sdk.ErrorsInstrumentation(), new sdk.WebVitalsInstrumentation(), new sdk.SessionInstrumentation(),
      ],
      sessionTracking: { persistent: false },
      beforeSend: scrub,
      // A page fetches nothing but these beacons, and a beacon about each beacon would never end.
      trackResources: false,
      internalLoggerLevel: sdk.InternalLoggerLevel.OFF,
      preventGlobalExposure: true,
    });
    stop();
    for (const [timestampOverwriteMs, { message, filename, lineno, colno, error, reason }] of early) {
      const thrown = error ?? reason;
      if (thrown instanceof Error) {
        api.pushError(thrown, { timestampOverwriteMs });
      } else {
        const stackFrames = filename ? [{ filename, function: "?", lineno, colno }] : [];
        api.pushError(new Error(String(thrown ?? message)), { timestampOverwriteMs, stackFrames });
      }
    }
  };

  // Not before the first paint: reading comes first. The vitals that have passed by then are kept by the browser.
  requestAnimationFrame(() => setTimeout(() => {
    const script = document.createElement("script");
    script.src = told.sdk;
    script.integrity = told.integrity;
    script.fetchPriority = "low";
    script.onload = start;
    script.onerror = stop;
    document.head.append(script);
  }));
})();
