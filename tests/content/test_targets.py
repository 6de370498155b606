"""Harmful targets, in every spelling that browsers accept."""

import pytest

from blog.content.targets import encoded, is_harmful


@pytest.mark.parametrize(
    "target",
    [
        "javascript:x", "JaVaScRiPt:x", " javascript:x", "java\tscript:x", "java\nscript:x", "\x01javascript:x", "javascript\x00:x", "vbscript:x",
        "&#106;avascript:x", "javascript&colon;x", "java&Tab;script:x", "data:text/html,x", "DATA:text/html;base64,x", "data:,x", "data:image/html,x",
        "file:///etc/passwd", "FILE:x", "\u200bjavascript:x", "javascript%3Ax", "blob:x",
    ],
)  # fmt: skip
def test_a_target_that_runs_script_or_reads_files_is_harmful(target: str) -> None:
    assert is_harmful(target)


@pytest.mark.parametrize(
    "target",
    [
        "sms:+1", "obsidian://open?vault=x", "ssh://git@example.org/a", "webcal://x/a.ics", "matrix:u/x:y", "mailto:a@b.c", "tel:+1", "magnet:?xt=urn:x",
        "data:image/png;base64,AA==", "data:image/svg+xml,%3Csvg/%3E", "DATA:IMAGE/GIF;base64,x", "a.md?x=javascript:y", "a.md#javascript:y", "/a:b", "a b", "",
        "javascript.md", "file.md", "ttps://typo", "#x", "?a=data:x",
    ],
)  # fmt: skip
def test_any_other_target_is_harmless(target: str) -> None:
    assert not is_harmful(target)


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("größe.md", "gr%C3%B6%C3%9Fe.md"),
        ("with space.md", "with%20space.md"),
        ("a%20b", "a%20b"),
        ('a"b', "a%22b"),
        ("\ud800", "%EF%BF%BD"),
    ],
)
def test_a_target_is_percent_encoded(target: str, url: str) -> None:
    assert encoded(target) == url
