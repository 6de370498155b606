"""posts/site.yaml."""

import pytest

from blog.content.config import Author, Link, Look, SiteConfig, parse_config, unknown_keys
from blog.content.front_matter import FrontMatterError


def test_an_empty_file_gives_the_defaults() -> None:
    assert parse_config("") == SiteConfig()
    assert SiteConfig().navigation[0] == Link("Posts", "/blog", "posts")


def test_every_key_is_read() -> None:
    config = parse_config(
        "title: Notes\ndescription: >\n  Two\n  lines.\nauthor: {name: Ada, url: /about, portrait: /ada.jpg, about: Counts., "
        "email: ada@example.org, fediverse: '@ada@example.org'}\nlang: de\ntheme: quiet\nfonts: system\naccent: '#F80'\n"
        "licence: {title: CC BY 4.0, url: 'https://creativecommons.org/licenses/by/4.0/'}\n"
        "series: {Field notes: Seen}\nnavigation:\n  - {title: Posts, url: /blog}\nlinks:\n  - {title: Mail, url: 'mailto:a@example.org'}\n"
    )
    assert config == SiteConfig(
        title="Notes",
        description="Two lines.",
        author=Author(
            "Ada", "/about", portrait="/ada.jpg", about="Counts.", email="ada@example.org", fediverse="@ada@example.org"
        ),
        lang="de",
        look=Look("quiet", "system", "#ff8800"),
        licence=Link("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
        navigation=(Link("Posts", "/blog"),),
        links=(Link("Mail", "mailto:a@example.org"),),
        series={"field-notes": "Seen"},
    )


def test_an_author_may_be_just_a_name() -> None:
    assert parse_config("author: Ada").author == Author("Ada")


def test_a_menu_may_be_empty() -> None:
    assert parse_config("navigation: []").navigation == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("lang: german language", "is not a language tag", id="lang"),
        pytest.param("navigation: [{title: x, url: about}]", "navigation.0.url: 'about' is neither a path", id="url"),
        pytest.param("links: [{title: x, url: 'javascript:alert(1)'}]", "neither a path", id="script"),
        pytest.param("links: [{title: x, url: //evil.example}]", "neither a path", id="host"),
        pytest.param("author: {name: x, url: 'http://['}", "author.url", id="broken-url"),
        pytest.param("links: x", "links: ", id="not-a-list"),
        pytest.param("timezone: Berlin", "give an IANA name such as Europe/Berlin", id="zone"),
        pytest.param("theme: gothic", "theme: Input should be 'paper', 'quiet' or 'typewriter'", id="theme"),
        pytest.param("fonts: none", "fonts: Input should be 'theme' or 'system'", id="fonts"),
        pytest.param("accent: oranje", "accent: 'oranje' is no colour; write it as '#a8431f'", id="accent-name"),
        pytest.param("accent: '#12345'", "'#12345' is no colour", id="accent-digits"),
        pytest.param("accent: rgb(300 0 0)", "the parts of rgb() end at 255", id="accent-rgb"),
        pytest.param("accent: hsl(0 200% 50%)", "is no colour", id="accent-hsl"),
        pytest.param("author: {name: x, email: me}", "author.email: 'me' is no mail address", id="email"),
        pytest.param("author: {name: x, fediverse: ada}", "author.fediverse: 'ada' is no address", id="fediverse"),
        pytest.param(
            "author: {name: x, portrait: me.jpg}", "author.portrait: 'me.jpg' is neither a path", id="portrait"
        ),
        pytest.param("licence: CC BY", "licence: ", id="licence"),
        pytest.param("series: [Notes]", "series: give the description of each series", id="series-list"),
        pytest.param("series: {Notes: [x]}", "series: give the description", id="series-without-text"),
        pytest.param("series: {'!!': x}", "series: '!!' has neither a letter nor a digit", id="series-without-a-slug"),
        pytest.param("series: {A b: x, a-b: y}", "series: 'a-b' is described twice", id="series-twice"),
        pytest.param("- a", "not a list of `key: value` lines", id="list"),
        pytest.param("title: [", "not valid YAML", id="yaml"),
        pytest.param("title: x\ntitle: y", "title is given twice", id="twice"),
    ],
)
def test_a_fault_is_reported(text: str, problem: str) -> None:
    with pytest.raises(FrontMatterError) as caught:
        parse_config(text)
    assert problem in str(caught.value)


def test_a_fault_has_its_line() -> None:
    with pytest.raises(FrontMatterError) as caught:
        parse_config("title: Notes\nlang: german language\n")
    assert caught.value.problems[0][0] == 2


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("titel: x", 1, "unknown key 'titel'; did you mean title?"),
        ("title: x\nxyzzy: x", 2, "unknown key 'xyzzy'; known keys are title, "),
        ("author: {name: Ada, mail: x}", 1, "author: unknown key 'mail'"),
        ("title: x\naccent: #a8431f", 2, "accent is empty, because # begins a comment; write it in quotes: '#a8431f'"),
        ("links:\n- {title: A, url: /a, target: _blank}", 1, "links: unknown key 'target'"),
    ],
)
def test_a_key_without_a_meaning_is_a_remark(text: str, line: int, problem: str) -> None:
    parse_config(text)
    (remark,) = unknown_keys(text)
    assert remark.line == line
    assert problem in remark.problem
