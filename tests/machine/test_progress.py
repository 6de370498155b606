"""What takes long is said, and what does not is not."""

import time

import pytest

from blog.machine.progress import Progress


def test_a_slow_stage_is_named_with_its_count(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(every=0.05) as progress, progress.stage("parse") as note:
        time.sleep(0.2)
        note("texts", 1000)
    said = capsys.readouterr()
    assert "parse ... " in said.err
    assert "parse: 1,000 texts in " in said.err
    assert said.out == ""


def test_a_quick_stage_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress, progress.stage("parse") as note:
        note("texts", 1000)
    assert capsys.readouterr().err == ""
