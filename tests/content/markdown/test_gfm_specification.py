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
_NEWER = "CommonMark 0.31.2, whose example 625 has <!--> and <!---> as comments, is later"
_NO_HTML = "has no expected HTML"
LEFT_OUT = {
    "specification": {142: _FILTERED, **dict.fromkeys((610, 614, 616, 619, 620), _LINKED), 646: _NEWER},
    "extensions": {20: _NO_HTML},
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
    html: Callable[[str], str],
    meaning: Callable[[str], str],
    without_note_markup: Callable[[str], str],
    text: str,
    expected: str,
) -> None:
    assert meaning(without_note_markup(html(text))) == meaning(without_note_markup(expected))


def test_the_example_without_html_is_read(html: Callable[[str], str]) -> None:
    text, expected = EXAMPLES["extensions"][19]
    assert expected.strip() == "<IGNORE>"
    assert "<em>A</em>@_.A" in html(text)
