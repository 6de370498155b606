"""The answers that a new blog is made from."""

import pytest

from blog.errors import SettingsError
from blog.starter.answers import QUESTIONS, Answers, asked, checked


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        pytest.param("title", " \n ", "one line", id="blank-title"),
        pytest.param("title", "x" * 201, "at most 200", id="long-title"),
        pytest.param("author", "A\x1b[2J", "printable", id="control-character"),
        pytest.param("base_url", "https://blog.example/path", "origin without a path", id="path"),
        pytest.param("base_url", "blog.example", "origin without a path", id="no-scheme"),
        pytest.param("language", "german", "language tag", id="language"),
        pytest.param("timezone", "Europe/Berlln", "Europe/Berlin", id="timezone"),
        pytest.param("timezone", "../../etc/passwd", "IANA", id="path-as-timezone"),
        pytest.param("image", "ghcr.io/Example/Notes", "lower case", id="upper-case-image"),
        pytest.param("image", "ghcr.io/example/notes:1", "tag", id="tagged-image"),
        pytest.param("base_image", "blog\nRUN evil", "lower case", id="two-lines"),
    ],
)
def test_a_wrong_answer_says_what_is_allowed(field: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingsError, match=allowed) as problem:
        checked(Answers(), field, value)
    assert f"--{field.replace('_', '-')}=" in str(problem.value)


def test_each_answer_has_a_flag_and_five_have_a_question() -> None:
    assert set(QUESTIONS) == set(Answers.__slots__)
    assert sum(bool(question) for question, _ in QUESTIONS.values()) == 5


def test_a_question_is_asked_until_its_answer_is_usable() -> None:
    lines = iter(["", "Ada", "nowhere", "https://ada.example", "", "Europe/Berlin"])
    said: list[str] = []
    answers = asked(Answers(), {}, lambda _: next(lines), said.append)
    assert (answers.title, answers.author, answers.base_url) == ("Notes", "Ada", "https://ada.example")
    assert (answers.language, answers.timezone) == ("en", "Europe/Berlin")
    assert len(said) == 1
    assert "nowhere" in said[0]


def test_what_a_flag_has_given_is_not_asked() -> None:
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return ""

    asked(Answers(), {"title": "Given", "timezone": "UTC"}, ask, print)
    assert len(questions) == 3
    assert not any("Title" in question for question in questions)
