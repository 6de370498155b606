"""A blog service: Markdown posts are parsed once, rendered to bytes, and served from memory.

    posts/*.md ─ content ─▶ Site ─ render ─▶ Rendered ─ build ─▶ Edition {path: Resource} ─ serve ─▶ response
    (files)      (parse)    (index)          (HTML, feeds)       (encodings, ETags)         (one look-up)

An edition is all pages of the site at one moment. It is complete before the first request, and a change of the content makes a new one.
The packages, from top to bottom; an import only points down, which `make lint` checks:

    __main__    the command line
    cli         the commands for authors
    importers   other programs' sites → texts
    starter     the folder of a new blog
    app         wires the packages; its lifespan publishes editions while the process serves
    serve       request → response: server, protocol, page store, negotiation, API, health
    build       folders → edition: builder, caches, encodings, publisher, watcher; drawings and pictures in worker processes
    telemetry   traces, metrics, logs, visits, browser RUM
    render      Site → pages, feeds, sitemap (the only user of jinja2)
    content     text → Post → Site (the only user of mistune, pygments and yaml)
    settings    the environment as typed values
    http        the record of a request, and the semantics that all packages share
    machine     cores, memory limits, the cache on disk, threads, progress
    urls        every path of the site
    errors      what can go wrong, as data
"""

__version__ = "0.1.0"
