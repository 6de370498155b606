"""What is wrong with the content as a whole: names taken twice, links that lead nowhere, pictures that are missing."""

import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from unicodedata import normalize
from urllib.parse import unquote, urlsplit, urlunsplit

from blog import urls
from blog.content import audio, translations
from blog.content.attribution import described
from blog.content.check_collections import (
    folders_of_notes,
    implied_aliases,
    missing_portrait,
    pages_of_collections,
    unused_collections,
    unused_series,
)
from blog.content.collections import natural
from blog.content.document import Reference
from blog.content.folder import CONFIG
from blog.content.front_matter import key_line, written_alias
from blog.content.library import Library, files_of, is_external, resolve_file, resolve_relative, section_folders
from blog.content.media_types import AUDIO, CROPPED, PICTURES, is_audio, is_on_cards, is_picture, player_of
from blog.content.named_texts import PREFIX, NamedTexts, as_written, by_path, section, wiki_name
from blog.content.other_names import meant
from blog.content.post import Post, StandalonePage, TagPage, Text
from blog.content.slugs import slugify
from blog.content.static_files import REPLACEABLE, address_of
from blog.content.targets import is_harmful
from blog.errors import Fault, Severity

# The beginning of a URI (RFC 3986, 3.1).
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]")
logger = logging.getLogger(__name__)

_NO_CARD = "is drawn by no social network, so the card of this text shows its title; name a .png, .jpg, .gif or .webp file here"


def check(library: Library, now: datetime, origin: str = "") -> Iterator[Fault]:
    """Every fault that only shows with all texts and the time at hand; files are relative to the posts folder.

    Links to ``origin`` are links of the site.
    """
    yield from _addresses(library)
    yield from _ids(library)
    yield from _tag_spellings(library)
    yield from _unused_tag_pages(library)
    yield from unused_series(library)
    yield from unused_collections(library)
    yield from missing_portrait(library)
    yield from (_warning(text, remark.line, remark.problem) for text, remark in translations.remarks(library))
    yield from _neighbours(library)
    yield from _links_to_drafts(library)
    targets = _Targets(library, origin)
    for text in (*library.texts, *library.drafts):
        try:
            yield from _of_text(library, targets, text, now)
        except Exception as problem:
            # A bug of this program. The other texts are checked all the same.
            logger.debug("%s cannot be checked", text.file, exc_info=problem)
            yield _error(text, 1, f"cannot be checked ({described(problem)})")


def _of_text(library: Library, targets: "_Targets", text: Text, now: datetime) -> Iterator[Fault]:
    yield from _picture(library, text)
    yield from _updated(text, now)
    yield from _expired(text, now)
    yield from _audio(library, text)
    for reference in text.document.references:
        yield from targets.check(text, reference)
    for remark in text.document.remarks:
        yield _warning(text, text.body_line + remark.line - 1, remark.problem)
    for remark in text.remarks:
        yield _warning(text, remark.line, remark.problem)


def _warning(text: Text, line: int, problem: str) -> Fault:
    return Fault(text.file, line, problem, Severity.WARNING)


def _error(text: Text, line: int, problem: str) -> Fault:
    """An error; a warning if the text is a draft, of which nothing is served yet."""
    return Fault(text.file, line, problem, Severity.WARNING if text.draft else Severity.ERROR)


def _addresses(library: Library) -> Iterator[Fault]:
    """Two texts at one address, or a text and a file. A draft never takes an address from a published text, so drafts come last."""
    taken: dict[str, str] = {urls.decoded(path): "the service itself" for path in urls.FIXED_PATHS}
    yield from folders_of_notes(library)
    taken |= {urls.decoded(path): name for path, name in pages_of_collections(library).items()}
    for file in library.static_paths:
        address = urls.canonical(address_of(file))
        if address in REPLACEABLE:
            continue
        if urls.is_reserved(address):
            yield Fault(file, 1, f"has the address {address_of(file)!r}, which is reserved for the service; rename it")
        taken.setdefault(address, str(file))
    slugs: dict[str, str] = {}
    sources = {urls.decoded(text.source_url): text for text in library.texts}
    for texts in (library.texts, library.drafts):
        in_order = sorted(texts, key=lambda text: text.file)
        for text in in_order:
            path, usual = urls.decoded(text.url), urls.text(text.kind, text.slug)
            if path in taken and text.address:
                problem = f"address {path!r} is already taken by {taken[path]}"
                yield _error(text, _line_of(text, "permalink"), problem)
            elif taker := taken.get(path) or slugs.get(usual):
                yield _error(text, _line_of(text, "slug"), f"slug {text.slug!r} is already taken by {taker}")
            taken.setdefault(path, str(text.file))
            slugs.setdefault(usual, str(text.file))
        for text in in_order:
            yield from _aliases(text, taken, sources)


