"""blog list: the texts with their states, dates and addresses."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, TypedDict

from blog.cli import EXIT_CONTENT
from blog.machine.clock import utc_now
from blog.settings import Settings

if TYPE_CHECKING:
    from datetime import datetime

    from blog.content.post import Text

_COLUMNS = ("state", "date", "url", "file", "title")


class Row(TypedDict):
    """A text as it is printed; ``date`` is empty without one."""

    state: str
    kind: str
    date: str
    slug: str
    url: str
    file: str
    title: str


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("list", help="print the texts: drafts, then scheduled ones, then published ones")
    for state in ("drafts", "scheduled", "unlisted", "published"):
        parser.add_argument(
            f"--{state}", dest="states", action="append_const", const=state.removesuffix("s"), help=f"only {state}"
        )
    parser.add_argument("--format", choices=("table", "json"), default="table", help="table; or json, an object a line")
    parser.set_defaults(run=_list)


def _list(settings: Settings, options: argparse.Namespace) -> int:
    """Print the texts that can be understood, and to stderr the faults of the others."""
    from blog.cli.texts import STATES, readable

    library, faults = readable(settings)
    now, order = utc_now(), {str(state): place for place, state in enumerate(STATES)}
    rows = [_row(text, now, str(settings.posts_dir)) for text in (*library.drafts, *library.texts)]
    shown = [row for row in rows if not options.states or row["state"] in options.states]
    shown.sort(key=lambda row: (row["date"], row["url"]), reverse=True)
    shown.sort(key=lambda row: order[row["state"]])
    for line in map(json.dumps, shown) if options.format == "json" else _table(shown):
        print(line)
    for fault in faults:
        print(fault, file=sys.stderr)
    return EXIT_CONTENT if faults else 0


def _row(text: "Text", now: "datetime", folder: str) -> Row:
    from blog.cli.texts import state_of
    from blog.content.post import UNDATED, Post, StandalonePage

    published = text.published if isinstance(text, Post | StandalonePage) else None
    return Row(
        state=state_of(text, now),
        kind=text.kind.name,
        date="" if published is None or published == UNDATED else published.isoformat(),
        slug=text.slug,
        url=text.url,
        file=f"{folder}/{text.file}",
        title=text.title,
    )


def _table(rows: list[Row]) -> list[str]:
    cells = [[row["state"], row["date"][:10], row["url"], row["file"], row["title"]] for row in rows]
    if not cells:
        return []
    widths = [max(map(len, column)) for column in zip([*_COLUMNS], *cells, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in ([*_COLUMNS], *cells)
    ]
