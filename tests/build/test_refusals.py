"""Refusals: what is logged of changed content that cannot be served, and when it is tried again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from blog.build.listener import BuildListener
from blog.build.refusals import Refusals, report
from blog.build.state import ServiceState
from blog.errors import ContentError, Fault, Severity

NOW = datetime(2030, 1, 1, tzinfo=UTC)
FAULTS = [Fault(Path("posts/a.md"), 3, "title is missing"), Fault(Path("posts/b.md"), 1, "looks odd", Severity.WARNING)]


def _refusals() -> tuple[Refusals, ServiceState, list[int]]:
    service, counts = ServiceState(), list[int]()
    return Refusals(service, lambda: NOW, BuildListener(refused=counts.append)), service, counts


def test_a_refusal_logs_each_fault_and_counts_the_errors(caplog: pytest.LogCaptureFixture) -> None:
    refusals, service, counts = _refusals()
    refusals.add(ContentError(FAULTS))
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("ERROR", "posts/a.md:3: error: title is missing"),
        ("WARNING", "posts/b.md:1: warning: looks odd"),
        ("WARNING", "the content has 1 error, 1 warning"),
        ("ERROR", "the changed content has faults (1); nothing is served until they are mended"),
    ]
    assert service.refusal
    assert (service.refusal.faults, service.refusal.since, counts) == (1, NOW, [1])
    assert service.faults == (FAULTS[0],)


def test_the_same_faults_are_logged_once_until_an_edition_is_published(caplog: pytest.LogCaptureFixture) -> None:
    refusals, _, _ = _refusals()
    for _attempt in range(3):
        refusals.add(ContentError(FAULTS))
    assert caplog.text.count("title is missing") == 1
    refusals.clear()
    refusals.add(ContentError(FAULTS))
    assert caplog.text.count("title is missing") == 2


def test_the_wait_for_another_attempt_grows_while_the_faults_stay_the_same() -> None:
    refusals, _, _ = _refusals()
    waits = []
    for _attempt in range(6):
        refusals.add(ContentError(FAULTS))
        waits.append(refusals.retry_seconds)
    assert waits == [30, 60, 120, 240, 300, 300]
    refusals.add(ContentError(FAULTS[:1]))
    assert refusals.retry_seconds == 30


def test_the_wait_starts_again_after_a_publication() -> None:
    refusals, service, _ = _refusals()
    for _attempt in range(2):
        refusals.add(MemoryError())
    assert refusals.retry_seconds == 60
    service.refusal = None
    refusals.clear()
    refusals.add(MemoryError())
    assert refusals.retry_seconds == 30


def test_an_exception_without_a_file_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    refusals, service, counts = _refusals()
    refusals.add(KeyError("a fault of this program"))
    assert "the rebuild failed" in caplog.text
    assert "KeyError: 'a fault of this program'" in caplog.text
    assert service.refusal
    assert (service.refusal.faults, counts) == (1, [1])


def test_no_faults_are_reported_as_nothing(caplog: pytest.LogCaptureFixture) -> None:
    report(())
    assert not caplog.records


def test_many_faults_are_logged_up_to_a_bound_with_errors_first(caplog: pytest.LogCaptureFixture) -> None:
    warnings = [Fault(Path("posts/b.md"), line, "looks odd", Severity.WARNING) for line in range(1, 151)]
    report((*warnings, Fault(Path("posts/z.md"), 1, "title is missing")))
    first, *others = [record.message for record in caplog.records]
    assert first == "posts/z.md:1: error: title is missing"
    assert len(others) == 99 + 2
    assert others[-2] == "51 more faults are not listed; blog check prints all"
    assert others[-1] == "the content has 1 error, 150 warnings"
