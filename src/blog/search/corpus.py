"""The published texts of a site, as search knows them. Only a build imports it."""

from html import escape

from blog.content.document import Reference
from blog.content.drawing import PlacedSource, captioned
from blog.content.post import Post, StandalonePage, Text
from blog.content.site import Site
from blog.content.slugs import slugify
from blog.search.sections import sections_of
from blog.search.texts import PackedText, SearchText, packed


class Corpus:
    """Packs the texts of one edition after the other. Those that have not changed are packed once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Text, PackedText]] = {}

    def pack(self, site: Site) -> tuple[PackedText, ...]:
        """The texts that are published at the moment of the site."""
        lang = site.config.lang
        known = {text.url: (text, self._packed(text, lang)) for text in site.texts}
        self._known = known
        return tuple(packed for _, packed in known.values())

    def forget(self) -> None:
        self._known = {}

    def _packed(self, text: Text, lang: str) -> PackedText:
        last, known = self._known.get(text.url, (None, None))
        return known if known and last is text else packed(search_text(text, lang))


def search_text(text: Text, lang: str) -> SearchText:
    """A text for the index; ``lang`` is the language of the site."""
    return SearchText(
        path=text.url,
        title=text.title,
        kind=text.kind.name,
        date=text.published if isinstance(text, Post | StandalonePage) else None,
        language=text.lang or lang,
        tags=tuple((tag, slugify(tag)) for tag in dict.fromkeys(text.tags)) if isinstance(text, Post) else (),
        sections=sections_of(text.document.html(_nothing, _no_word, drawn=_source)),
    )


def _nothing(_reference: Reference) -> str:
    return ""


def _no_word(_key: str, _number: int) -> str:
    """In place of the words that are not the author's."""
    return ""


def _source(placed: PlacedSource) -> str:
    """The source of a drawing: a reader may look for the words in a diagram."""
    text = escape(placed.source.text, quote=False)
    return f"<code>{text}</code>" if placed.source.kind == "formula" else captioned(placed.title, f"<pre>{text}</pre>")
