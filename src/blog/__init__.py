"""A blog that parses its posts once and serves them from memory.

    posts/*.md ─ loader ─▶ front matter + body ─ markdown ─▶ Post ─▶ Site ─ render ─▶ {path: Page} ─ serve ─▶ response
    (files)                (typed header)        (HTML, toc)        (immutable index)   (ready bytes)          (one look-up)

Everything that can be computed before the first request is computed before the first request. The rooms, top to bottom;
an import only ever points down, which `make lint` checks:

    __main__    the command line
    app         wires the rooms; its lifespan is the story of the process
    serve       Pages → ASGI            telemetry   what the process says of itself
    render      Site → Pages
    content     text → Post → Site
    settings    cache    cores    exchange    semantics    stages    urls    errors
"""

__version__ = "0.1.0"
