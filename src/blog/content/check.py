"""What is wrong with the content as a whole: names taken twice, links that lead nowhere, pictures that are missing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from blog import urls
from blog.content.document import Reference
from blog.content.folder import CONFIG
from blog.content.library import Library, is_external, resolve_relative
from blog.content.media_types import PICTURES, is_picture
from blog.content.post import Post, Text
from blog.content.slugs import slugify
from blog.content.targets import is_harmful
from blog.errors import Severity

FIXED_PATHS = frozenset(fixed.path for fixed in urls.FIXED)


@dataclass(frozen=True, slots=True)
class Found:
    """A fault whose file is still relative to the posts folder."""

    file: PurePosixPath
    line: int
    problem: str
    severity: Severity = Severity.ERROR


def check(library: Library) -> Iterator[Found]:
    """Every fault that only shows with all texts at hand. Drafts are checked too: they are read next."""
    yield from _names(library)
    yield from _tag_spellings(library)
    yield from _neighbours(library)
    targets = _Targets(library)
    for text in (*library.texts, *library.drafts):
        yield from (Found(text.file, 1, problem) for problem in _picture(library, text))
        for reference in text.document.references:
            yield from targets.check(text, reference)
        for remark in text.document.remarks:
            yield Found(text.file, _line(text, remark.line), remark.problem, Severity.WARNING)


def _line(text: Text, line_in_body: int) -> int:
    return text.body_line + line_in_body - 1


def _names(library: Library) -> Iterator[Found]:
    taken: dict[str, str] = {urls.decoded(path): "the service itself" for path in FIXED_PATHS}
    texts = sorted((*library.texts, *library.drafts), key=lambda text: text.file)
    for text in texts:
        path = urls.decoded(text.url)
        if path in taken:
            yield Found(text.file, 1, f"slug {text.slug!r} is already taken by {taken[path]}")
        taken.setdefault(path, str(text.file))
    for text in texts:
        for alias in text.aliases:
            if alias not in taken and _is_ours(alias):
                yield Found(text.file, 1, f"alias {alias!r} lies among the service's own paths")
            elif alias in taken:
                yield Found(text.file, 1, f"alias {alias!r} is already taken by {taken[alias]}")
            taken.setdefault(alias, str(text.file))


def _neighbours(library: Library) -> Iterator[Found]:
    """Neighbours below which this site has an address: one of the two applications would never be asked for it."""
    paths = _paths(library)
    for neighbour in library.config.neighbours:
        covered = next((path for path in sorted(paths) if _covers(neighbour, path)), None)
        if covered or _is_ours(f"{neighbour}/x"):
            yield Found(
                CONFIG, 1, f"neighbour {neighbour!r} covers {covered or neighbour!r}, which this service answers"
            )


def _covers(neighbour: str, path: str) -> bool:
    """
    >>> _covers("/app", "/app/login"), _covers("/app", "/app"), _covers("/app", "/apple")
    (True, True, False)
    """
    return path == neighbour or path.startswith(f"{neighbour}/")


def _is_ours(path: str) -> bool:
    """Whether the service may answer a path itself, now or one day. Below /blog that is all but posts' names."""
    first, _, rest = path.strip("/").partition("/")
    if first == "blog":
        return rest.startswith(("page/", "tag/"))
    return first in urls.RESERVED


def _tag_spellings(library: Library) -> Iterator[Found]:
    """Python and python are one tag; C and C! would share a page without being one."""
    spelled: defaultdict[str, dict[str, Post]] = defaultdict(dict)
    for post in library.posts:
        for tag in post.tags:
            spelled[slugify(tag)].setdefault(_folded(tag), post)
    for slug, names in spelled.items():
        for name, post in list(names.items())[1:]:
            first = next(iter(names))
            yield Found(post.file, 1, f"tags {first!r} and {name!r} would share the page {urls.tag(slug)}")


def _folded(tag: str) -> str:
    return tag.casefold().replace("-", " ").replace("_", " ")


def _picture(library: Library, text: Text) -> Iterator[str]:
    if text.image is None or is_external(text.image.src):
        return
    path = resolve_relative(text, text.image.src)
    file = library.files.get(path) if path else None
    if path and (reason := library.refused.get(path)):
        yield f"image {text.image.src!r} is beside the post, but {reason}"
    elif file is None or not is_picture(file.path):
        yield f"image {text.image.src!r} is not a picture beside the post ({_kinds()})"


def _kinds() -> str:
    return ", ".join(PICTURES)


class _Targets:
    """Where a link inside the site may lead."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._by_file: Mapping[PurePosixPath, Text] = {text.file: text for text in library.texts}
        self._by_path: Mapping[str, Text] = {urls.decoded(text.url): text for text in library.texts}
        self._paths = _paths(library)

    def check(self, text: Text, reference: Reference) -> Iterator[Found]:
        line = _line(text, reference.line)
        if is_harmful(reference.target):
            kind = "link" if reference.kind == "link" else "image"
            yield Found(
                text.file, line, f"{kind} {reference.target!r} runs script or reads files, which no page may do"
            )
        elif is_external(reference.target):
            if reference.kind != "link" and not reference.target.startswith("data:"):
                problem = (
                    f"image {reference.target!r} is on another site, which pages never ask; put it beside the post"
                )
                yield Found(text.file, line, problem, Severity.WARNING)
        elif reference.kind != "link":
            yield from (Found(text.file, line, problem) for problem in self._image(text, reference.target))
        else:
            yield from (Found(text.file, line, problem) for problem in self._link(text, reference.target))

    def _image(self, text: Text, target: str) -> Iterator[str]:
        path = resolve_relative(text, target)
        if path and (reason := self._library.refused.get(path)):
            yield f"image {target!r} is beside the post, but {reason}"
        elif target.startswith("/") or path not in self._library.files:
            yield f"image {target!r} is not a picture beside the post ({_kinds()})"

    def _link(self, text: Text, target: str) -> Iterator[str]:
        path, fragment = unquote(urlsplit(target).path), unquote(urlsplit(target).fragment)
        if path.startswith("/"):
            canonical = urls.canonical(path)
            if canonical not in self._paths:
                if any(_covers(neighbour, canonical) for neighbour in self._library.config.neighbours):
                    return
                yield f"link {target!r} leads nowhere on this site"
                return
            leads_to = self._by_path.get(canonical)
        elif not path:
            leads_to = text
        else:
            file = resolve_relative(text, target)
            leads_to = self._by_file.get(file) if file else None
            if file and (reason := self._library.refused.get(file)):
                yield f"link {target!r} is beside the post, but {reason}"
                return
            if leads_to is None and file not in self._library.files:
                yield f"link {target!r} names no post, page or file beside this one"
                return
        if leads_to and not leads_to.document.has_anchor(fragment):
            yield f"link {target!r} names a section that {leads_to.file} does not have"


def _paths(library: Library) -> frozenset[str]:
    tags: Iterable[str] = {slugify(tag) for post in library.posts for tag in post.tags}
    feeds = [urls.tag_feed(tag, feed.path) for tag in tags for feed in urls.FEED_FORMATS]
    sources = [post.source_url for post in library.posts]
    known = [*(urls.tag(tag) for tag in tags), *feeds, *sources, *(text.url for text in library.texts)]
    known += [urls.api_post(post.slug) for post in library.posts]
    # With scheduled posts too: a link may be written before they appear.
    known += [urls.listing(number) for number in range(2, -(-len(library.posts) // urls.POSTS_PER_PAGE) + 1)]
    aliases = [alias for text in library.texts for alias in text.aliases]
    return FIXED_PATHS | {urls.decoded(path) for path in known} | set(aliases)