def _aliases(text: Text, taken: dict[str, str], sources: Mapping[str, Text]) -> Iterator[Fault]:
    for alias in text.aliases:
        if alias in taken and alias != urls.decoded(text.url):
            problem = f"alias {_written(text, alias)!r} is already taken by {taken[alias]}"
            yield _error(text, _line_of(text, "aliases"), problem)
        elif source := sources.get(alias):
            problem = f"alias {_written(text, alias)!r} is ignored: the Markdown source of {source.file} is there"
            yield _warning(text, _line_of(text, "aliases"), problem)
        taken.setdefault(alias, str(text.file))


def _written(text: Text, alias: str) -> str:
    return written_alias(text.source, alias)


def _ids(library: Library) -> Iterator[Fault]:
    """Two texts with one id, which feed readers would take for one. A draft never takes an id from a published text."""
    taken: dict[str, Text] = {}
    for texts in (library.texts, library.drafts):
        for text in sorted((text for text in texts if text.id), key=lambda text: text.file):
            if other := taken.get(text.id or ""):
                yield _error(text, _line_of(text, "id"), f"id {text.id!r} is already taken by {other.file}")
            taken.setdefault(text.id or "", text)
            if not _URI.match(text.id or ""):
                problem = f"id {text.id!r} is not a URI, as Atom requires: such as tag:example.org,2026:hello"
                yield _warning(text, _line_of(text, "id"), problem)


def _neighbours(library: Library) -> Iterator[Fault]:
    """Neighbours below which this site has an address: one of the two applications would never be asked for it."""
    paths = _paths(library)
    for neighbour in library.config.neighbours:
        covered = next((path for path in sorted(paths) if _covers(neighbour, path)), None)
        if covered or urls.is_reserved(f"{neighbour}/x"):
            problem = f"neighbour {neighbour!r} covers {covered or neighbour!r}, which this service answers"
            yield Fault(CONFIG, 1, problem)


def _links_to_drafts(library: Library) -> Iterator[Fault]:
    """Files in static/ that are links to a draft, or to a file to which only drafts refer."""
    public = {None, *files_of(library, library.texts), *(text.file for text in library.texts)}
    for static in library.static.values():
        if not public & {static.link_to, static.path}:
            problem = f"is a link to {static.link_to}, which is of a draft; it is not served before that"
            yield Fault(static.path, 1, problem, Severity.WARNING)


def _covers(neighbour: str, path: str) -> bool:
    """
    >>> _covers("/app", "/app/login"), _covers("/app", "/app"), _covers("/app", "/apple")
    (True, True, False)
    """
    return path == neighbour or path.startswith(f"{neighbour}/")


def _line_of(text: Text, key: str) -> int:
    """The line of a key of the front matter; 1 if it is not there."""
    return key_line(text.source, key)


def _tag_spellings(library: Library) -> Iterator[Fault]:
    """Python and python are one tag; C and C! would share a page without being one."""
    spelled: defaultdict[str, dict[str, tuple[Post, str]]] = defaultdict(dict)
    for post in library.posts:
        for tag in post.tags:
            spelled[slugify(tag)].setdefault(_folded(tag), (post, tag))
    for slug, names in spelled.items():
        (_, first), *others = names.values()
        for post, tag in others:
            problem = f"tags {first!r} and {tag!r} share the page {urls.tag(slug)}"
            yield _error(post, _line_of(post, "tags"), problem)


def _unused_tag_pages(library: Library) -> Iterator[Fault]:
    """Introductions of tags that no post has: the name is probably misspelled."""
    texts = (*library.posts, *library.drafts)
    used = {slugify(tag): tag for post in texts if isinstance(post, Post) and not post.unlisted for tag in post.tags}
    for page in library.pages:
        if isinstance(page, TagPage) and page.slug not in used:
            known = ", ".join(sorted(map(repr, used.values()), key=natural)) or "none"
            yield _warning(
                page, 1, f"introduces the tag {page.slug!r}, which no post has; the tags of the posts: {known}"
            )


def _folded(tag: str) -> str:
    return normalize("NFC", tag).casefold().replace("-", " ").replace("_", " ")


def _picture(library: Library, text: Text) -> Iterator[Fault]:
    if text.image is None:
        return
    src, line = text.image.src, _line_of(text, "image")
    if is_harmful(src):
        yield _error(text, line, f"image {src!r} runs script or reads files, which no page may do")
    elif problem := _picture_problem(library, text, src):
        yield _warning(text, line, f"image {src!r} {problem}")


