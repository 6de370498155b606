"""Diagrams and formulas in pages and in feeds."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from blog.build.drawings.drawer import Drawer
from blog.build.edition import Edition
from blog.content import markdown
from blog.content.loader import load
from blog.machine.cache import Cache
from tests.rendered_site import Make

DIAGRAM = "```mermaid\nflowchart LR\n A[One & only] --> B[Two]\n```\n"
WIDE = "```Mermaid\nflowchart LR\n" + " --> ".join(f"N{i}[A long label {i}]" for i in range(9)) + "\n```\n"
TITLED = '```mermaid title="One <then> two"\nflowchart LR\n A[Three] --> B[Four]\n```\n'
TITLED_FORMULA = '```math caption="Rest energy"\nE_0 = m\n```\n'
FORMULA = "```math\nE = mc^2 < x\n```\n"


def _post(body: str, title: str = "Drawn") -> str:
    return f"---\ntitle: {title}\ndate: 2026-01-01\n---\n\nWords.\n\n{body}"


@pytest.fixture(scope="module")
def drawn(make: Make) -> Edition:
    files = {
        "drawn.md": _post(
            f"{DIAGRAM}\n{FORMULA}\n{DIAGRAM}\n> - {DIAGRAM.replace(chr(10), chr(10) + '>   ').rstrip('> ')}"
        ),
        "wide.md": _post(WIDE),
        "broken.md": _post("```mermaid\nflowchart LR\n A --> [<b>\n```\n\n```math\n\\foo\n```\n"),
        "captions.md": _post(f"{TITLED}\n{TITLED_FORMULA}"),
        "pages/about.md": f"---\ntitle: About\n---\n\n{DIAGRAM}",
    }
    return make(files)


def _body(edition: Edition, path: str) -> str:
    return edition.pages[path].identity.body.decode()


@pytest.mark.parametrize(("path", "count"), [("/blog/drawn", 3), ("/about", 1)])
def test_a_page_shows_a_figure_with_a_name_and_the_source(drawn: Edition, path: str, count: int) -> None:
    html = _body(drawn, path)
    assert (
        html.count('<figure class="diagram" role="img" aria-label="One &amp; only; Two" tabindex="0">\n<svg ') == count
    )
    assert html.count('<details class="diagram-source">') == count
    assert html.count(">flowchart LR\n A[One &amp; only] --&gt; B[Two]\n</code>") == count
    assert not re.search(r"\sstyle=", html)


def test_a_title_is_the_caption_of_what_is_drawn(drawn: Edition) -> None:
    html = _body(drawn, "/blog/captions")
    assert (
        '<figure class="drawing">\n<figure class="diagram" role="img" aria-label="Three; Four" tabindex="0">\n<svg '
        in html
    )
    assert "</svg>\n</figure>\n<figcaption>One &lt;then&gt; two</figcaption>\n</figure>\n<details" in html
    assert '<figure class="drawing">\n<math display="block">' in html
    assert "</math>\n<figcaption>Rest energy</figcaption>\n</figure>\n" in html


def test_a_feed_has_the_captions_too(drawn: Edition) -> None:
    (content,) = [content for content in _contents(drawn) if "Rest energy" in content]
    assert re.search(r"<img [^>]*></p>\n<figcaption>One &lt;then&gt; two</figcaption>\n</figure>", content)
    assert "<code>E_0 = m</code>\n<figcaption>Rest energy</figcaption>\n</figure>" in content


def test_what_cannot_be_drawn_keeps_its_caption() -> None:
    document = markdown.parse('```mermaid title="Plan"\nno diagram\n```\n\n```mermaid file="flow.mmd"\nx\n```\n')
    captions = re.findall("<figcaption>(.*?)</figcaption>", document.html(lambda _: "", lambda _key, _number: ""))
    assert captions == ["Plan"]


def test_a_wide_diagram_scrolls(drawn: Edition) -> None:
    assert '<figure class="diagram over-1300" role="img"' in _body(drawn, "/blog/wide")


def test_only_pages_with_diagrams_and_formulas_load_what_these_need(drawn: Edition) -> None:
    loaded = {
        path: re.findall(r'href="/assets/(\w+)\.\w+\.css"', _body(drawn, path))
        for path in drawn.pages
        if path.startswith("/blog/")
    }
    assert loaded["/blog/drawn"] == ["site", "diagrams", "math", "print"]
    assert loaded["/blog/wide"] == ["site", "diagrams", "print"]
    assert loaded["/blog/broken"] == ["site", "print"]


def test_a_fence_of_mathematics_is_mathml(drawn: Edition) -> None:
    assert '<math display="block"><mi>E</mi><mo>=</mo>' in _body(drawn, "/blog/drawn")


def test_what_cannot_be_drawn_is_shown_as_its_source(drawn: Edition) -> None:
    html = _body(drawn, "/blog/broken")
    assert (
        '<pre tabindex="0" data-language="mermaid"><code class="language-mermaid">flowchart LR\n A --&gt; [&lt;b&gt;\n'
        in html
    )
    assert '<code class="language-math">\\foo\n</code>' in html
    assert "<figure" not in html


def test_what_cannot_be_drawn_is_a_warning_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        _post("```mermaid\nsequenceDiagram\n A->>B: ask\n A->>B hello\n```\n\n```math\nx\n\\foo\n```\n")
    )
    warnings = load(tmp_path, draw=Drawer(Cache(None))).warnings
    assert [(fault.line, fault.problem) for fault in warnings] == [
        (11, "diagram cannot be drawn: Expecting 'TXT', got 'NEWLINE'"),
        (16, 'equation cannot be drawn: Unknown command "\\foo"'),
    ]


def _contents(edition: Edition) -> list[str]:
    atom = ET.fromstring(edition.pages["/atom.xml"].identity.body)
    entries = [
        entry.findtext("{http://www.w3.org/2005/Atom}content") or ""
        for entry in atom.iter("{http://www.w3.org/2005/Atom}entry")
    ]
    feed = json.loads(edition.pages["/feed.json"].identity.body)
    assert [item["content_html"] for item in feed["items"]] == entries
    return entries


def test_a_feed_shows_a_picture_that_is_served(drawn: Edition) -> None:
    (content,) = [content for content in _contents(drawn) if "One &amp; only" in content]
    pictures = re.findall(
        r'<img src="https://b\.example(/assets/diagram\.\w+\.svg)" width="(\d+)" height="(\d+)" alt="One &amp; only; Two">',
        content,
    )
    assert len(pictures) == 3
    picture = drawn.pages[pictures[0][0]].identity
    assert picture.body.startswith(b'<svg xmlns="http://www.w3.org/2000/svg"')
    assert b'fill="#E5EFFA"' in picture.body
    assert "<svg" not in content
    assert "A[One &amp; only]" in content


def test_a_feed_has_a_formula_as_mathml_and_as_tex(drawn: Edition) -> None:
    (content,) = [content for content in _contents(drawn) if "mc^2" in content]
    assert "</math> <code>E = mc^2 &lt; x</code>" in content


def test_an_origin_has_no_files_for_diagrams_of_drafts(make: Make) -> None:
    edition = make({"a.md": _post(DIAGRAM).replace("---\n\n", "draft: true\n---\n\n"), "b.md": _post("Words.")})
    assert not [path for path in edition.pages if "/diagram." in path]


def test_a_site_without_drawings_starts_no_engine(tmp_path: Path) -> None:
    def fails() -> None:
        raise AssertionError("an engine was started")

    (tmp_path / "a.md").write_text(_post("```python\nx\n```\n"))
    load(tmp_path, draw=Drawer(Cache(None), fails))  # type: ignore[arg-type]
