"""Drawings by worker processes: bounded, cached, and never the end of the process that asks for them."""

import logging
import os
import signal
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from blog.build.drawings.drawer import Drawer, start_worker
from blog.content.drawing import Drawing, DrawingSource, NotDrawn
from blog.machine import cores
from blog.machine.cache import Cache


def diagram(text: str) -> DrawingSource:
    return DrawingSource("diagram", text)


GOOD = diagram("flowchart LR\n A[One] --> B[Two]\n")
# It takes more than a second to lay out.
DENSE = diagram(
    "flowchart LR\n" + "\n".join(f"n{i} --> n{(i * 7 + j * 13 + i * i) % 400}" for i in range(400) for j in range(5))
)


@pytest.fixture
def drawer(tmp_path: Path) -> Drawer:
    return Drawer(Cache(tmp_path / "cache"))


@pytest.fixture(autouse=True)
def no_worker_is_left() -> Iterator[None]:
    yield
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    if children.exists():
        names = [Path(f"/proc/{child}/cmdline").read_bytes() for child in children.read_text().split()]
        assert not [name for name in names if b"blog.build.drawings.worker" in name]


def test_each_source_has_a_drawing_or_a_problem_with_its_line(drawer: Drawer) -> None:
    bad = diagram("sequenceDiagram\n A->>B: ask\n A->>B hello\n")
    results = drawer([GOOD, bad, diagram("poem\n roses"), diagram("  \n"), GOOD])
    drawing = results[GOOD]
    assert isinstance(drawing, Drawing)
    assert drawing.markup.startswith("<svg ")
    assert min(drawing.width, drawing.height) > 20
    assert results[bad] == NotDrawn("Expecting 'TXT', got 'NEWLINE'", 3)
    assert results[diagram("poem\n roses")] == NotDrawn("No diagram type detected for the given text")
    assert results[diagram("  \n")] == NotDrawn("Mermaid source must not be empty")


def test_formulas_are_mathml(drawer: Drawer) -> None:
    sources = [
        DrawingSource("formula", "x^2"),
        DrawingSource("equation", "x^2"),
        DrawingSource("formula", r"a + \foo"),
    ]
    inline, display, bad = drawer(sources).values()
    assert inline == Drawing("<math><msup><mi>x</mi><mn>2</mn></msup></math>")
    assert display == Drawing('<math display="block"><msup><mi>x</mi><mn>2</mn></msup></math>')
    assert bad == NotDrawn('Unknown command "\\foo"', 1)
    assert drawer.cache_keys() == set()


@pytest.mark.parametrize(
    "opened", ["{", r"\frac{", r"\sqrt{", r"\left(", "x^{", r"\begin{matrix}", r"\sqrt", r"\mathbf "]
)
def test_a_formula_that_ends_its_process_costs_that_formula_alone(drawer: Drawer, opened: str) -> None:
    good = DrawingSource("formula", "x")
    deep = DrawingSource("formula", opened * 2_500)
    results = drawer([deep, good])
    assert isinstance(results[deep], NotDrawn)
    assert isinstance(results[good], Drawing)


@pytest.mark.parametrize("braces", ["{" * 10_000, "{" * 10_000 + "}" * 10_000, "}" * 10_000])
def test_ten_thousand_braces_cost_that_formula_alone(drawer: Drawer, braces: str) -> None:
    deep, good = DrawingSource("formula", braces), DrawingSource("formula", "x")
    results = drawer([deep, good])
    assert isinstance(results[deep], NotDrawn)
    assert isinstance(results[good], Drawing)


@pytest.mark.parametrize(
    "text",
    [
        r"\def\a{\a\a}\a", r"\newcommand{\x}{\x\x}\x", r"\def\a{xx}\def\b{\a\a\a\a}" + r"\b" * 2_000, "x" * 30_000,
    ],
    ids=["itself", "itself by name", "many", "long"],
)  # fmt: skip
def test_macros_and_length_are_bounded(drawer: Drawer, text: str) -> None:
    result = drawer([DrawingSource("equation", text)])
    assert all(isinstance(it, NotDrawn) or len(it.markup) < 500_000 for it in result.values())


def test_a_formula_that_ends_its_process_is_a_problem_of_that_formula_alone(drawer: Drawer) -> None:
    deep, good = DrawingSource("formula", "{" * 10_000), DrawingSource("formula", "x")
    results = drawer([deep, good])
    assert isinstance(results[good], Drawing)
    assert results[deep] == NotDrawn("it ends the process that draws it: it may be nested too deep")


