"""Components of texts, rendered by the theme."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blog.build.builder import render
from blog.build.edition import Edition
from blog.build.encodings import Encoder
from blog.content.loader import load
from blog.content.site import site_at
from blog.errors import ContentError, Severity
from blog.render.theme import Theme
from blog.settings import Settings

TEMPLATES = Path(__file__).parents[2] / "templates"
PNG = Path(__file__).parents[2] / "templates/assets/icon-192.png"
Build = Callable[..., Edition]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """The edition of one post, in MDX, with these templates of components."""

    def builder(body: str, components: Mapping[str, str], more: str = "", *, drafts: bool = False) -> Edition:
        for name, template in components.items():
            path = tmp_path / "theme/components" / f"{name}.html"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(template, encoding="utf-8")
        (tmp_path / "posts").mkdir(exist_ok=True)
        (tmp_path / "posts/a.png").write_bytes(PNG.read_bytes())
        (tmp_path / "posts/b.md").write_text("---\ntitle: B\ndate: 2026-03-01\n---\n\nWords.\n", encoding="utf-8")
        (tmp_path / "posts/a.mdx").write_text(f"---\ntitle: A\ndate: 2026-03-01\n{more}---\n{body}\n", encoding="utf-8")
        library = load(tmp_path / "posts").library
        settings = Settings(base_url="https://b.example", posts_dir=tmp_path / "posts", drafts=drafts)
        theme = Theme(tmp_path / "theme", TEMPLATES)
        return render(
            library, site_at(library, datetime(2026, 6, 1, tzinfo=UTC)), theme, settings, Encoder(lambda *_: {})
        )

    return builder


def page(edition: Edition, path: str = "/blog/a") -> str:
    return edition.pages[path].identity.body.decode()


CALLOUT = '<aside class="{{ type }}">{{ children }}</aside>'


def test_a_component_is_rendered_by_its_template_with_props_and_children(build: Build) -> None:
    edition = build('<Callout type="a<b">\n**x**\n</Callout>', {"Callout": CALLOUT})
    assert '<aside class="a&lt;b"><p><strong>x</strong></p>\n</aside>' in page(edition)
    assert edition.warnings == ()


def test_a_component_is_the_same_in_feeds_and_the_api(build: Build) -> None:
    edition = build('<Callout type="x">y</Callout>', {"Callout": CALLOUT})
    assert '&lt;aside class="x"&gt;y&lt;/aside&gt;' in page(edition, "/rss")
    assert '<aside class=\\"x\\">y</aside>' in page(edition, "/feed.json")


def test_addresses_in_props_are_resolved_and_their_files_are_served(build: Build) -> None:
    edition = build('<Figure src="a.png" href="b.md" />', {"Figure": '<a href="{{ href }}"><img src="{{ src }}"></a>'})
    (picture,) = (path for path in edition.pages if path.endswith(".png") and path.startswith("/assets/a."))
    assert f'<a href="/blog/b"><img src="{picture}"></a>' in page(edition)
    assert f"https://b.example{picture}" in page(edition, "/atom.xml")


def test_props_are_also_there_by_any_name(build: Build) -> None:
    edition = build('<X data-y="1" n={2} />', {"X": '<i>{{ props["data-y"] }} {{ n + 1 }} {{ z|default("none") }}</i>'})
    assert "<i>1 3 none</i>" in page(edition)


def test_a_dotted_name_is_a_templates_name(build: Build) -> None:
    assert "<i>x</i>" in page(build("<Foo.Bar>x</Foo.Bar>", {"Foo.Bar": "<i>{{ children }}</i>"}))


def test_a_component_that_the_theme_lacks_is_a_warning_and_its_children_are_shown(build: Build) -> None:
    edition = build("\nFirst.\n\n<Gone>**x**</Gone>", {})
    assert "<p><strong>x</strong></p>" in page(edition)
    (warning,) = edition.warnings
    assert (warning.file.name, warning.line, warning.severity) == ("a.mdx", 8, Severity.WARNING)
    assert "<Gone>" in warning.problem


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        pytest.param("\n{{ nowhere }}", "X.html:2: 'nowhere' is undefined", id="undefined"),
        pytest.param('{% include "components/X.html" %}', "includes itself", id="includes-itself"),
        pytest.param("{{ 1 // 0 }}", "ZeroDivisionError", id="raises"),
    ],
)
def test_a_component_that_cannot_be_rendered_is_a_fault_of_the_text(build: Build, template: str, problem: str) -> None:
    with pytest.raises(ContentError) as caught:
        build("\nFirst.\n\n<X />", {"X": template})
    (fault,) = caught.value.faults
    assert (fault.file.name, fault.line, fault.severity) == ("a.mdx", 8, Severity.ERROR)
    assert fault.problem.startswith("<X> cannot be rendered: ")
    assert problem in fault.problem


def test_a_fault_in_a_draft_is_a_warning(build: Build) -> None:
    edition = build("<X>y</X>", {"X": "{{ nowhere }}"}, more="draft: true\n", drafts=True)
    assert [fault.severity for fault in edition.warnings] == [Severity.WARNING]
    assert "<p>y</p>" in page(edition)


def test_a_template_that_doubles_its_children_cannot_fill_the_memory(build: Build) -> None:
    with pytest.raises(ContentError, match="4 MiB"):
        build("<X>" * 30 + "words" + "</X>" * 30, {"X": "{{ children }}{{ children }}"})


def test_many_components_cannot_fill_the_memory(build: Build) -> None:
    with pytest.raises(ContentError, match="4 MiB"):
        build("<X />\n\n" * 100, {"X": "{{ 'x' * 100_000 }}"})


def test_a_character_reference_in_a_prop_makes_no_feed_invalid(build: Build) -> None:
    edition = build('<X a="&#27;&amp;" />', {"X": "<i>{{ a }}</i>"})
    assert "<i>&amp;</i>" in page(edition)
