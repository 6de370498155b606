"""Lines of titles."""

import pytest

from blog.build.cards.lines import Room, fit
from blog.build.cards.scripts import clusters

SIZES = [80, 60, 40, 30]
ROOM = Room(1000, 330, 1.1)


def measure(text: str) -> float:
    """Every letter is half as wide as it is high; ideographs are as wide as they are high."""
    return sum(1.0 if ord(it[0]) > 0x3000 else 0.5 for it in clusters(text))


def test_a_short_title_is_as_large_as_can_be() -> None:
    fitted = fit("A closed set for every label", ROOM, SIZES, measure)
    assert (fitted.size, fitted.is_cut) == (80, False)


def test_lines_have_about_the_same_width() -> None:
    assert fit("one two three four five", Room(20, 2, 1), [1], len).lines == ("one two three", "four five")


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("How we moved a hundred services " * 9, id="300-characters"),
        pytest.param("準備完了と言えないプローブ、" * 10, id="japanese"),
        pytest.param("a " * 150, id="short-words"),
    ],
)
def test_a_long_title_fits_whole(title: str) -> None:
    fitted = fit(title, ROOM, SIZES, measure)
    assert not fitted.is_cut
    assert "".join(fitted.lines).replace(" ", "") == title.replace(" ", "")
    assert all(measure(line) * fitted.size <= ROOM.width for line in fitted.lines)
    assert len(fitted.lines) * fitted.size * ROOM.leading <= ROOM.height


def test_a_word_of_400_letters_is_broken() -> None:
    fitted = fit("Donau" * 80, ROOM, SIZES, measure)
    assert "".join(fitted.lines) == "Donau" * 80
    assert all(measure(line) * fitted.size <= ROOM.width for line in fitted.lines)


def test_a_long_word_makes_the_title_smaller_before_it_is_broken() -> None:
    word = "Donaudampfschifffahrtsgesellschaft"
    fitted = fit(f"Die {word}", ROOM, SIZES, measure)
    assert word in " ".join(fitted.lines).split()
    assert fitted.size < SIZES[0]


def test_what_fits_in_no_size_ends_with_an_ellipsis_behind_a_word() -> None:
    fitted = fit("Some more words. " * 100, ROOM, SIZES, measure)
    assert fitted.is_cut
    assert fitted.lines[-1].endswith(("words…", "more…", "Some…"))
    assert len(fitted.lines) == ROOM.lines(fitted.size)
    assert all(measure(line) * fitted.size <= ROOM.width for line in fitted.lines)


def test_closing_marks_begin_no_line_and_opening_marks_end_none() -> None:
    lines = fit("準備完了「と言える」。プローブを書く、" * 6, ROOM, SIZES, measure).lines
    assert len(lines) > 3
    assert not {line[0] for line in lines} & set("」。、ー")
    assert not {line[-1] for line in lines} & set("「")


def test_emoji_of_several_characters_are_not_taken_apart() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    fitted = fit(family * 60, Room(100, 400, 1.1), [30], measure)
    assert all(line.rstrip("…").replace(family, "") == "" for line in fitted.lines)


def test_nothing_has_no_lines() -> None:
    assert fit("  ", ROOM, SIZES, measure).lines == ()
