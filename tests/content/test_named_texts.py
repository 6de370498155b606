"""Texts by the names that other programs use in links."""

from collections.abc import Callable
from pathlib import Path

import pytest

from blog.content.library import Library, Resolver
from blog.content.loader import Loaded, load
from tests.english import label

Load = Callable[[dict[str, str]], Loaded]


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    def loader(files: dict[str, str]) -> Loaded:
        for name, written in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            day = "" if name.startswith("pages/") else "date: 2024-05-06\n"
            more, body = (written, "Words.") if written.startswith(("slug:", "draft:")) else ("", written)
            path.write_text(f"---\ntitle: {name}\n{day}{more}\n---\n{body}\n", encoding="utf-8")
        return load(tmp_path)

    return loader


def target(library: Library, file: str = "from.md") -> str:
    """Where the only link of a text leads."""
    (text,) = (text for text in library.texts if str(text.file) == file)
    (reference,) = text.document.references
    return Resolver(library).url(text, reference.target)


OTHERS = {
    "2024-05-06-hello.md": "## Part", "linux/tips/x.md": "Words.", "bundle/index.md": "Words.", "node.js.md": "Words.", "größe.md": "Words.",
    "pages/about.md": "Words.", "one/same.md": "Words.",
}  # fmt: skip


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("[a](@/2024-05-06-hello.md)", "/blog/hello"), ("[a](@/blog/hello.md#part)", "/blog/hello#part"), ("[a](@/bundle/index.md)", "/blog/bundle"),
        ("[a](@/gr%C3%B6%C3%9Fe.md)", "/blog/gr%C3%B6%C3%9Fe"), ("[a](@/pages/about.md)", "/about"), ('[a]({{< ref "2024-05-06-hello.md" >}})', "/blog/hello"),
        ('[a]({{< relref "hello#part" >}})', "/blog/hello#part"), ('[a]({{% ref "/posts/linux/tips/x" %}})', "/blog/x"), ('[a]({{< ref path="about" >}})', "/about"),
        ("[a]({{< ref hello >}})", "/blog/hello"), ('[a]({{< ref "bundle" >}} "Title")', "/blog/bundle"), ("[a]({% post_url 2024-05-06-hello %})", "/blog/hello"),
        ("[a]({% link _posts/2024-05-06-hello.md %}#part)", "/blog/hello#part"), ("[a]({{ site.baseurl }}{% post_url 2024-05-06-hello %})", "/blog/hello"),
        ('[a]({{< ref "node.js" >}})', "/blog/node-js"), ("[a][b]\n\n[b]: {% post_url 2024-05-06-hello %}", "/blog/hello"),
        ('[a]({{< ref "../hello.md" >}})', "/blog/hello"), ("<a href='{% post_url 2024-05-06-hello %}'>a</a>", "/blog/hello"),
        ("[a]({{ site.baseurl }}/about)", "/about"), ("[a]({{ site.url }}{{ site.baseurl }}/about#x)", "/about#x"), ("[a]({{site.baseurl}}/)", "/"),
        ('[a]({{ "/about" | relative_url }})', "/about"), ('<a href="{{ site.baseurl }}/about">a</a>', "/about"), ("[a]({{ '/about' | absolute_url }})", "/about"),
        ('<a href="{{ "/about" | relative_url }}">a</a>', "/about"), ('<a href="{{< ref "hello" >}}">a</a>', "/blog/hello"),
        ("<div>\n<a href='{% post_url 2024-05-06-hello %}'>a</a>\n</div>", "/blog/hello"), ("<div><a href={{site.baseurl}}/about>a</a></div>", "/about"),
    ],
)  # fmt: skip
def test_a_link_of_another_program_leads_to_the_text(loaded: Load, link: str, address: str) -> None:
    found = loaded({**OTHERS, "from.md": link})
    assert target(found.library).replace("node.js", "node-js") == address
    assert [warning for warning in found.warnings if "#x" not in warning.problem] == []


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("[a](@/gone.md)", "names no post or page, or more than one"), ('[a]({{< ref "gone" >}})', "names no post or page, or more than one"),
        ("[a]({% post_url 2020-01-01-gone %})", "names no post or page, or more than one"), ("[a](@/same.md)", "names no post or page, or more than one"),
        ("[a](@/hello.md#gone)", "names a section"), ("[a]({{ site.baseurl }}/gone)", "leads nowhere"), ("[a](@/draft.md)", "a draft that is not served"),
    ],
)  # fmt: skip
def test_a_link_that_leads_nowhere_is_a_warning_with_its_line(loaded: Load, link: str, problem: str) -> None:
    found = loaded(
        {**OTHERS, "two/same.md": "slug: other", "draft.md": "draft: true", "from.md": f"One.\n\nTwo {link}."}
    )
    assert any(
        problem in warning.problem and warning.file.name == "from.md" and warning.line == 8
        for warning in found.warnings
    )


