"""What the tags in a text's own HTML do that a reader might not expect: scripts, forms to other sites, pages that leave by themselves."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from blog.content.markdown.elements import FILTERED, KNOWN
from blog.content.markdown.tags import Tag

_SHOWN = 60
# Browsers leave these out of an address, wherever they stand in it (URL, section 4.4).
_IGNORED = str.maketrans("", "", "\t\n\r")
_CONTROLS = "".join(map(chr, range(0x21)))


def remarks(tag: Tag, source: str) -> Iterator[str]:
    """What to tell the author of a tag, which is ``source`` as written.

    The page is served: its security policy stops scripts and forms, but not a refresh, and feeds have no policy.
    """
    if tag.closing:
        return
    if tag.name in FILTERED:
        yield f"{_shown(source)} is shown as text, as on GitHub; write it in backticks, or as a link to what it shows"
        return
    if tag.name not in KNOWN:
        yield f"{_shown(source)} is no HTML element, and readers do not see it; write it in backticks: `{_shown(source)}`"
    if tag.name == "meta" and (tag.get("http-equiv") or "").strip().lower() == "refresh":
        yield "<meta http-equiv=refresh> takes the reader away from the page"
    if tag.name == "base":
        yield "<base> has no effect: pages do not follow it, and links are relative to the address of the text"
    if tag.get("markdown") is not None:
        yield f"<{tag.name} markdown> is not understood here: Markdown within HTML stands between blank lines"
    for attribute in tag.attributes:
        if attribute.name.startswith("on"):
            yield f"<{tag.name} {attribute.name}=…> is a script, which pages do not run"
        elif attribute.name == ("action" if tag.name == "form" else "formaction") and _is_elsewhere(attribute.value):
            yield (
                f"<{tag.name} {attribute.name}={attribute.value!r}> sends a form to another site, which pages do not allow"
            )


def _shown(source: str) -> str:
    first = source.partition("\n")[0]
    return first if len(first) <= _SHOWN else first[: _SHOWN - 1] + "…"


def _is_elsewhere(value: str) -> bool:
    try:
        parts = urlsplit(value.translate(_IGNORED).strip(_CONTROLS).replace("\\", "/"))
    except ValueError:
        return True
    return bool(parts.scheme or parts.netloc)