def test_a_drawing_that_takes_too_long_is_a_problem_of_that_diagram_alone(tmp_path: Path) -> None:
    results = Drawer(Cache(tmp_path / "cache"), partial(start_worker, 0.3))([DENSE, GOOD])
    assert isinstance(results[GOOD], Drawing)
    assert results[DENSE] == NotDrawn("it takes more than 2 s to draw")


@pytest.mark.parametrize(
    "text",
    [
        "flowchart LR\n A[" + "x" * 1_000_000 + "]",
        "flowchart LR\n" + "\n".join(f"n{i} --> n{i + 1}" for i in range(10_000)),
    ],
    ids=["1 MB", "10,000 nodes"],
)
def test_a_source_that_is_too_long_is_a_problem_of_that_diagram_alone(drawer: Drawer, text: str) -> None:
    results = drawer([diagram(text), GOOD])
    assert isinstance(results[GOOD], Drawing)
    assert results[diagram(text)] == NotDrawn("Diagram source is longer than the limit of 50000 characters")


@pytest.mark.parametrize(
    "label",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</text><script>x</script>", "&lt;script&gt;", "<b onclick='x'>bold</b>",
        "`**bold** <iframe src=//example.org>`",
    ],
)  # fmt: skip
def test_markup_in_a_label_never_becomes_markup_of_the_page(drawer: Drawer, label: str) -> None:
    clicks = 'click A "javascript:alert(1)"\n click B href "javascript:alert(1)"\n'
    source = diagram(f'flowchart LR\n A["{label}"] --> B\n {clicks}')
    result = drawer([source])[source]
    forbidden = ("<script", "<img", "<iframe", "javascript:", "onclick=", "onerror=", "<a ")
    assert isinstance(result, NotDrawn) or not [word for word in forbidden if word in result.markup]


def test_a_worker_that_dies_costs_one_diagram(tmp_path: Path) -> None:
    processes: list[subprocess.Popen[bytes]] = []

    def dies_at_first() -> subprocess.Popen[bytes]:
        process = start_worker()
        if not processes:
            process.send_signal(signal.SIGKILL)
        processes.append(process)
        return process

    sources = [diagram(f"flowchart LR\n A --> B{place}\n") for place in range(7)]
    results = Drawer(Cache(tmp_path / "cache"), dies_at_first)(sources)
    assert len(processes) > 1
    assert [isinstance(results[source], Drawing) for source in sources].count(False) == 1


@pytest.mark.skipif(cores.available() < 2, reason="one core has one worker")
def test_two_diagrams_are_drawn_at_once(tmp_path: Path) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def counted() -> subprocess.Popen[bytes]:
        started.append(start_worker())
        return started[-1]

    results = Drawer(Cache(tmp_path / "cache"), counted)([GOOD, diagram("flowchart LR\n C --> D\n")])
    assert all(isinstance(result, Drawing) for result in results.values())
    assert len(started) == 2


def _fails() -> subprocess.Popen[bytes]:
    raise OSError("no more processes")


def test_a_diagram_in_the_cache_starts_no_worker(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    drawn = Drawer(Cache(tmp_path / "cache"))
    first = drawn([GOOD, diagram("poem")])
    again = Drawer(Cache(tmp_path / "cache"), _fails)
    assert again([GOOD, diagram("poem")]) == first
    assert caplog.text == ""
    assert again.cache_keys() == drawn.cache_keys()
    assert len(again.cache_keys()) == 2


def test_a_damaged_entry_is_drawn_again(tmp_path: Path) -> None:
    first = Drawer(Cache(tmp_path / "cache"))
    expected = first([GOOD])
    (entry,) = first.cache_keys()
    Cache(tmp_path / "cache").put(entry, b'{"svg": 1}')
    assert Drawer(Cache(tmp_path / "cache"))([GOOD]) == expected


def test_a_drawing_that_took_too_long_is_tried_again(tmp_path: Path) -> None:
    assert isinstance(Drawer(Cache(tmp_path / "cache"), most_seconds=0)([GOOD])[GOOD], NotDrawn)
    assert isinstance(Drawer(Cache(tmp_path / "cache"))([GOOD])[GOOD], Drawing)


def test_a_machine_that_starts_no_process_shows_the_source(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert isinstance(Drawer(Cache(tmp_path / "cache"), _fails)([GOOD])[GOOD], NotDrawn)
    assert "no more processes" in caplog.text


def test_secrets_of_the_environment_do_not_reach_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOG_PREVIEW_KEY", "a secret of more than 32 characters")
    process = start_worker()
    try:
        assert b"BLOG_PREVIEW_KEY" not in Path(f"/proc/{process.pid}/environ").read_bytes()
    finally:
        process.kill()
        process.communicate()
