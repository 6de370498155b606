"""Code in Markdown, in which nothing is replaced."""

import re
import time

import pytest

from blog.importers.links import rewritten
from blog.importers.markdown_code import pieces, replace_outside

X = re.compile("x")


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        pytest.param("x `x` x", "y `x` y", id="span"),
        pytest.param("`` x ` x `` x", "`` x ` x `` y", id="two-ticks"),
        pytest.param("` x\n\nx `", "` y\n\ny `", id="span-ends-with-its-paragraph"),
        pytest.param("x\n```\nx\n```\nx\n", "y\n```\nx\n```\ny\n", id="fence"),
        pytest.param("~~~ a\nx\n```\n~~~\nx", "~~~ a\nx\n```\n~~~\ny", id="tildes"),
        pytest.param("````\n```\nx\n````\nx", "````\n```\nx\n````\ny", id="longer-fence"),
        pytest.param("- ```\n  x\n  ```\n- x", "- ```\n  x\n  ```\n- y", id="fence-in-a-list"),
        pytest.param("> ```\n> x\n> ```\n> x", "> ```\n> x\n> ```\n> y", id="fence-in-a-quote"),
        pytest.param("```\nx", "```\nx", id="open-fence"),
        pytest.param("```x``` x", "```x``` y", id="span-of-three"),
    ],
)
def test_only_what_is_no_code_is_replaced(text: str, replaced: str) -> None:
    assert replace_outside(text, (X, lambda _, __: "y")) == replaced
    assert "".join(piece for piece, _ in pieces(text)) == text


def test_a_match_is_told_its_line() -> None:
    lines: list[int] = []

    def note(_: re.Match[str], line: int) -> str:
        lines.append(line)
        return "y"

    replace_outside("x\n```\nx\n```\n\nx `\nx` x\n", (X, note))
    assert lines == [1, 6, 7]


@pytest.mark.parametrize("text", ["`" * 3 + " `` ", "` ``", "](", "<a href=", "[a](b `"])
def test_the_time_follows_the_length_of_a_hostile_text(text: str) -> None:
    def seconds(times: int) -> float:
        started = time.process_time()
        rewritten(text * times, lambda target, _: target)
        return time.process_time() - started

    def shortest(times: int) -> float:
        return min(seconds(times) for _ in range(3))

    # Sixteen times the text: a quadratic rule would take 256 times as long.
    assert shortest(32_000) < 80 * max(shortest(2_000), 0.005)


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("[a](x) ![b](y 'T') [c](<z w>)", ["x", "y", "z w"]),
        ("[a]: x\n[b]: <y z> 'T'\n", ["x", "y z"]),
        ("<a href='x'><img SRC=y><video poster=\"z\">", ["x", "y", "z"]),
        ("[a](x_(y)) [b](z\\)w)", ["x_(y)", "z\\)w"]),
        (r"\[a\](x) `[b](y)`", []),
        ("<https://x> [a] (b)", []),
    ],
)
def test_the_targets_of_links_are_found(text: str, targets: list[str]) -> None:
    found: list[str] = []

    def note(target: str, _: int) -> str:
        found.append(target)
        return target

    assert rewritten(text, note) == text
    assert found == targets
