"""Addresses of texts: dates that tell posts of one name apart, permalinks, and redirects from the addresses they would have otherwise."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from blog import urls
from blog.content.document import Remark
from blog.content.file_names import read_name
from blog.content.front_matter import key_line
from blog.content.permalinks import expand
from blog.content.post import Post, Text
from blog.content.slugs import slug_of_name, slugify


def addressed(texts: Iterable[Text], pattern: str | None, taken: Iterable[str] = ()) -> list[Text]:
    """The texts with their addresses, in the same order. ``pattern`` is that of the site; ``taken`` are decoded paths that nothing redirects from.

    A draft never changes the address of a published text.
    """
    named = list(_told_apart(list(texts)))
    short = Counter(path for text in named if (path := _short_path(text, pattern)))
    found = [_with_permalink(text, pattern, short) for text in named]
    used = {urls.decoded(text.url) for text in found} | {alias for text in found for alias in text.aliases}
    used |= urls.FIXED_PATHS.union(taken)
    former = dict(_free(sorted(found, key=lambda text: (text.draft, text.file)), used))
    return [_with_former(text, former.get(text.file, ())) for text in found]


def _told_apart(texts: Sequence[Text]) -> Iterator[Text]:
    """The texts; of posts that share a name but for the date in front of it, each keeps its date."""
    sharing: defaultdict[str, list[Post]] = defaultdict(list)
    for text in texts:
        if isinstance(text, Post):
            sharing[text.slug].append(text)
    for text in texts:
        others = [post for post in sharing[text.slug] if post is not text and (text.draft or not post.draft)]
        yield _with_date(text, others) if isinstance(text, Post) and others else text


def _with_date(post: Post, others: Sequence[Post]) -> Post:
    name = read_name(post.file)
    is_own_name = post.slug.startswith(slug_of_name(name.words))
    if not name.date or not is_own_name or post.slug.startswith(name.date):
        return post
    slug = f"{name.date}-{post.slug}"
    problem = f"shares its name with {others[0].file}, so that its address keeps the date: {slug!r}"
    return replace(post, slug=slug, remarks=(*post.remarks, Remark(1, problem)))


def _with_permalink(text: Text, pattern: str | None, short: Mapping[str, int]) -> Text:
    permalink = _permalink(text, pattern)
    if not permalink:
        return text
    try:
        path = _short_path(text, pattern)
        if not path or short[path] > 1:
            path = expand(permalink, _values(text, text.slug))
    except ValueError as problem:
        line = key_line(text.source, "permalink") if text.permalink else 1
        return replace(text, remarks=(*text.remarks, Remark(line, f"permalink is ignored: {problem}")))
    return text if path == urls.decoded(text.url) else replace(text, address=path)


def _permalink(text: Text, pattern: str | None) -> str | None:
    return text.permalink or (pattern if isinstance(text, Post) else None)


def _short_path(text: Text, pattern: str | None) -> str:
    """The path of a permalink whose :slug has no date; "" if there is none. Other tokens may tell posts of one name apart."""
    name, permalink = read_name(text.file), _permalink(text, pattern)
    try:
        return expand(permalink, _values(text, text.slug.removeprefix(f"{name.date}-"))) if permalink else ""
    except ValueError:
        return ""


def _values(text: Text, slug: str) -> dict[str, str]:
    if not isinstance(text, Post):
        return {"slug": slug.rpartition("/")[2], "title": slugify(text.title)}
    day = text.published
    return {
        "year": f"{day:%Y}", "month": f"{day:%m}", "day": f"{day:%d}", "slug": slug, "title": slugify(text.title) or slug,
    }  # fmt: skip


def _free(texts: Iterable[Text], used: set[str]) -> Iterator[tuple[PurePosixPath, tuple[str, ...]]]:
    """The other addresses that each text would have had, as far as nothing else has them."""
    for text in texts:
        paths = [path for path in dict.fromkeys(_others(text)) if path not in used and not urls.is_reserved(path)]
        used.update(paths)
        yield text.file, tuple(paths)


def _others(text: Text) -> Iterator[str]:
    if text.address:
        yield urls.decoded(urls.text(text.kind, text.slug))
    yield from text.former


def _with_former(text: Text, former: tuple[str, ...]) -> Text:
    own = urls.decoded(text.url)
    aliases = tuple(alias for alias in text.aliases if alias != own) if own in text.aliases else text.aliases
    return text if (former, aliases) == (text.former, text.aliases) else replace(text, former=former, aliases=aliases)
