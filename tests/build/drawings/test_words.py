"""No word of a diagram is lost in its drawing, and no formula is drawn wrong without a word."""

import re
from html import unescape
from pathlib import Path

import pytest

from blog.build.drawings import mathml, mermaid
from blog.content.drawing import Drawing, NotDrawn
from tests.build.drawings.generated import generated

_FENCE = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
_WORD = re.compile(r"(?<!\w)[^\W\d_a-z][^\W\d_]{2,}")
# Words with a capital that are Mermaid's own: two words of its language, a format, a colour, and what a pointer shows.
_NOT_SHOWN = {"Note", "Rel", "Person", "Container", "ContainerDb", "HIGHLIGHT", "REVERSE", "YYYY", "Purple", "Tooltip"}
DIAGRAMS = _FENCE.findall(Path(__file__).with_name("diagrams.md").read_text(encoding="utf-8"))

# Formulas, each with the text of its MathML on the line below it.
FORMULAS = dict(
    pair.splitlines()
    for pair in Path(__file__).with_name("formulas.txt").read_text(encoding="utf-8").strip().split("\n\n")
)
REFUSED = {r"\widetilde{abc}": r"\widetilde", r"x = 1 \tag{2}": r"\tag", r"\ce{H2O}": r"\ce"}


@pytest.mark.parametrize("source", DIAGRAMS, ids=range(len(DIAGRAMS)))
def test_no_word_of_a_diagram_is_missing(source: str) -> None:
    drawing = mermaid.draw("name", source)
    assert isinstance(drawing, Drawing)
    # A long label is broken into several elements, each with words of it.
    shown = unescape(" ".join(re.findall(r">([^<>]+)<", drawing.markup)))
    assert set(_WORD.findall(source)) - _NOT_SHOWN - set(_WORD.findall(shown)) == set()


def test_no_word_of_generated_diagrams_is_missing() -> None:
    """Mermaid 11.17.2 in Chromium draws all of these, and shows no other word of three letters (2026-11-26)."""
    diagrams = list(generated(10))
    lost = {}
    for source, words in diagrams:
        drawing = mermaid.draw("name", source)
        markup = drawing.markup if isinstance(drawing, Drawing) else ""
        shown = unescape(" ".join(re.findall(r">([^<>]+)<", markup)))
        if missing := set(words) - set(_WORD.findall(shown)):
            lost[source] = missing
    assert len(diagrams) == 130
    assert lost == {}


def test_there_are_diagrams_of_every_kind() -> None:
    kinds = {source.rpartition("---\n")[2].split()[0] for source in DIAGRAMS if not source.startswith("%%")}
    assert len(DIAGRAMS) >= 40
    assert len(kinds) >= 20


@pytest.mark.parametrize("source", FORMULAS)
@pytest.mark.parametrize("display", [False, True], ids=["inline", "display"])
def test_a_formula_has_all_of_its_signs_in_their_order(source: str, display: bool) -> None:  # noqa: FBT001 -- a parameter
    drawing = mathml.draw("name", source, display=display)
    assert isinstance(drawing, Drawing)
    shown = re.sub(r"[\u2061-\u2064\s]+", "", unescape(re.sub(r"<[^>]*>", "", drawing.markup)))
    assert shown == re.sub(r"\s", "", FORMULAS[source])
    assert " style=" not in drawing.markup


@pytest.mark.parametrize("source", REFUSED)
def test_a_formula_that_cannot_be_drawn_names_its_command(source: str) -> None:
    result = mathml.draw("name", source, display=True)
    assert isinstance(result, NotDrawn)
    assert REFUSED[source] in result.problem
