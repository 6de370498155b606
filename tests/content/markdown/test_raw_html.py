"""What the tags in a text's own HTML may do, and what an author is told about it."""

import time

import pytest

from blog.content.markdown import parse
from blog.content.markdown.tags import tags
from blog.content.targets import is_harmful


def _remarks(text: str) -> list[tuple[int, str]]:
    return [(remark.line, remark.problem) for remark in parse(text).remarks]


@pytest.mark.parametrize(
    "tag",
    [
        pytest.param('<meta http-equiv="refresh" content="0;url=https://evil.example">', id="quoted"),
        pytest.param("<META HTTP-EQUIV=Refresh content=0>", id="unquoted"),
        pytest.param("<meta/http-equiv = 'refresh'>", id="slash"),
        pytest.param("<meta http-equiv=&#114;efresh>", id="character-reference"),
    ],
)
def test_a_page_that_leaves_by_itself_is_remarked_with_its_line(tag: str) -> None:
    assert _remarks(f"Words.\n\n<div>\n{tag}\n</div>\n") == [
        (4, "<meta http-equiv=refresh> takes the reader away from the page")
    ]


def test_a_base_address_is_remarked_because_the_policy_forbids_it() -> None:
    problem = "<base> has no effect: pages do not follow it, and links are relative to the address of the text"
    assert _remarks("Words.\n\n<base href='https://evil.example/'>\n") == [(3, problem)]


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        pytest.param('<b onclick="alert(1)">', "b onclick", id="quoted"),
        pytest.param("<b title=x ONCLICK=alert(1)>", "b onclick", id="unquoted"),
        pytest.param("<b\nid=x\nonmouseover=alert(1)>", "b onmouseover", id="over-lines"),
        pytest.param('<img src="a.png" alt="a > b" onerror=alert(1)>', "img onerror", id="behind-a-quoted-bracket"),
        pytest.param("<svg/onload=alert(1)>", "svg onload", id="slash"),
    ],
)
def test_a_script_in_an_attribute_is_remarked(tag: str, name: str) -> None:
    assert [problem for _, problem in _remarks(f"<div>{tag}</div>\n")] == [
        f"<{name}=…> is a script, which pages do not run"
    ]


@pytest.mark.parametrize(
    "form",
    [
        pytest.param('<form action="https://evil.example/">', id="another-site"),
        pytest.param("<form action=//evil.example>", id="no-scheme"),
        pytest.param("<form action=/\\evil.example>", id="backslash"),
        pytest.param('<form action=" ht\ttps://evil.example">', id="white-space"),
        pytest.param("<form><button formaction=https://evil.example>", id="button"),
    ],
)
def test_a_form_to_another_site_is_remarked(form: str) -> None:
    ((_, problem),) = _remarks(f"<div>{form}</div>\n")
    assert problem.endswith("sends a form to another site, which pages do not allow")


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<!-- <b onclick=x> -->", id="comment"),
        pytest.param('<b title="<i onclick=x>">', id="in-a-value"),
        pytest.param("<form action=/search><input name=q></form>", id="form-of-the-site"),
        pytest.param('<meta http-equiv="content-language" content="en">', id="another-meta"),
        pytest.param("<b data-onclick=x>", id="nearly"),
        pytest.param("`<b onclick=x>`", id="code"),
    ],
)
def test_what_does_nothing_is_not_remarked(html: str) -> None:
    problems = [problem for _, problem in _remarks(f"<div>\n{html}\n</div>\n" if html[0] == "<" else html)]
    assert problems == []


@pytest.mark.parametrize(
    "tag",
    [
        pytest.param('<a href="javascript:alert(1)">x</a>', id="quoted"),
        pytest.param('<a href="java&#9;script:alert(1)">x</a>', id="quoted-with-a-tab"),
        pytest.param("<a href=javascript:alert(1)>x</a>", id="unquoted"),
        pytest.param("<a HREF = JavaScript:alert(1)>x</a>", id="unquoted-in-capitals"),
        pytest.param("<a href=java&#10;script:alert(1)>x</a>", id="line-break-inside"),
        pytest.param("<a href=&#1;javascript:alert(1)>x</a>", id="control-character-before"),
        pytest.param("<form action=javascript:alert(1)>", id="form"),
    ],
)
def test_an_address_that_runs_a_script_is_the_same_fault_in_every_spelling(tag: str) -> None:
    document = parse(f"Words.\n\n<div>\n{tag}\n</div>\n")
    assert [(found.kind, is_harmful(found.target), found.line) for found in document.references] == [("link", True, 4)]
    assert "script:" not in document.markup


