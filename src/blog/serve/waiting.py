"""The page that an author sees until the content can be served: what is wrong with it, and where."""

from html import escape

from blog import urls
from blog.build.response import PreparedResponse, field_lines
from blog.errors import Fault, counted
from blog.render import security
from blog.render.page import HTML
from blog.serve.reload import as_json
from blog.serve.unavailable import RETRY_AFTER_SECONDS

# The page was made from the faults in its data- attribute; other ones, or an edition, are shown by loading it again.
_SCRIPT = """
const { events, faults } = document.body.dataset;
const stream = new EventSource(events);
let edition;
stream.addEventListener("edition", ({ data }) => { if (data !== (edition ??= data)) location.reload(); });
stream.addEventListener("faults", ({ data }) => { if (data !== faults) location.reload(); });
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title}</title>
</head>
<body data-events="{events}" data-faults="{data}">
<main role="alert">
<h1>{title}</h1>
<p>This page shows the site by itself as soon as it can be served.</p>
{items}
</main>
<script>{script}</script>
</body>
</html>
"""


def waiting_page(faults: tuple[Fault, ...]) -> PreparedResponse:
    """503 with the faults, or without any while the content is loaded. It needs no theme, because the theme may be what is broken."""
    html = _PAGE.format(
        title=f"The content has {counted(len(faults), 'error')}" if faults else "The blog is starting",
        events=urls.RELOAD_EVENTS,
        data=escape(as_json(faults)),
        items="\n".join(["<ul>", *map(_item, faults), "</ul>"]) if faults else "",
        script=_SCRIPT,
    )
    body = html.encode(errors="replace")
    headers = security.for_html(security.script_hashes(html), secure=False)
    own = [
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        ("retry-after", str(RETRY_AFTER_SECONDS)),
    ]
    return PreparedResponse(503, field_lines(own), field_lines([("content-type", HTML), *headers.items()]), body)


def _item(fault: Fault) -> str:
    return f"<li><code>{escape(f'{fault.file}:{fault.line}')}</code> {escape(fault.problem)}</li>"
