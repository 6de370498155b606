"""An alias is added to the front matter of every dialect, and nothing else in it changes."""

from pathlib import PurePosixPath

import pytest

from blog.cli.aliases import HeaderError, with_alias

FILE = PurePosixPath("hello.md")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "---\n# Why\ntitle:   'Hello'  # said\ndate: 2026-01-01\n---\nx\n",
            "---\n# Why\ntitle:   'Hello'  # said\ndate: 2026-01-01\naliases: [/blog/old]\n---\nx\n",
            id="none-yet",
        ),
        pytest.param(
            "---\ndate: 2026-01-01\naliases: [/a, b]  # kept\ntitle: T\n---\nx\n",
            "---\ndate: 2026-01-01\naliases: [/a, b, /blog/old]  # kept\ntitle: T\n---\nx\n",
            id="brackets",
        ),
        pytest.param(
            "---\ndate: 2026-01-01\naliases: []\n---\nx\n",
            "---\ndate: 2026-01-01\naliases: [/blog/old]\n---\nx\n",
            id="empty-brackets",
        ),
        pytest.param(
            "---\ndate: 2026-01-01\naliases:\n  - /a\n  # then\n  - /b\ntags:\n  - x\n---\nx\n",
            "---\ndate: 2026-01-01\naliases:\n  - /a\n  # then\n  - /b\n  - /blog/old\ntags:\n  - x\n---\nx\n",
            id="lines",
        ),
        pytest.param(
            '{\n  "date": "2026-01-01"\n}\nx\n',
            '{"aliases": ["/blog/old"],\n  "date": "2026-01-01"\n}\nx\n',
            id="json",
        ),
        pytest.param(
            '{\n  "aliases": ["/a"],\n  "date": "2026-01-01"\n}\nx\n',
            '{\n  "aliases": ["/a", "/blog/old"],\n  "date": "2026-01-01"\n}\nx\n',
            id="json-list",
        ),
        pytest.param(
            "---\ndate: 2026-01-01\nredirect_from:\n- /a\n---\nx\n",
            "---\ndate: 2026-01-01\nredirect_from:\n- /a\n- /blog/old\n---\nx\n",
            id="key-of-jekyll",
        ),
        pytest.param(
            "---\ndate: 2026-01-01\naliases: /a, /b # c\n---\nx\n",
            "---\ndate: 2026-01-01\naliases: /a, /b, /blog/old # c\n---\nx\n",
            id="commas",
        ),
        pytest.param(
            '---\ndate: 2026-01-01\naliases: "/a"\n---\nx\n',
            '---\ndate: 2026-01-01\naliases: "/a, /blog/old"\n---\nx\n',
            id="quoted",
        ),
        pytest.param(
            "---\ndate: 2026-01-01\naliases:\n---\nx\n",
            "---\ndate: 2026-01-01\naliases: [/blog/old]\n---\nx\n",
            id="empty-value",
        ),
        pytest.param(
            "---\ndate: 2026-01-01\naliases: [\n  /a,\n  /b,\n]\n---\nx\n",
            "---\ndate: 2026-01-01\naliases: [\n  /a,\n  /b,\n/blog/old]\n---\nx\n",
            id="brackets-over-lines",
        ),
        pytest.param(
            "+++\ntitle = 'T' # c\ndate = 2026-01-01\n[extra]\na = 1\n+++\nx\n",
            "+++\naliases = [\"/blog/old\"]\ntitle = 'T' # c\ndate = 2026-01-01\n[extra]\na = 1\n+++\nx\n",
            id="toml",
        ),
        pytest.param(
            '+++\ndate = 2026-01-01\naliases = ["/a"]\n+++\nx\n',
            '+++\ndate = 2026-01-01\naliases = ["/a", "/blog/old"]\n+++\nx\n',
            id="toml-list",
        ),
        pytest.param(
            "Title: T\nDate: 2026-01-01\n\nBody\n",
            "Aliases: /blog/old\nTitle: T\nDate: 2026-01-01\n\nBody\n",
            id="pelican",
        ),
    ],
)
def test_an_alias_is_added_as_the_list_is_written(before: str, after: str) -> None:
    assert with_alias(before, "/blog/old", FILE, "post") == after


def test_a_page_without_front_matter_gets_one() -> None:
    text = with_alias("# About\n\nWords.\n", "/old", PurePosixPath("pages/about.md"), "page")
    assert text == "---\naliases: [/old]\n---\n# About\n\nWords.\n"


def test_an_address_with_other_characters_is_quoted() -> None:
    text = with_alias("---\ntitle: T\n---\nx\n", "/a: b", PurePosixPath("pages/a.md"), "page")
    assert 'aliases: ["/a: b"]' in text


@pytest.mark.parametrize(
    "text", ["---\ntitle: [a\n---\nx\n", "---\ndate: 2026-01-01\naliases: {a: b}\n---\nx\n"], ids=["broken", "mapping"]
)
def test_a_header_that_cannot_be_understood_is_refused(text: str) -> None:
    with pytest.raises(HeaderError):
        with_alias(text, "/blog/old", FILE, "post")