def test_the_file_of_a_figure_is_served(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>', encoding="utf-8")
    found = loaded({"from.md": '{{< figure src="a.svg" alt="A" caption="B" >}}'})
    assert [str(path) for path in found.library.files] == ["a.svg"]
    assert found.warnings == ()


WIKI = {
    **OTHERS, "My Page.md": "## Setup {#own}\n\n## Part two", "two/same.md": "slug: same-two", "s.md": "slug: its-slug", "bonjour.fr.md": "Words.", "bonjour.md": "Words.",
    "d.md": "draft: true",
}  # fmt: skip


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("[[My Page]]", "/blog/my-page"), ("[[my page|x]]", "/blog/my-page"), ("[[my-page]]", "/blog/my-page"), ("[[My Page.md]]", "/blog/my-page"),
        ("[[My Page#Part two]]", "/blog/my-page#part-two"), ("[[My Page#setup]]", "/blog/my-page#own"), ("[[its-slug]]", "/blog/its-slug"),
        ("[[one/same]]", "/blog/same"), ("[[about]]", "/about"), ("[[node.js]]", "/blog/node-js"), ("[[bundle]]", "/blog/bundle"), ("[[größe]]", "/blog/gr%C3%B6%C3%9Fe"),
        ("[[bonjour.fr]]", "/blog/bonjour-fr"), ("[[bonjour]]", "/blog/bonjour"), ("[[hello]]", "/blog/hello"), ("[[pages/about.md]]", "/about"), ("[[linux/tips/x]]", "/blog/x"), ("[[2024-05-06-hello]]", "/blog/hello"),
        ("## Up\n\n[[#Up]]", "/blog/from#up"), ("## ==It's== :tada:\n\n[[#It's]]", "/blog/from#its-"),
    ],
)  # fmt: skip
def test_a_name_between_brackets_leads_to_the_text(load_wiki: Load, written: str, url: str) -> None:
    loaded = load_wiki({"from.md": written})
    assert target(loaded.library) == url
    assert [fault for fault in loaded.warnings if fault.file.name == "from.md" and "link" in fault.problem] == []


@pytest.fixture
def load_wiki(loaded: Load) -> Load:
    return lambda files: loaded({**WIKI, **files})


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("[[gone]]", "link '[[gone]]' names no post, page or note"),
        ("[[same]]", "link '[[same]]' names more than one text: one/same.md, two/same.md"),
        ("[[My Page#Gone]]", "link '[[My Page#Gone]]' names a section that My Page.md does not have"),
        ("[[#Gone]]", "link '[[#Gone]]' names a section that from.md does not have"),
        ("[[d]]", "link '[[d]]' leads to d.md, a draft that is not served"),
    ],
)
def test_a_name_that_leads_nowhere_is_a_warning_with_its_line(load_wiki: Load, written: str, problem: str) -> None:
    loaded = load_wiki({"from.md": f"Words.\n\n{written}"})
    assert [(it.line, it.problem) for it in loaded.warnings if it.problem.startswith("link")] == [(8, problem)]


def test_a_name_that_leads_nowhere_is_shown_without_an_address(load_wiki: Load) -> None:
    loaded = load_wiki({"from.md": "[[gone|words]]"})
    (text,) = (text for text in loaded.library.texts if str(text.file) == "from.md")
    resolver = Resolver(loaded.library, "https://example.org")
    html = text.document.html(lambda reference: resolver.attributes(text, reference), label)
    assert html == '<p><a role="link" aria-disabled="true">words</a></p>\n'