def _picture_problem(library: Library, text: Text, src: str) -> str:
    if not is_external(src):
        path = resolve_file(text, src)
        file = library.files.get(path) if path else None
        if path and (reason := library.refused.get(path)):
            return f"is beside the post, but {reason}"
        if file is None or not is_picture(file.path):
            return f"is not a picture beside the post ({_kinds()})"
        return "" if file.extension in CROPPED else _NO_CARD
    return "" if is_on_cards(src) else _NO_CARD


def _updated(text: Text, now: datetime) -> Iterator[Fault]:
    """A date of the last change that is still to come: nothing changes on a schedule, so the date is likely a slip."""
    published = text.published if isinstance(text, Post | StandalonePage) else None
    if text.updated and text.updated > max(now, published or now):
        problem = f"updated {_day(text.updated)} is in the future and not shown before"
        date = f"; date is {_day(published)}" if published else f"; today is {_day(now)}"
        yield _warning(text, _line_of(text, "updated"), problem + date)


def _expired(text: Text, now: datetime) -> Iterator[Fault]:
    if text.expires and text.expires <= now:
        yield _warning(text, _line_of(text, "expires"), f"expired on {_day(text.expires)} and is not shown")


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _audio(library: Library, text: Text) -> Iterator[Fault]:
    if text.audio is None:
        return
    src, line = text.audio, _line_of(text, "audio")
    path = resolve_file(text, src)
    if is_harmful(src):
        yield _error(text, line, f"audio {src!r} runs script or reads files, which no page may do")
    elif is_external(src):
        yield _warning(text, line, f"audio {src!r} is on another site, which pages never ask; put it beside the post")
    elif path and (reason := library.refused.get(path)):
        yield _warning(text, line, f"audio {src!r} is beside the post, but {reason}")
    elif path is None or path not in library.files:
        yield _warning(text, line, f"audio {src!r} names no file beside the post")
    elif not is_audio(path):
        yield _warning(text, line, f"audio {src!r} is not audio ({', '.join(AUDIO)})")
    elif problem := audio.problem_of(library.files[path].body):
        yield _warning(text, line, f"audio {src!r} {problem}, whatever its name says; players cannot play it")


def _kinds() -> str:
    return ", ".join(PICTURES)


