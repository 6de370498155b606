"""WordPress: the posts and pages of an export file."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

from blog.errors import counted
from blog.importers.configuration import site_values
from blog.importers.engines import wxr
from blog.importers.html_markdown import plain_text
from blog.importers.items import Item, SourceSite
from blog.importers.report import Report
from blog.importers.wordpress_text import Gallery, Picture, to_html

_NO_DATE = "0000-00-00"
_LONGEST_OFFSET = timedelta(hours=15)
# All other states, those of plugins too, are not for readers.
_PUBLIC = frozenset({"publish", "future"})


def read(path: Path, report: Report, limit: int = wxr.MAX_EXPORT_BYTES) -> SourceSite:
    """The posts and pages of an export, with their text as HTML. Files are looked for beside the export, in wp-content/uploads.

    Raises:
        ImportRefusedError: the export cannot be read to its end.
    """
    export = wxr.parse(path, limit)
    url = export.channel.get("wp:base_blog_url") or export.channel.get("link", "")
    language = export.channel.get("language", "")
    _report_others(path, export, report)
    return SourceSite(
        engine="wordpress",
        is_export=True,
        root=path.parent,
        items=list(_WordPress(path, export, url, report).items()),
        url=url,
        static_folders=(path.parent,),
        # WordPress makes quotes and dashes typographic when it shows a text.
        turned_on=frozenset({"smart"}),
        config=site_values(export.channel.get("title"), export.channel.get("description"), _author(export), language),
    )


def _author(export: wxr.Export) -> str:
    logins = {entry["dc:creator"] for entry in export.texts}
    return _name(export, logins.pop()) if len(logins) == 1 else ""


def _name(export: wxr.Export, login: str) -> str:
    return export.authors.get(login) or login


def _report_others(path: Path, export: wxr.Export, report: Report) -> None:
    for kind, count in export.others.items():
        report.lose(
            path, export.first_lines[kind], f"{counted(count, 'item')} of the kind {kind!r} (this is the first)"
        )
    comments = [entry for entry in export.texts if entry.comments]
    if comments:
        total = sum(entry.comments for entry in comments)
        report.lose(
            path,
            comments[0].line,
            f"{counted(total, 'comment')} of {counted(len(comments), 'text')} (this is the first)",
        )
    if export.without_controls:
        report.change(
            path, 1, f"{counted(export.without_controls, 'control character')} that XML does not allow were removed"
        )


class _WordPress:
    def __init__(self, path: Path, export: wxr.Export, url: str, report: Report) -> None:
        self._path, self._export, self._url, self._report = path, export, url, report
        self._pictures = {
            entry["wp:post_id"]: Picture(entry["wp:attachment_url"], entry.meta_value("_wp_attachment_image_alt"))
            for entry in export.attachments
        }
        self._own: dict[str, list[str]] = {}
        for entry in export.attachments:
            self._own.setdefault(entry["wp:post_parent"], []).append(entry["wp:post_id"])

    def items(self) -> Iterator[Item]:
        self._report_attachments()
        for entry in self._export.texts:
            if entry["wp:status"] == "trash":
                self._report.lose(self._path, entry.line, f"{entry['title']!r} is in the trash")
            else:
                yield self._item(entry)
                # The HTML of the item is another text, and large exports need the memory.
                entry.values.pop("content:encoded", None)

    def _report_attachments(self) -> None:
        for entry in self._export.attachments:
            url = entry["wp:attachment_url"]
            path = self._path.parent / urlsplit(url).path.lstrip("/")
            if not path.is_file():
                self._report.lose(
                    self._path,
                    entry.line,
                    f"{url} is not beside the export; copy wp-content/uploads there and import again",
                )

    def _item(self, entry: wxr.Entry) -> Item:
        draft = entry["wp:status"] not in _PUBLIC
        if entry["wp:post_password"].strip():
            self._report.change(
                self._path, entry.line, "is protected by a password, which nothing is here, and became a draft"
            )
            draft = True
        elif draft and entry["wp:status"] != "draft":
            self._report.change(
                self._path, entry.line, f"is {entry['wp:status'] or 'without a state'}, and became a draft"
            )
        item = Item(
            file=self._path,
            line=entry.line,
            kind="page" if entry["wp:post_type"] == "page" else "post",
            title=plain_text(entry["title"]),
            date=_moment(entry["wp:post_date"], entry["wp:post_date_gmt"]),
            updated=_moment(entry["wp:post_modified"], entry["wp:post_modified_gmt"]),
            description=plain_text(entry["excerpt:encoded"]) or plain_text(entry.meta_value("_yoast_wpseo_metadesc")),
            tags=tuple(self._tags(entry)),
            authors=(_name(self._export, entry["dc:creator"]),),
            draft=draft,
            slug=entry["wp:post_name"].strip(),
            addresses=() if draft else tuple(_addresses(entry)),
            id="" if draft or "://" not in entry["guid"] else entry["guid"].strip(),
            body_line=entry.content_line,
            is_html=True,
        )
        gallery = Gallery(self._pictures, self._own.get(entry["wp:post_id"], []))
        first = entry.content_line - 1
        body = to_html(
            entry["content:encoded"],
            gallery,
            lambda line, text: self._report.change(self._path, first + line, text),
            lambda line, text: self._report.lose(self._path, first + line, text),
        )
        picture = self._pictures.get(entry.meta_value("_thumbnail_id"))
        return replace(item, body=body, image=picture.url if picture else "", image_alt=picture.alt if picture else "")

    def _tags(self, entry: wxr.Entry) -> Iterator[str]:
        for domain, nicename, name in entry.terms:
            if domain == "category" and nicename == "uncategorized":
                self._report.change(self._path, entry.line, f"the category {name!r} was left out")
            elif domain in {"category", "post_tag", "tag"}:
                yield name
            else:
                self._report.lose(self._path, entry.line, f"{domain} {name!r}")


def _addresses(entry: wxr.Entry) -> Iterator[str]:
    """The address, and those by the names that WordPress remembers."""
    link = entry["link"].strip()
    if not link:
        return
    yield link
    name = entry["wp:post_name"].strip()
    for key, old in entry.meta:
        if key == "_wp_old_slug" and name and f"/{name}" in link:
            yield f"/{old.strip()}".join(link.rsplit(f"/{name}", 1))


def _moment(local: str, utc: str) -> str:
    """The local time with its offset, which is what lies between the two times of an export."""
    local, utc = local.strip(), utc.strip()
    if not local or local.startswith(_NO_DATE):
        return "" if utc.startswith(_NO_DATE) or not utc else f"{utc}+00:00"
    try:
        written, universal = datetime.fromisoformat(local), datetime.fromisoformat(utc)
    except ValueError:
        return local
    offset = written - universal
    if abs(offset) > _LONGEST_OFFSET or offset.seconds % 60:
        return local
    return written.replace(tzinfo=timezone(offset)).isoformat(" ")