@pytest.mark.parametrize("piece", ["<!--", '<a "', "<a b='", "<", "<a ", "<a b=", "</", "<a/", "= ", "<a b\n=\n"])
def test_unclosed_tags_are_read_in_linear_time(piece: str) -> None:
    def seconds(times: int) -> float:
        started = time.process_time()
        list(tags(piece * times))
        return time.process_time() - started

    assert seconds(160_000) < 40 * max(seconds(16_000), 0.002)


@pytest.mark.parametrize("tag", ["<iframe src=x>", "<script>", "<STYLE>", "<your-token>", "<string>", "<Tweet id=1/>"])
@pytest.mark.parametrize("around", ["Words {} here.", "{}\n\nwords"], ids=["inline", "block"])
def test_a_tag_that_readers_do_not_see_is_remarked_with_what_to_write(tag: str, around: str) -> None:
    ((line, problem),) = _remarks("First.\n\n" + around.format(tag))
    assert line == 3
    assert tag in problem
    assert "backticks" in problem


@pytest.mark.parametrize(
    "tag", ["<kbd>", "<details open>", "<svg viewBox='0 0 1 1'>", "<linearGradient>", "</nope>", "<br/>"]
)
def test_a_tag_of_html_is_not_remarked(tag: str) -> None:
    assert _remarks(f"Words {tag} here.") == []


def _references(html: str) -> list[tuple[str, str]]:
    return [(found.kind, found.target) for found in parse(html).references]


@pytest.mark.parametrize(
    ("html", "references"),
    [
        pytest.param("<a href=a.md>x</a>", [("link", "a.md")], id="unquoted"),
        pytest.param("<a\nHREF = 'a.md'>x</a>", [("link", "a.md")], id="single-quotes"),
        pytest.param('<img src=a.png width=1 alt="">', [("sized image", "a.png")], id="sized"),
        pytest.param(
            '<img src="a.png" srcset="b.png 2x, c.png 3x">',
            [("image", "a.png"), ("image address", "b.png"), ("image address", "c.png")],
            id="srcset",
        ),
        pytest.param("<source srcset='a.webp' type='image/webp'>", [("image address", "a.webp")], id="source"),
        pytest.param("<video poster=a.png></video>", [("image address", "a.png")], id="poster"),
        pytest.param("<object data=a.svg></object>", [("image address", "a.svg")], id="object"),
        pytest.param('<svg><image xlink:href="a.png"/></svg>', [("image address", "a.png")], id="image-in-svg"),
        pytest.param('<svg><use xlink:href="#a"/></svg>', [], id="a-part-of-the-same-svg"),
        pytest.param("<video><track src=a.vtt></video>", [("image", "a.vtt")], id="captions"),
        pytest.param('<p title="<a href=x>" data-src="b">x</p>', [], id="no-reference"),
        pytest.param("<!-- <img src=a.png> -->", [], id="comment"),
    ],
)
def test_what_html_refers_to_is_noted(html: str, references: list[tuple[str, str]]) -> None:
    assert _references(f"<div>\n{html}\n</div>") == references
    assert _references(f"Words {html} more.") == references


def test_html_without_references_stays_as_it_is_written() -> None:
    html = "<p CLASS=a  id='b'\n\tdata-x = \"&amp;\" hidden >x</P\n><br/>"
    assert parse(html).markup == html + "\n"


def test_every_id_and_name_in_html_is_an_anchor() -> None:
    document = parse("<h2 id=one>x</h2>\n<a name='two'></a> <p ID=\"three\">\n\nAnd <a name=four>x</a>.")
    assert document.anchors == {"one", "two", "three", "four"}


def test_a_picture_alone_on_its_line_is_a_block_of_html() -> None:
    assert parse('<img src="a.png" alt="x" />').markup.startswith("<img")


@pytest.mark.parametrize(
    ("html", "written"),
    [
        ('<span className="x">a</span>', '<span class="x">a</span>'),
        ("<label htmlFor=y CLASSNAME='a b'>a</label>", "<label for=y class='a b'>a</label>"),
        ('<div title="className" className="x">\n\na\n</div>', '<div title="className" class="x">'),
        ('`<b className="x">`', "className="),
        ('<x-y data-classname="z">a</x-y>', 'data-classname="z"'),
    ],
)
def test_attributes_are_named_as_in_html_where_they_are_written_as_in_react(html: str, written: str) -> None:
    assert written in parse(html).markup
