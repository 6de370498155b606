"""Zola: content/, whose pages say their path, or have it from their place."""

from collections.abc import Iterator
from pathlib import Path

from blog.importers.addresses import below, prefix_of, url_name
from blog.importers.configuration import read_configuration, site_values
from blog.importers.engines.markdown_files import MarkdownFile, item_of, mapping, read_markdown, text_of
from blog.importers.items import Item, SourceSite
from blog.importers.names import in_ascii
from blog.importers.source_folder import SourceFolder


def read(folder: SourceFolder) -> SourceSite:
    """The texts of a site of Zola."""
    config = read_configuration(folder, folder.first("config.toml", "zola.toml"))
    url = text_of(config.get("base_url"))
    language = text_of(config.get("default_language")) or "en"
    extra = mapping(config.get("extra"))
    return SourceSite(
        engine="zola",
        root=folder.root,
        items=list(_items(folder, prefix_of(url), language)),
        url=url,
        static_folders=(folder.root / "static",),
        config=site_values(
            config.get("title"),
            config.get("description"),
            config.get("author") or extra.get("author"),
            config.get("default_language"),
        ),
        turned_on=frozenset({"smart"} if mapping(config.get("markdown")).get("smart_punctuation") is True else ()),
    )


def _items(folder: SourceFolder, prefix: str, language: str) -> Iterator[Item]:
    content = folder.root / "content"
    for path in folder.texts(content):
        if path.stem.split(".")[0] == "_index":
            folder.report.lose(path, 1, "is the text of a section, which has none here")
        elif file := read_markdown(folder, path):
            yield _item(
                folder, file, content, prefix + (f"/{file.lang}" if file.lang and file.lang != language else "")
            )


def _item(folder: SourceFolder, file: MarkdownFile, content: Path, prefix: str) -> Item:
    sections = file.path.relative_to(content).parts[:-1]
    if file.path.stem.split(".")[0] == "index":
        sections = sections[:-1]
    name = file.meta.text("slug") or file.name
    path = file.meta.text("permalink").strip("/") or "/".join(url_name(in_ascii(part)) for part in (*sections, name))
    aliases = [below(prefix, alias) for alias in file.meta.words("aliases")]
    kind = "post" if file.date else "page"
    return item_of(folder, file, kind=kind, slug=name, addresses=(f"{prefix}/{path}/", *aliases))
