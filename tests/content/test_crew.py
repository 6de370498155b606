"""Parsing in other processes: the same documents, whatever becomes of the processes."""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blog import cores
from blog.content import markdown, worker
from blog.content.crew import Crew
from blog.content.document import dump

TEXTS = [
    (f"# Text {number}\n\nWords *here*, 日本 and `code`.\n\n```python\nx = {number}\n```\n", f"T {number}")
    for number in range(80)
]


def _parsed() -> list[bytes]:
    return [dump(markdown.parse(body, title)) for body, title in TEXTS]


def _children() -> set[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False
    )
    return {int(line.split()[0]) for line in found.stdout.splitlines() if worker.__name__ in line}


def _by(crew: Crew, before: Callable[[int], object] = lambda _: None) -> list[bytes]:
    def work(item: tuple[int, tuple[str, str]]) -> bytes:
        before(item[0])
        return crew.parse(*item[1])

    return cores.spread(work, list(enumerate(TEXTS)), threads=2)


@pytest.fixture(autouse=True)
def _nobody_is_left() -> Iterator[None]:
    yield
    assert _children() == set()


def test_a_crew_gives_the_documents_of_one_process() -> None:
    seen: set[int] = set()
    with Crew(2) as crew:
        assert _by(crew, lambda at: seen.update(_children()) if at > 60 else None) == _parsed()
    assert len(seen) == 2


def test_a_few_texts_and_a_single_core_start_no_process() -> None:
    with Crew(2) as few, Crew(1) as alone:
        assert few.parse(*TEXTS[0]) == _parsed()[0]
        assert _by(alone, lambda _: _children() and pytest.fail("a process for one core")) == _parsed()


def test_what_a_killed_worker_leaves_is_parsed_here() -> None:
    def kill(at: int) -> None:
        if at in {50, 51}:
            for child in _children():
                os.kill(child, signal.SIGKILL)

    with Crew(2) as crew:
        assert _by(crew, kill) == _parsed()


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/true", ""])
def test_where_no_worker_can_be_made_this_process_works(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(sys, "executable", program)
    with Crew(2) as crew:
        assert _by(crew) == _parsed()


def test_a_text_that_is_nested_too_deeply_is_this_process_own_problem() -> None:
    answers = io.BytesIO()
    requests = io.BytesIO()
    worker.write(requests, b"", b"> " * 50_000 + b"x", b"", b"Fine.")
    requests.seek(0)
    worker.serve(requests, answers)
    answers.seek(0)
    assert [worker.read(answers), worker.read(answers)] in (
        [b"", dump(markdown.parse("Fine."))],
        [dump(markdown.parse("> " * 50_000 + "x")), dump(markdown.parse("Fine."))],
    )


@pytest.mark.parametrize("length", [0, 3, 5, 9])
def test_half_a_frame_is_none(length: int) -> None:
    stream = io.BytesIO()
    worker.write(stream, b"123456")
    assert worker.read(io.BytesIO(stream.getvalue()[:length])) is None


def test_a_worker_ends_with_the_process_that_asked(tmp_path: Path) -> None:
    """Even where that was killed: nobody reads on, so nobody works on."""
    script = (
        "import os, signal, sys\nfrom blog.content.crew import _hire\n"
        "child = _hire()\nprint(child.pid, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=False)
    ended = threading.Event()
    for _ in range(200):
        if (
            not Path(f"/proc/{int(done.stdout)}/cmdline").exists()
            or not Path(f"/proc/{int(done.stdout)}/cmdline").read_bytes()
        ):
            return
        ended.wait(0.05)
    pytest.fail("the worker outlived who asked it")
