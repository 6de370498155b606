"""What is wrong with the collections of a site, and with what site.yaml names: addresses taken twice, and names that lead nowhere."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from blog import urls
from blog.content.folder import CONFIG, STATIC
from blog.content.library import Library, section_folders
from blog.content.media_types import is_picture
from blog.content.post import Note, Post
from blog.content.slugs import slugify
from blog.errors import Fault, Severity

_HINT = "rename the folder; or, if its texts are posts, rename its index.md to _index.md"
_OWN_FOLDERS = frozenset({STATIC.name, *(kind.folder for kind in urls.KINDS if kind.folder)})


def folders_of_notes(library: Library) -> Iterator[Fault]:
    """Folders of notes whose address is reserved, or that of another folder."""
    published = set(section_folders(library.pages))
    drafts = set(section_folders(library.drafts)) - published
    taken: dict[str, PurePosixPath] = {}
    for severity, sections in ((Severity.ERROR, published), (Severity.WARNING, drafts)):
        for folder, address in sorted(sections):
            if problem := _problem(folder, address, taken):
                yield Fault(folder, 1, f"has the address {address!r}, which {problem}; {_HINT}", severity)


def missing_portrait(library: Library) -> Iterator[Fault]:
    """A portrait in site.yaml that no page shows: pages load nothing from elsewhere."""
    portrait = library.config.author.portrait
    found = library.static.get(urls.decoded(portrait))
    if portrait and not (found and is_picture(found.path)):
        problem = (
            f"author: portrait {portrait!r} is not a picture in {STATIC}/, so the first letter of the name is shown"
        )
        yield Fault(CONFIG, 1, problem, Severity.WARNING)


def _problem(folder: PurePosixPath, address: str, taken: dict[str, PurePosixPath]) -> str:
    if urls.is_reserved(address):
        return "is reserved for the service"
    other = taken.setdefault(address, folder)
    return "" if other == folder else f"{other}/ has already"


def _notes(library: Library) -> Iterator[Note]:
    return (page for page in library.pages if isinstance(page, Note))


def pages_of_collections(library: Library) -> dict[str, str]:
    """What has each address of collections and groups that no note introduces, and of their feeds."""
    notes = tuple(_notes(library))
    pages: dict[str, str] = {}
    for note in notes:
        collection, group = note.place.collection.slug, note.place.group
        pages.setdefault(urls.collection(collection), f"{note.file.parts[0]}/")
        if group:
            pages.setdefault(urls.group(collection, group.slug), f"{'/'.join(note.file.parts[:2])}/")
        settings = library.config.collections.get(collection)
        if settings and settings.feed:
            feeds = (urls.collection(collection) + feed.path for feed in urls.FEED_FORMATS)
            pages |= dict.fromkeys(feeds, f"the feed of {note.file.parts[0]}/")
    introduced = {note.url for note in notes if note.place.introduces}
    return {path: name for path, name in pages.items() if path not in introduced}


def unused_collections(library: Library) -> Iterator[Fault]:
    """Collections that site.yaml names and that have no notes, or no note for their feed."""
    drafts = [draft for draft in library.drafts if isinstance(draft, Note)]
    slugs = {note.place.collection.slug for note in (*_notes(library), *drafts)}
    dated = {note.place.collection.slug for note in _notes(library) if note.published}
    for slug, settings in library.config.collections.items():
        if slug not in slugs:
            yield Fault(CONFIG, 1, f"collections: {_no_notes(slug)}", Severity.WARNING)
        elif settings.feed and slug not in dated:
            problem = f"collections: the feed of {slug!r} is empty, because none of its notes has a date"
            yield Fault(CONFIG, 1, problem, Severity.WARNING)


def _no_notes(slug: str) -> str:
    if slug in _OWN_FOLDERS:
        return f"the folder {slug!r} has a meaning of its own, and cannot be a collection"
    return f"there is no folder {slug!r} with notes"


def implied_aliases(library: Library) -> Iterator[str]:
    """Where the introductions would be if they were notes among the others."""
    return (note.place.alias for note in _notes(library) if note.place.alias)


def unused_series(library: Library) -> Iterator[Fault]:
    """Series that site.yaml describes and no post is part of: the name is probably misspelled."""
    posts = [it for it in (*library.posts, *library.drafts) if isinstance(it, Post) and it.series and not it.unlisted]
    named = {slugify(post.series or ""): post.series for post in posts}
    for slug in library.config.series:
        if slug not in named:
            known = ", ".join(sorted(map(repr, named.values()))) or "none"
            yield Fault(
                CONFIG, 1, f"series: no post is part of {slug!r}; the series of the posts: {known}", Severity.WARNING
            )
