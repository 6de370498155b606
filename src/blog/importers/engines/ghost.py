"""Ghost: the posts and pages of a JSON export."""

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from blog.importers.configuration import site_values
from blog.importers.engines.ghost_routes import Facts, Routes
from blog.importers.engines.markdown_files import text_of
from blog.importers.export_file import MIB, read_in_pieces
from blog.importers.html_markdown import plain_text
from blog.importers.items import ImportRefusedError, Item, SourceSite
from blog.importers.report import Report

MAX_EXPORT_BYTES = 256 * MIB
_HERE = "__GHOST_URL__"


def read(path: Path, report: Report, limit: int = MAX_EXPORT_BYTES) -> SourceSite:
    """The posts and pages of an export. Files are looked for beside it, in content/images.

    Raises:
        ImportRefusedError: the export is too large, cut off, or is none of Ghost.
    """
    text = _decoded(path, b"".join(read_in_pieces(path, limit)))
    try:
        data = _data(json.loads(text))
    except (ValueError, RecursionError) as problem:
        line = getattr(problem, "lineno", 1)
        raise ImportRefusedError(
            f"{path}:{line}: not valid JSON: {problem}; is the export cut off? Nothing is written"
        ) from None
    if data is None:
        raise ImportRefusedError(f"{path}: is no export of Ghost: it has no posts in db[0].data")
    settings = {str(row.get("key")): row.get("value") for row in _rows(data, "settings")}
    routes = Routes(path, report, text_of(settings.get("timezone")))
    return SourceSite(
        engine="ghost",
        is_export=True,
        root=path.parent,
        items=list(_Ghost(path, text, data, report, routes).items()),
        url=str(settings.get("url") or ""),
        static_folders=(path.parent,),
        config=site_values(
            settings.get("title"),
            settings.get("description"),
            _author(data),
            settings.get("locale") or settings.get("lang"),
            settings.get("timezone"),
        ),
        zone=str(settings.get("timezone") or ""),
    )


