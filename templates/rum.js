// Reports Core Web Vitals, JavaScript errors and sessions to a Faro collector. It is first in <body>, so that it misses no error. Its parameters are data-
// attributes of its element, so its text never changes, and the page's Content Security Policy allows it by its hash.
(() => {
  const config = document.currentScript.dataset;

  // Global Privacy Control or Do Not Track: load nothing and send nothing.
  if (navigator.globalPrivacyControl || ["1", "yes"].includes(navigator.doNotTrack || window.doNotTrack)) return;

  // The sampling decision is made once per tab. A tab that is not sampled does not load the SDK.
  const draw = () => (Math.random() < config.sampleRate ? "in" : "out");
  let drawn;
  try {
    drawn = sessionStorage.rum ??= draw();
  } catch {
    drawn = draw();
  }
  if (drawn === "out") return;

  // A page reports so many errors, because a loop of errors must not become a loop of beacons.
  const most = 20;
  // Keep errors that occur before the SDK has loaded.
  const early = [];
  const keep = (event) => { if (early.length < most) early.push([Date.now(), event]); };
  const stop = () => {
    removeEventListener("error", keep);
    removeEventListener("unhandledrejection", keep);
  };
  addEventListener("error", keep);
  addEventListener("unhandledrejection", keep);

  // Remove queries and fragments of URLs, and mail addresses, anywhere in a text.
  const clean = (text) => text
    .replace(/(\/[^\s"<>?#]*)[?#][^\s"<>]*|\?[\w.%+-]+=[^\s"<>]*/g, "$1")
    .replace(/[\w.+-]+(@|%40)[\w-]+(\.[\w-]+)+/gi, "[mail]");
  let errors = 0;
  const scrub = (item) => {
    if (item.type === "exception" && ++errors > most) return null;
    const scrubbed = JSON.parse(JSON.stringify(item), (_, value) => (typeof value === "string" ? clean(value) : value));
    delete scrubbed.meta.user;
    delete scrubbed.meta.browser?.userAgent;
    return scrubbed;
  };

  const start = () => {
    const sdk = GrafanaFaroWebSdk;

    // The SDK's own transport retries, and adds headers that Alloy's CORS does not allow. This one sends a beacon once and ignores the outcome.
    class Beacons extends sdk.BaseTransport {
      name = "beacons";
      version = sdk.VERSION;
      isBatched() { return true; }
      send(items) {
        const body = JSON.stringify(sdk.getTransportBody(items));
        const headers = { "content-type": "application/json" };
        // Browsers limit the bodies of all requests with keepalive to 64 KiB (Fetch Standard).
        const keepalive = body.length < 20000;
        fetch(config.rumCollect, { method: "POST", body, headers, keepalive, credentials: "omit", referrerPolicy: "origin" }).catch(() => {});
      }
    }

    const { api } = sdk.initializeFaro({
      app: { name: config.app, version: config.version, environment: config.environment },
      transports: [new Beacons()],
      instrumentations: [
        new sdk.PerformanceInstrumentation(), new sdk.ErrorsInstrumentation(), new sdk.WebVitalsInstrumentation(), new sdk.SessionInstrumentation(),
      ],
      sessionTracking: { persistent: false },
      beforeSend: scrub,
      // A page fetches nothing but beacons, which would cause beacons without end, and searches, of which nobody else is to know.
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

  // Load the SDK after the first paint. The browser buffers the vitals until then.
  requestAnimationFrame(() => setTimeout(() => {
    const script = document.createElement("script");
    script.src = config.sdk;
    script.integrity = config.integrity;
    script.fetchPriority = "low";
    script.onload = start;
    script.onerror = stop;
    document.head.append(script);
  }));
})();
