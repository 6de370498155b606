"""The words that the markup of a text itself contains, apart from the author's, so that they can be translated."""

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "note": "Note",
        "tip": "Tip",
        "important": "Important",
        "warning": "Warning",
        "caution": "Caution",
        "table": "Table",
        "done": "done",
        "to_do": "to do",
        "footnote": "Footnote {number}",
        "footnotes": "Footnotes",
        "contents": "Contents",
        "back": "Back to the text",
    }
)
