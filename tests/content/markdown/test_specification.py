"""CommonMark 0.31.2, every example of it, from the npm package commonmark-spec."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SPECIFICATION = Path(__file__).parents[3] / "node_modules" / "commonmark-spec" / "spec.txt"
_EXAMPLE = re.compile(r"^`{32} example[^\n]*\n(.*?)^\.\n(.*?)^`{32}$", re.DOTALL | re.MULTILINE)

# GitHub differs from CommonMark on purpose, and we follow GitHub.
_FILTERED = "GFM 6.11: script, style and textarea are shown as text"
_LINKED = "GFM 6.9: an address without angle brackets is a link"
LEFT_OUT = {
    **dict.fromkeys((170, 171, 172, 173, 176, 178), _FILTERED),
    **dict.fromkeys((602, 606, 608, 611, 612), _LINKED),
}


def _examples() -> Iterator[object]:
    text = SPECIFICATION.read_text(encoding="utf-8") if SPECIFICATION.exists() else ""
    for number, found in enumerate(_EXAMPLE.finditer(text.replace("→", "\t")), 1):
        if number not in LEFT_OUT:
            yield pytest.param(found[1], found[2], id=str(number))


@pytest.mark.skipif(not SPECIFICATION.exists(), reason="npm ci")
def test_all_examples_are_read() -> None:
    assert len(list(_examples())) == 652 - len(LEFT_OUT)


@pytest.mark.parametrize(("text", "expected"), list(_examples()))
def test_an_example_of_commonmark_means_the_same(
    html: Callable[[str], str], meaning: Callable[[str], str], text: str, expected: str
) -> None:
    assert meaning(html(text)) == meaning(expected)
