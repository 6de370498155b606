"""GitHub Flavored Markdown 0.29, every example of its specification, and those of cmark-gfm for its extensions.

``gfm-examples.json`` is under CC-BY-SA 4.0, unlike the rest of this repository; it names its source and authors.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

EXAMPLES = json.loads((Path(__file__).parent / "gfm-examples.json").read_text(encoding="utf-8"))

_FILTERED = "GFM 6.11 applies to every text here: a style element is shown as text"
_LINKED = "GFM 6.9 applies to every text here: an address without angle brackets is a link"
_NEWER = "CommonMark 0.31 ends the comments <!--> and <!--->"
_FOOTNOTE_IDS = "our footnotes have other ids and classes; test_footnotes.py has the same texts"
_OWN_RULES = (
    "cmark-gfm goes beyond GFM 6.9: addresses joined by a slash, a period after an xmpp address, hosts of emoji"
)
LEFT_OUT = {
    "specification": {
        142: _FILTERED,
        **dict.fromkeys((610, 614, 616, 619, 620), _LINKED),
        646: _NEWER,
    },
    "extensions": {
        19: _OWN_RULES,
        20: "has no expected HTML",
        **dict.fromkeys((23, 24, 25), _FOOTNOTE_IDS),
    },
}


def _examples() -> Iterator[object]:
    for part, left_out in LEFT_OUT.items():
        for number, (text, expected) in enumerate(EXAMPLES[part], 1):
            if number not in left_out:
                yield pytest.param(text, expected, id=f"{part}-{number}")


def test_all_examples_are_read() -> None:
    assert (len(EXAMPLES["specification"]), len(EXAMPLES["extensions"])) == (673, 30)


@pytest.mark.parametrize(("text", "expected"), list(_examples()))
def test_an_example_of_gfm_means_the_same(
    html: Callable[[str], str], meaning: Callable[[str], str], text: str, expected: str
) -> None:
    assert meaning(html(text)) == meaning(expected)
