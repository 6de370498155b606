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
    given = list(texts)
    others = _sharing(given)
    named = [_with_date(text) if text.file in others else text for text in given]
    short = Counter(path for text in named if (path := _short_path(text, pattern)))
    found = [_remarked(_with_permalink(text, pattern, short), others) for text in named]
    used = {urls.decoded(text.url) for text in found} | {alias for text in found for alias in text.aliases}
    used |= urls.FIXED_PATHS.union(taken)
    former = dict(_free(sorted(found, key=lambda text: (text.draft, text.file)), used))
    return [_with_former(text, former.get(text.file, ())) for text in found]


def _sharing(texts: Sequence[Text]) -> dict[PurePosixPath, PurePosixPath]:
    """The file of another post by those of posts that share its name but for the date in front of it.

    Of posts of one day those dates cannot both be right, so such posts stay at one address, which is an error.
    """
    posts: defaultdict[str, list[Post]] = defaultdict(list)
    for text in texts:
        if isinstance(text, Post):
            posts[text.slug].append(text)
    sharing: dict[PurePosixPath, PurePosixPath] = {}
    for same in posts.values():
        for post in same if len(same) > 1 else ():
            others = [it for it in same if it is not post and (post.draft or not it.draft)]
            is_alone = all(it.published.date() != post.published.date() for it in others)
            if others and is_alone and _has_date_in_front(post):
                sharing[post.file] = others[0].file
    return sharing


def _has_date_in_front(post: Post) -> bool:
    """Whether the name of a post's file begins with a date, which its slug does not have."""
    name = read_name(post.file)
    is_own_name = post.slug.startswith(slug_of_name(name.words))
    return bool(name.date) and is_own_name and not post.slug.startswith(name.date)


def _with_date(text: Text) -> Text:
    return replace(text, slug=f"{read_name(text.file).date}-{text.slug}")


def _remarked(text: Text, others: Mapping[PurePosixPath, PurePosixPath]) -> Text:
    """The text with a remark if its address has the date, because another post has its name."""
    if text.file not in others or not urls.decoded(text.url).endswith(text.slug):
        return text
    problem = f"shares its name with {others[text.file]}, so that its address keeps the date: {text.slug!r}"
    return replace(text, remarks=(*text.remarks, Remark(1, problem)))


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
