"""Themes and their faults."""

from collections.abc import Callable
from pathlib import Path

import pytest

from blog.errors import ContentError
from blog.render.environment import embedded_json
from blog.render.security import script_hashes
from blog.render.theme import Theme

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def writer(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return writer


def fault(folder: Path, template: str = "page.html") -> str:
    with pytest.raises(ContentError) as caught:
        Theme(folder).render(template, {})
    (fault,) = caught.value.faults
    return f"{fault.file.relative_to(folder)}:{fault.line}: {fault.problem}"


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        pytest.param("one\n{% if %}\n", "page.html:2: ", id="syntax"),
        pytest.param("one\ntwo\n{{ nowhere }}\n", "page.html:3: 'nowhere' is undefined", id="undefined"),
        pytest.param("one\n{{ site.nowhere }}\n", "page.html:2: 'site' is undefined", id="attribute"),
        pytest.param("one\n{{ asset('gone.css') }}\n", "page.html:2: there is no asset 'gone.css'", id="asset"),
        pytest.param("one\n{{ 1|nofilter }}\n", "page.html:2: No filter named 'nofilter'", id="filter"),
        pytest.param("one\n{% include 'gone.html' %}\n", "page.html:2: ", id="include"),
        pytest.param("one\n{{ 1 + 'a' }}\n", "page.html:2: ", id="type"),
        pytest.param("one\n{{ 1 // 0 }}\n", "page.html:2: ", id="division"),
        pytest.param(b"one\n\xff\n", "page.html:2: ", id="not-utf-8"),
    ],
)
def test_a_fault_of_a_template_is_reported_with_its_line(write: Write, template: str | bytes, problem: str) -> None:
    folder = write("page.html", template).parent
    assert fault(folder).startswith(problem)


def test_a_fault_of_an_included_template_has_that_templates_line(write: Write) -> None:
    write("part.html", "\n\n{{ nowhere }}")
    folder = write("page.html", "{% include 'part.html' %}").parent
    assert fault(folder) == "part.html:3: 'nowhere' is undefined"


def test_a_missing_template_is_reported(tmp_path: Path) -> None:
    assert fault(tmp_path).startswith("page.html:1: ")


def test_values_in_a_template_are_escaped(write: Write) -> None:
    folder = write("page.html", "{{ text }}").parent
    assert Theme(folder).render("page.html", {"text": "<b>"}) == "&lt;b&gt;"


def test_the_url_of_an_asset_changes_with_its_bytes(write: Write, tmp_path: Path) -> None:
    write("assets/site.js", "one")
    first = Theme(tmp_path).asset("site.js")
    write("assets/site.js", "two")
    assert first != Theme(tmp_path).asset("site.js")
    assert first.startswith("/assets/site.")


def test_a_stylesheet_refers_to_urls_with_digests(write: Write, tmp_path: Path) -> None:
    write("assets/font.woff2", b"font")
    write(
        "assets/site.css",
        "a{src:url('font.woff2')} b{src:url(\"font.woff2\")} c{src:url(data:x)} d{src:url(/abs)} e{src:url(#id)}",
    )
    theme = Theme(tmp_path)
    name = theme.asset("font.woff2")
    css = theme.assets["site.css"].decode()
    assert css == f"a{{src:url({name})}}b{{src:url({name})}}c{{src:url(data:x)}}d{{src:url(/abs)}}e{{src:url(#id)}}"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        pytest.param("site.css", "a{src:url(gone.woff2)}", "url\\(gone.woff2\\) is no asset of the theme", id="url"),
        pytest.param("site.css", b"a{}\n\xff", "UTF-8", id="not-utf-8"),
        pytest.param("site.exe", "x", "has no extension that is served", id="extension"),
    ],
)
def test_a_fault_of_an_asset_is_reported(
    write: Write, tmp_path: Path, name: str, content: str | bytes, problem: str
) -> None:
    write(f"assets/{name}", content)
    with pytest.raises(ContentError, match=problem):
        Theme(tmp_path)


def test_an_inline_script_of_a_theme_gets_a_hash(write: Write) -> None:
    folder = write("page.html", "<script>go()</script>").parent
    assert len(script_hashes(Theme(folder).render("page.html", {}))) == 1


def test_json_cannot_end_its_script_element() -> None:
    assert "<" not in embedded_json({"a": "</script><!--<script>", "b": "\u2028"})