class _Targets:
    """Where a link inside the site may lead."""

    def __init__(self, library: Library, origin: str = "") -> None:
        self._library = library
        self._host = urlsplit(origin).netloc.lower()
        self._by_file = by_path(library.texts)
        self._drafts = by_path(library.drafts)
        self._by_path = {urls.decoded(text.url): text for text in library.texts}
        self._drafts_by_path = {urls.decoded(text.url): text for text in library.drafts}
        self._paths = _paths(library)
        self._sections = dict(section_folders(library.pages))
        self._named, self._named_drafts = NamedTexts(library.texts), NamedTexts(library.drafts)

    def check(self, text: Text, reference: Reference) -> Iterator[Fault]:
        line = text.body_line + reference.line - 1
        kind, target = {"link": "link", "media": "recording"}.get(reference.kind, "image"), reference.target
        if is_harmful(target):
            yield _error(text, line, f"{kind} {target!r} runs script or reads files, which no page may do")
        elif is_external(target):
            if (path := self._own_path(target)) is not None:
                yield from (_warning(text, line, f"{kind} {target!r} {it}") for it in self._at_origin(text, path))
            elif kind == "image" and not target.startswith("data:"):
                problem = f"image {target!r} is on another site, which pages never ask; put it beside the post"
                yield _warning(text, line, problem)
        else:
            # The player of a recording has a link in it, which is checked.
            problems = (
                () if kind == "recording" else self._link(text, target) if kind == "link" else self._image(text, target)
            )
            yield from (_warning(text, line, problem) for problem in problems)

    def _own_path(self, target: str) -> str | None:
        """What stands behind the site's own origin in a target; None if it has another one."""
        try:
            parts = urlsplit(target)
        except ValueError:
            return None
        if not self._host or parts.netloc.lower() != self._host or parts.scheme.lower() not in {"http", "https", ""}:
            return None
        return urlunsplit(("", "", parts.path or urls.HOME, "", parts.fragment))

    def _at_origin(self, text: Text, target: str) -> Iterator[str]:
        """What is wrong with a link or an image at the site's own origin."""
        path, _, fragment = target.partition("#")
        path, fragment = normalize("NFC", unquote(path)), unquote(fragment)
        if path in self._library.static:
            return
        leads_to, problem = self._at(text, urls.canonical(path))
        if problem:
            yield problem
        elif leads_to and not _has_anchor(leads_to, fragment):
            yield f"names a section that {leads_to.file} does not have"

    def _image(self, text: Text, target: str) -> Iterator[str]:
        path = resolve_file(text, target)
        if path and (reason := self._library.refused.get(path)):
            yield f"image {target!r} is {'in static/' if target.startswith('/') else 'beside the post'}, but {reason}"
        elif path not in self._library.files and player_of(target):
            yield f"recording {target!r} names no file beside the post"
        elif path not in self._library.files:
            yield f"image {target!r} is not a picture beside the post ({_kinds()})"

    def _link(self, text: Text, target: str) -> Iterator[str]:
        parts = urlsplit(target)
        path, fragment = normalize("NFC", unquote(parts.path)), unquote(parts.fragment)
        if path in self._library.static:
            leads_to, problem = None, ""
        elif path.startswith("/"):
            leads_to, problem = self._at(text, urls.canonical(path))
        elif not path:
            leads_to, problem = text, ""
        elif path.startswith(PREFIX):
            leads_to, problem = self._of_name(text, target)
        else:
            leads_to, problem = self._beside(text, target)
        if leads_to and fragment and wiki_name(target) is not None:
            fragment = section(leads_to, fragment)
        if problem:
            yield f"link {as_written(target)!r} {problem}"
        elif leads_to and not _has_anchor(leads_to, fragment):
            yield f"link {as_written(target)!r} names a section that {leads_to.file} does not have"

    def _at(self, text: Text, path: str) -> tuple[Text | None, str]:
        """The text at a path of the site, if it is one, and what is wrong with a link to it."""
        if draft := self._drafts_by_path.get(path) if path not in self._paths else None:
            return draft, "" if text.draft else f"leads to {draft.file}, a draft that is not served"
        if any(_covers(neighbour, path) for neighbour in self._library.config.neighbours):
            return None, ""
        # With the paths that redirect: /feed, and /blog/hello.html.
        found = meant(path, self._paths, {})
        return self._by_path.get(urls.decoded(found or "")), "" if found else "leads nowhere on this site"

    def _of_name(self, text: Text, target: str) -> tuple[Text | None, str]:
        """The text that a target of another program names, and what is wrong with a link to it."""
        if wiki_name(target) == "":
            return text, ""
        fitting = self._named.fitting(target)
        if len(fitting) == 1:
            return fitting[0], ""
        if fitting and wiki_name(target):
            return None, f"names more than one text: {', '.join(sorted(str(it.file) for it in fitting))}"
        if draft := self._named_drafts.find(target):
            return draft, "" if text.draft else f"leads to {draft.file}, a draft that is not served"
        return None, "names no post, page or note" if wiki_name(target) else "names no post or page, or more than one"

    def _beside(self, text: Text, target: str) -> tuple[Text | None, str]:
        """The text in a file beside this one, if it is one, and what is wrong with a link to it."""
        file = resolve_relative(text, target)
        if file is None or file in self._library.files:
            return None, "" if file else "leads out of the posts folder"
        if (section := self._sections.get(file)) and file not in self._by_file:
            return self._by_path.get(urls.decoded(section)), ""
        if reason := self._library.refused.get(file):
            return None, f"is beside the post, but {reason}"
        if draft := self._drafts.get(file) if file not in self._by_file else None:
            return draft, "" if text.draft else f"leads to {draft.file}, a draft that is not served"
        leads_to = self._by_file.get(file)
        return leads_to, "" if leads_to else "names no post, page or file beside this one"


def _has_anchor(text: Text, fragment: str) -> bool:
    return text.document.has_anchor(fragment) or text.document.has_anchor(normalize("NFC", fragment))


def _paths(library: Library) -> frozenset[str]:
    listed = [post for post in library.posts if not post.unlisted]
    tags: Iterable[str] = {slugify(tag) for post in listed for tag in post.tags}
    lists = [*map(urls.tag, tags), *(urls.series(slugify(post.series)) for post in listed if post.series)]
    feeds = [path + feed.path for path in lists for feed in urls.FEED_FORMATS]
    years = {urls.year(post.published.year) for post in listed}
    sources = [text.source_url for text in library.texts]
    known = [*lists, *years, *feeds, *sources, *(text.url for text in library.texts)]
    known += [urls.api_post(post.slug) for post in listed]
    # With scheduled posts too: a link may be written before they appear.
    known += [urls.listing(number) for number in range(2, -(-len(listed) // urls.POSTS_PER_PAGE) + 1)]
    aliases = [alias for text in library.texts for alias in text.redirects]
    known += [
        *library.static,
        *pages_of_collections(library),
        *implied_aliases(library),
    ]
    return urls.FIXED_PATHS | {urls.decoded(path) for path in known} | set(aliases)
