"""blog new: write the file of a new text."""

import argparse
import sys
from datetime import datetime
from pathlib import Path, PurePosixPath

from blog.cli import EXIT_CONTENT, EXIT_USAGE
from blog.content.slugs import is_slug, slugify
from blog.machine.clock import utc_now
from blog.settings import Settings

_LONGEST_FILE_NAME = 120
# A file of such a name is another thing than a text with this slug.
_TAKEN_NAMES = frozenset({"readme", "index", "_index"})


class UsageError(ValueError):
    """The options contradict each other, or one of them has a wrong value."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("new", help="write a draft and print its path")
    parser.add_argument("title")
    parser.add_argument("--slug", help="the last part of its address; by default made of the title")
    parser.add_argument("--tags", default="", metavar="TAG,TAG", help="tags of a post")
    parser.add_argument("--series", help="the series of a post")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--page", action="store_true", help="a page outside of the list of posts")
    kinds.add_argument("--note", metavar="COLLECTION[/GROUP]", help="a note of a collection")
    parser.add_argument(
        "--draft",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether it is a draft, which is the default",
    )
    parser.set_defaults(run=_new)


def _new(settings: Settings, options: argparse.Namespace) -> int:
    title = " ".join("".join(it for it in options.title if it.isprintable() or it.isspace()).split())
    try:
        slug = _slug(title, options)
        path = _folder(settings, options) / f"{_file_name(slug)}.md"
        text = _text(title, slug, path, options, utc_now())
    except UsageError as problem:
        print(problem, file=sys.stderr)
        return EXIT_USAGE
    if collision := _collision(settings, path, text):
        print(collision, file=sys.stderr)
        return EXIT_CONTENT
    return _write(settings.posts_dir / path, settings.posts_dir, text)


def _slug(title: str, options: argparse.Namespace) -> str:
    if options.slug is not None:
        if not is_slug(options.slug):
            raise UsageError(
                f"--slug {options.slug!r} is not a slug; did you mean {slugify(options.slug) or 'a-few-words'!r}?"
            )
        return str(options.slug)
    slug = slugify(title).encode()[:_LONGEST_FILE_NAME].decode(errors="ignore").strip("-")
    if not slug:
        raise UsageError(f"{options.title!r} contains no letter or digit for a file name")
    return slug


def _file_name(slug: str) -> str:
    return f"{slug}-text" if slug in _TAKEN_NAMES else slug


def _folder(settings: Settings, options: argparse.Namespace) -> PurePosixPath:
    """The folder of the text within the posts folder."""
    from blog import urls

    if (options.page or options.note) and (options.tags or options.series):
        raise UsageError("--tags and --series are for posts alone")
    if options.page:
        return PurePosixPath(urls.PAGE.folder)
    return _section(settings, options.note) if options.note else PurePosixPath()


def _section(settings: Settings, name: str) -> PurePosixPath:
    """The folder of a collection or of a group in it. A group may be new."""
    collection, _, group = name.strip("/").partition("/")
    if not is_slug(collection) or (group and not is_slug(group)):
        raise UsageError(f"--note {name!r} is not COLLECTION or COLLECTION/GROUP")
    folders = _sections(settings)
    if collection not in folders:
        known = ", ".join(slug for slug in folders if "/" not in slug) or "none"
        made = f"{settings.posts_dir / collection}/index.md without a date makes one"
        raise UsageError(f"there is no collection {collection!r} (collections: {known}); {made}")
    return folders.get(f"{collection}/{group}", folders[collection] / group)


def _sections(settings: Settings) -> dict[str, PurePosixPath]:
    """The folders of collections and groups by their slugs; a collection that site.yaml names may have no folder yet."""
    from blog.cli.texts import readable
    from blog.content.post import Note

    library, _ = readable(settings)
    folders = {slug: PurePosixPath(slug) for slug in library.config.collections}
    for note in (text for text in (*library.texts, *library.drafts) if isinstance(text, Note)):
        folders[note.place.collection.slug] = PurePosixPath(note.file.parts[0])
        if note.place.group:
            folders[note.place.section] = PurePosixPath(*note.file.parts[:2])
    return folders


def _text(title: str, slug: str, path: PurePosixPath, options: argparse.Namespace, now: datetime) -> str:
    """The text of the file. A page and a note need neither a date nor tags."""
    is_post = not (options.page or options.note)
    tags = [tag.strip() for tag in options.tags.split(",") if tag.strip()]
    lines = [f"title: {_quoted(title)}"]
    if path.stem != slug or (is_post and slug[:4].isdecimal()):
        lines.append(f"slug: {_quoted(slug)}")
    if is_post:
        lines.append(f"date: {now:%Y-%m-%d}")
    lines.append('description: ""')
    if is_post:
        lines.append(f"tags: [{', '.join(map(_quoted, tags))}]")
    if options.series:
        lines.append(f"series: {_quoted(options.series)}")
    if options.draft:
        lines.append("draft: true")
    return "\n".join(["---", *lines, "---", "", "Begin here.", ""])


def _quoted(text: str) -> str:
    """A text in double quotes, as YAML has it."""
    printable = "".join(it for it in text if it.isprintable())
    return '"' + printable.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _collision(settings: Settings, path: PurePosixPath, text: str) -> str:
    """Why the file would not become a text with an address of its own; empty if it would."""
    from blog.cli.texts import readable
    from blog.errors import ContentError

    if not settings.posts_dir.is_dir() or (settings.posts_dir / path).exists():
        return ""
    try:
        (library, faults), (before, known) = readable(settings, {path: text}), readable(settings)
    except ContentError:
        # Nothing can be compared with; blog check names the faults.
        return ""
    if caused := set(faults) - set(known):
        return "\n".join(map(str, caused))
    urls = {it.file: it.url for it in (*before.texts, *before.drafts)}
    texts = (*library.texts, *library.drafts)
    url = next((it.url for it in texts if it.file == path), None)
    # Two files of one name and different dates both get an address, but then that of the older text changes.
    taken = next((it.file for it in texts if it.file != path and url in {it.url, urls.get(it.file)}), None)
    return f"{url} is the address of {settings.posts_dir / taken} already; give another --slug" if taken else ""


def _write(path: Path, posts: Path, text: str) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        print(f"{path if path.exists() else posts} is already there", file=sys.stderr)
        return EXIT_CONTENT
    except OSError as problem:
        print(f"{path} cannot be written: {problem.strerror}", file=sys.stderr)
        return EXIT_CONTENT
    print(path)
    return 0
