"""Progress prints stages that take long, and nothing about the others."""

import time

import pytest

from blog.machine.progress import Progress


def test_a_slow_stage_is_named_with_its_count(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(every=0.05) as progress, progress.stage("parse") as set_count:
        time.sleep(0.2)
        set_count("texts", 1000)
    printed = capsys.readouterr()
    assert "parse ... " in printed.err
    assert "parse: 1,000 texts in " in printed.err
    assert printed.out == ""


def test_a_quick_stage_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress, progress.stage("parse") as set_count:
        set_count("texts", 1000)
    assert capsys.readouterr().err == ""
