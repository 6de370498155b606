"""What the engine says about a diagram that it cannot draw, in the author's terms."""

import pytest

from blog.build.drawings import mermaid
from blog.content.drawing import NotDrawn


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("", 3), ("%% one\n%%\n", 5), ("\n\n", 5), ("---\ntitle: x\n---\n", 6), ("---\ntitle: x\n---\n\n%% c\n", 8), ("%%{init: {}}%%\n", 4),
        ('%%{init: {\n "theme": "x"\n}}%%\n', 6), ("\n%% one\n\n  %% two\n", 7),
    ],
)  # fmt: skip
def test_lines_are_counted_in_the_source_as_it_is_written(before: str, line: int) -> None:
    source = f"{before}sequenceDiagram\n A->>B: ask\n A->>B hello\n"
    within = f"{before}sequenceDiagram\n %% one\n\n %% two\n A->>B: ask\n A->>B hello\n"
    assert [mermaid.draw("name", text) for text in (source, within)] == [
        NotDrawn("Expecting 'TXT', got 'NEWLINE'", line),
        NotDrawn("Expecting 'TXT', got 'NEWLINE'", line + 3),
    ]


def test_a_problem_is_said_in_one_line() -> None:
    sources = ["classDiagram\n x <|-- ( y\n", "erDiagram\n A ||--o{ B : x\n ? \n"]
    assert [mermaid.draw("name", source) for source in sources] == [
        NotDrawn("Lexical error. Unrecognized text", 2),
        NotDrawn("'?' is not expected here", 3),
    ]
