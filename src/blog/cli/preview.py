"""blog preview: print a link that opens one unpublished text for some days."""

import argparse
import sys
import time
from typing import TYPE_CHECKING

from blog.cli import EXIT_CONTENT, EXIT_USAGE
from blog.machine.clock import utc_now
from blog.serve.preview import LONGEST_DAYS, link
from blog.settings import Settings, variable

if TYPE_CHECKING:
    from blog.content.library import Library
    from blog.content.post import Text

_DAY_SECONDS = 24 * 3600


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("preview", help="print a link that opens a draft or a scheduled text")
    parser.add_argument("slug", help="the last part of the text's address")
    parser.add_argument("--days", type=_days, default=7, help=f"how long it works, 1 to {LONGEST_DAYS}; by default 7")
    parser.set_defaults(run=_preview)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LONGEST_DAYS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days from 1 to {LONGEST_DAYS}")
    return int(text)


def _preview(settings: Settings, options: argparse.Namespace) -> int:
    from blog.cli.texts import readable

    if not settings.preview_key:
        name = variable("preview_key")
        print(f"{name} is not set: give the secret of the server, of at least 32 characters", file=sys.stderr)
        return EXIT_USAGE
    if problem := _problem(readable(settings)[0], options.slug, settings.base_url):
        print(problem, file=sys.stderr)
        return EXIT_CONTENT
    expires = int(time.time()) + options.days * _DAY_SECONDS
    print(settings.base_url + link(settings.preview_key, options.slug, expires))
    return 0


def _problem(library: "Library", slug: str, origin: str) -> str:
    """Why no preview has this slug; empty if one has it."""
    from blog.cli.texts import near
    from blog.content.site import shown_drafts, unpublished

    previewed = unpublished(library, utc_now())
    named = [text for text in (*library.texts, *library.drafts) if text.slug == slug]
    if text := previewed.get(slug):
        others = [str(it.file) for it in named if it is not text and (it.draft or it not in library.texts)]
        if others:
            return f"slug {slug!r} opens {text.file}; give {', '.join(others)} another one"
        return f"{text.file} contains a link that runs script, so it has no preview" if _is_harmful(text) else ""
    if not named:
        return f"there is no draft and no scheduled text {slug!r}{near(slug, previewed.values())}"
    text = named[0]
    if text.draft and text not in shown_drafts(library):
        return f"{text.file} has no preview: another text has its address {text.url}"
    return f"{text.file} is published: {origin}{text.url}"


def _is_harmful(text: "Text") -> bool:
    from blog.content import markdown
    from blog.content.document import dialect_of
    from blog.content.targets import is_harmful

    document = markdown.parse(text.body, text.title, dialect_of(text.file))
    return any(is_harmful(reference.target) for reference in document.references)