def _decoded(path: Path, body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = body.count(b"\n", 0, problem.start) + 1
        raise ImportRefusedError(f"{path}:{line}: is not UTF-8; nothing is written") from None


def _data(export: Any) -> Mapping[str, Any] | None:
    """The tables of an export: they were at its top once."""
    if isinstance(export, dict) and isinstance(export.get("db"), list) and export["db"]:
        export = export["db"][0]
    if isinstance(export, dict) and isinstance(export.get("data"), dict):
        export = export["data"]
    return export if isinstance(export, dict) and isinstance(export.get("posts"), list) else None


def _rows(data: Mapping[str, Any], table: str) -> list[Mapping[str, Any]]:
    rows = data.get(table)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _author(data: Mapping[str, Any]) -> str:
    names = [str(row.get("name", "")) for row in _rows(data, "users")]
    return names[0] if len(names) == 1 else ""


class _Lines:
    """Finds the line of a row by its id, because the parser of JSON tells no lines."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [found.start() for found in re.finditer("\n", text)]
        self._last = 0

    def of(self, value: str) -> int:
        # Rows mostly come in order, and a search from the start for each would take quadratic time.
        place = self._text.find(f'"{value}"', self._last)
        if place < 0:
            place = self._text.find(f'"{value}"', 0, self._last)
        self._last = max(0, place)
        return bisect_left(self._ends, self._last) + 1


class _Ghost:
    def __init__(self, path: Path, text: str, data: Mapping[str, Any], report: Report, routes: Routes) -> None:
        self._path, self._data, self._report, self._routes = path, data, report, routes
        self._lines = _Lines(text)
        self._tags = {row.get("id"): row for row in _rows(data, "tags")}
        self._meta = {row.get("post_id"): row for row in _rows(data, "posts_meta")}
        users = _rows(data, "users")
        self._users = {row.get("id"): str(row.get("name") or "") for row in users}
        self._user_slugs = {row.get("id"): str(row.get("slug") or "") for row in users}
        self._written_by: dict[Any, list[Any]] = {}
        for row in sorted(_rows(data, "posts_authors"), key=_place):
            self._written_by.setdefault(row.get("post_id"), []).append(row.get("author_id"))
        self._of_post: dict[Any, list[Mapping[str, Any]]] = {}
        for row in sorted(_rows(data, "posts_tags"), key=_place):
            self._of_post.setdefault(row.get("post_id"), []).append(row)

    def items(self) -> Iterator[Item]:
        for row in _rows(self._data, "posts"):
            line = self._lines.of(str(row.get("id", row.get("slug", ""))))
            meta = {
                **self._meta.get(row.get("id"), {}),
                **{key: value for key, value in row.items() if value is not None},
            }
            if meta.get("email_only") or row.get("status") == "sent":
                self._report.lose(self._path, line, f"{row.get('title')!r} was sent by e-mail only")
            elif not isinstance(row.get("html"), str) and (row.get("lexical") or row.get("mobiledoc")):
                self._report.fail(
                    self._path, line, f"{row.get('title')!r} has no html, only the format of Ghost's editor"
                )
            else:
                yield self._item(row, meta, line)

    def _item(self, row: Mapping[str, Any], meta: Mapping[str, Any], line: int) -> Item:
        for key in ("codeinjection_head", "codeinjection_foot"):
            if meta.get(key):
                self._report.lose(self._path, line, f"the code injection of {row.get('title')!r} ({key})")
        slug, kind = str(row.get("slug") or ""), _kind(row)
        draft = self._is_for_members(row, line) or row.get("status") not in {"published", "scheduled"}
        return Item(
            file=self._path,
            line=line,
            kind=kind,
            title=" ".join(str(row.get("title") or "").split()),
            date=_moment(row.get("published_at") or row.get("created_at")),
            updated=_moment(row.get("updated_at")),
            description=plain_text(str(meta.get("custom_excerpt") or meta.get("meta_description") or "")),
            tags=tuple(self._tag_names(row, line)),
            authors=tuple(self._authors(row)),
            draft=draft,
            slug=slug,
            addresses=() if draft or not slug else self._addresses(row, slug, kind),
            image=_own(str(meta.get("feature_image") or meta.get("image") or "")),
            image_alt=str(meta.get("feature_image_alt") or ""),
            lang=str(meta.get("locale") or meta.get("language") or ""),
            canonical=str(meta.get("canonical_url") or "").replace(_HERE, ""),
            body=_own(str(row.get("html") or "")),
            body_line=line,
            is_html=True,
        )

    def _addresses(self, row: Mapping[str, Any], slug: str, kind: str) -> tuple[str, ...]:
        """Where a text was. Pages are in no collection."""
        if kind == "page":
            return (f"/{slug}/",)
        links = self._of_post.get(row.get("id"), [])
        tags = (str(self._tags.get(link.get("tag_id"), {}).get("slug") or "") for link in links)
        authors = (self._user_slugs.get(number) for number in self._author_numbers(row))
        facts = Facts(
            slug=slug, id=str(row.get("id") or ""), tags=tuple(filter(None, tags)), authors=tuple(filter(None, authors)),
            featured=row.get("featured") in (1, True), when=None,
        )  # fmt: skip
        return self._routes.addresses(facts, _moment(row.get("published_at")))

    def _is_for_members(self, row: Mapping[str, Any], line: int) -> bool:
        visibility = str(row.get("visibility") or "public")
        if visibility == "public":
            return False
        self._report.change(self._path, line, f"is for {visibility} only, and became a draft")
        return True

    def _authors(self, row: Mapping[str, Any]) -> Iterator[str]:
        """The authors in their order; older exports name one in the post itself."""
        yield from (name for number in self._author_numbers(row) if (name := self._users.get(number)))

    def _author_numbers(self, row: Mapping[str, Any]) -> list[Any]:
        return self._written_by.get(row.get("id")) or [row.get("author_id")]

    def _tag_names(self, row: Mapping[str, Any], line: int) -> Iterator[str]:
        for link in self._of_post.get(row.get("id"), []):
            tag = self._tags.get(link.get("tag_id"), {})
            name = str(tag.get("name") or "")
            if tag.get("visibility") == "internal" or name.startswith("#"):
                self._report.lose(self._path, line, f"the internal tag {name!r}")
            elif name:
                yield name


def _kind(row: Mapping[str, Any]) -> Literal["post", "page"]:
    return "page" if row.get("type") == "page" or row.get("page") in (1, True) else "post"


def _place(row: Mapping[str, Any]) -> int:
    place = row.get("sort_order")
    return place if isinstance(place, int) else 0


def _own(text: str) -> str:
    """Addresses of the site itself as paths."""
    return text.replace(_HERE, "")


def _moment(value: Any) -> str:
    """A date as Ghost writes it, or wrote it once: in milliseconds, which need no zone."""
    return f"{value}+00:00" if isinstance(value, str) and len(value) == len("2019-01-01 10:00:00") else str(value or "")
