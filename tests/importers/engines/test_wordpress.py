"""Export files of WordPress."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from blog.importers.engines import wordpress
from blog.importers.items import ImportRefusedError
from blog.importers.report import Report
from tests.importers.conftest import Import, Imported, Titles

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'
HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Notes</title><link>https://old.example</link><description>Of &amp; on.</description><language>en-US</language>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://old.example</wp:base_site_url><wp:base_blog_url>https://old.example</wp:base_blog_url>
"""
TAIL = "</channel></rss>\n"


def item(  # noqa: PLR0913 -- the parts of an item that tests vary
    name: str,
    content: str = "<p>Words.</p>",
    *,
    title: str = "",
    status: str = "publish",
    kind: str = "post",
    link: str = "",
    more: str = "",
    number: int = 0,
) -> str:
    """An item as WordPress exports it, on fourteen lines and those of its content."""
    return f"""<item>
<title>{title or name.title()}</title>
<link>{link or f"https://old.example/2019/01/{name}/"}</link>
<guid isPermaLink="false">https://old.example/?p={number or len(name)}</guid>
<dc:creator><![CDATA[ada]]></dc:creator>
<wp:post_id>{number or len(name)}</wp:post_id>
<wp:post_date><![CDATA[2019-01-02 23:30:00]]></wp:post_date>
<wp:post_date_gmt><![CDATA[2019-01-02 22:30:00]]></wp:post_date_gmt>
<wp:post_name>{name}</wp:post_name>
<wp:status>{status}</wp:status>
<wp:post_type>{kind}</wp:post_type>
{more}
<content:encoded><![CDATA[{content}]]></content:encoded>
</item>
"""


def attachment(number: int, path: str, parent: int = 0) -> str:
    more = f"<wp:attachment_url>https://old.example/{path}</wp:attachment_url><wp:post_parent>{parent}</wp:post_parent>"
    meta = "<wp:postmeta><wp:meta_key>_wp_attachment_image_alt</wp:meta_key><wp:meta_value><![CDATA[A dot]]></wp:meta_value></wp:postmeta>"
    return item(f"file-{number}", "", kind="attachment", status="inherit", more=more + meta, number=number)


def export(items: Iterable[str]) -> dict[str, str | bytes]:
    return {"export.xml": HEAD + "".join(items) + TAIL}


def of(imported: Import, *items: str, **files: str) -> Imported:
    return imported(
        {**export(items), **{name.replace("__", "/"): text for name, text in files.items()}}, file="export.xml"
    )


CLASSIC = """First line
second line &amp; more

[caption id="x" width="3"]<a href="https://old.example/wp-content/uploads/p.svg"><img src="https://old.example/wp-content/uploads/p-300x200.svg" alt="P" /></a> The <b>caption</b>[/caption]

<ul>
<li>one</li>
</ul>
[code lang="python"]
if a < b:

    print("*")
[/code]

[gallery ids="7"] [contact-form to="x"] [embed]https://video.example/1[/embed] [[shown]] [1]"""


async def test_every_old_address_leads_to_its_text(imported: Import, titles: Titles) -> None:
    old = "<wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value><![CDATA[former]]></wp:meta_value></wp:postmeta>"
    site = of(
        imported,
        item("hello", more=old),
        item("über-uns", kind="page", link="https://old.example/firma/%c3%bcber-uns/"),
        item("two"),
    )
    assert site.errors == []
    wanted = {
        "/2019/01/hello/": "Hello",
        "/2019/01/former/": "Hello",
        "/firma/%C3%BCber-uns/": "Über-Uns",
        "/2019/01/two": "Two",
    }
    assert await titles(site, wanted) == wanted


def test_text_of_the_classic_editor_becomes_markdown(imported: Import) -> None:
    site = of(
        imported,
        item("hello", CLASSIC),
        attachment(7, "wp-content/uploads/p.svg"),
        **{"wp-content__uploads__p.svg": SVG},
    )
    text = site.text("hello.md").partition("---\n\n")[2]
    assert text == (
        "First line\\\nsecond line & more\n\n"
        "[![P](/wp-content/uploads/p.svg)](/wp-content/uploads/p.svg)\n\n*The caption*\n\n"
        '- one\n\n```python\nif a < b:\n\n    print("*")\n```\n\n'
        "![A dot](/wp-content/uploads/p.svg)\n\n"
        '[contact-form to="x"]\n\n[https://video.example/1](https://video.example/1)\n\n[shown] [1]\n'
    )
    assert "export.xml:32: '[contact-form to=\"x\"]' is a shortcode of a plugin and stays as text" in site.lines
    assert "static/wp-content/uploads/p.svg" in site.files


def test_text_of_the_block_editor_becomes_markdown(imported: Import) -> None:
    blocks = (
        "<!-- wp:heading -->\n<h2>A <em>part</em></h2>\n<!-- /wp:heading -->\n\n<!-- wp:paragraph -->\n<p>1. not a list * &lt;b&gt; `x` a_b_c _d_</p>\n<!-- /wp:paragraph -->\n"
        '<!-- wp:table -->\n<figure class="wp-block-table"><table><tbody><tr><td>a|b</td><td>c</td></tr></tbody></table></figure>\n<!-- /wp:table -->\n'
        '<script>alert(1)</script><iframe src="https://video.example/2"></iframe>\n<p><a href="javascript:alert(1)">x</a> <a href="/a b">y</a></p>'
    )
    site = of(imported, item("hello", blocks))
    text = site.text("hello.md").partition("---\n\n")[2]
    assert text == (
        "## A *part*\n\n1\\. not a list \\* \\<b> \\`x\\` a_b_c \\_d\\_\n\n|  |  |\n| --- | --- |\n| a\\|b | c |\n\n"
        "[https://video.example/2](https://video.example/2)\n\nx [y](</a b>)\n"
    )
    assert site.errors == []
    for said in ("a script", "became a link", "javascript:alert(1)"):
        assert said in site.lines


def test_what_is_not_public_becomes_a_draft(imported: Import) -> None:
    secret = "<wp:post_password>x</wp:post_password>"
    site = of(
        imported, item("a", status="draft"), item("bb", status="private"), item("ccc", more=secret), item("dddd", status="pending"),
        item("eeeee", status="trash"), item("gg", status="archived"), item("hhh", status="<![CDATA[ private\n]]>"), item("ffffff", status="future"),
    )  # fmt: skip
    assert {name: "draft: true" in site.text(name) for name in site.files if name != "site.yaml"} == {
        "a.md": True, "bb.md": True, "ccc.md": True, "dddd.md": True, "gg.md": True, "hhh.md": True, "ffffff.md": False,
    }  # fmt: skip
    assert "'Eeeee' is in the trash" in site.lines
    assert "protected by a password" in site.lines
    assert "is private" in site.lines


async def test_a_name_in_another_script_is_read(imported: Import, titles: Titles) -> None:
    name = "%e6%97%a5%e6%9c%ac"
    site = of(imported, item(name, title="Japan"))
    assert "日本.md" in site.files
    assert await titles(site, [f"/2019/01/{name}/"]) == {f"/2019/01/{name}/": "Japan"}


def test_a_block_without_content_is_said(imported: Import) -> None:
    site = of(
        imported,
        item("hello", '<!-- wp:paragraph -->\n<p>a</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:block {"ref":12} /-->'),
    )
    assert "export.xml:22: the block 'block' has no content in the export" in site.lines


def test_dates_tags_and_ids_are_carried_over(imported: Import) -> None:
    terms = '<category domain="category" nicename="uncategorized">Uncategorized</category><category domain="post_tag" nicename="c">C++</category><category domain="category" nicename="x"><![CDATA[X & Y]]></category>'
    text = of(imported, item("hello", more=terms, number=12)).text("hello.md")
    assert "date: 2019-01-02 23:30:00+01:00\n" in text
    assert 'tags: ["C++", "X & Y"]\n' in text
    assert 'id: "https://old.example/?p=12"\n' in text


def test_an_author_is_named_in_each_text_unless_it_is_the_only_one(imported: Import) -> None:
    name = "<wp:author><wp:author_login>ada</wp:author_login><wp:author_display_name><![CDATA[Ada L.]]></wp:author_display_name></wp:author>"
    one = imported({"export.xml": HEAD + name + item("hello") + TAIL}, file="export.xml")
    assert 'author: "Ada L."' in one.text("site.yaml")
    assert "authors" not in one.text("hello.md")
    two = imported(
        {"export.xml": HEAD + name + item("one") + item("two").replace("[ada]", "[mara]") + TAIL}, file="export.xml"
    )
    assert 'authors: ["Ada L."]' in two.text("one.md")
    assert 'authors: ["mara"]' in two.text("two.md")


def test_comments_attachments_and_other_kinds_are_said(imported: Import) -> None:
    comment = "<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content><![CDATA[<item>no</item>]]></wp:comment_content></wp:comment>"
    site = of(
        imported,
        item("hello", more=comment * 3),
        item("menu", kind="nav_menu_item"),
        attachment(7, "wp-content/uploads/gone.png"),
    )
    assert "export.xml:6: 3 comments of 1 text" in site.lines
    assert "1 item of the kind 'nav_menu_item'" in site.lines
    assert "https://old.example/wp-content/uploads/gone.png is not beside the export" in site.lines
    assert not site.report.failed


@pytest.mark.parametrize(
    "content",
    [
        pytest.param((HEAD + item("hello"))[:-40], id="cut-off-in-an-item"),
        pytest.param(HEAD + item("hello"), id="cut-off-behind-an-item"),
        pytest.param("", id="empty"),
        pytest.param("<rss></rss>", id="another-rss"),
        pytest.param('<?xml version="1.0" encoding="nonsense"?><rss/>', id="encoding"),
    ],
)
def test_a_file_that_cannot_be_read_to_its_end_writes_nothing(imported: Import, tmp_path: Path, content: str) -> None:
    with pytest.raises(ImportRefusedError, match=r"export\.xml"):
        imported({"export.xml": content}, "wordpress", file="export.xml")
    assert not (tmp_path / "posts").exists()


@pytest.mark.parametrize(
    "declaration",
    [
        pytest.param('<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>', id="entities"),
        pytest.param('<!DOCTYPE rss [<!ENTITY b SYSTEM "file:///etc/passwd">]>', id="external-entity"),
        pytest.param('<!DOCTYPE rss SYSTEM "file:///etc/passwd" [<!ENTITY b "x">]>', id="external-subset"),
        pytest.param("<!DOCTYPE rss>", id="empty"),
    ],
)
def test_an_export_that_declares_a_document_type_is_refused(imported: Import, tmp_path: Path, declaration: str) -> None:
    title = "b" if declaration == "<!DOCTYPE rss>" else "&b;"
    content = HEAD.replace("<rss", f"{declaration}<rss") + item("hello", title=title) + TAIL
    with pytest.raises(ImportRefusedError, match="declares a document type"):
        imported({"export.xml": content}, file="export.xml")
    assert not (tmp_path / "posts").exists()


def test_a_cut_off_export_is_refused_with_the_line(imported: Import) -> None:
    with pytest.raises(ImportRefusedError, match=r"export\.xml:20: not well-formed XML"):
        imported({"export.xml": HEAD + item("hello")}, file="export.xml")


def test_control_characters_are_removed_and_said(imported: Import) -> None:
    site = of(imported, item("hello", "<p>a\x0bb\x1f</p>"))
    assert site.text("hello.md").endswith("\nab\n")
    assert "2 control characters that XML does not allow were removed" in site.lines


def test_an_export_above_the_limit_is_refused_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text(HEAD + item("hello", "x" * 3_000_000) + TAIL)
    with pytest.raises(ImportRefusedError, match=r"has 3 MiB, and 2 MiB is the most"):
        wordpress.read(path, Report(), 2 * 1024 * 1024)


def test_a_text_that_is_nested_too_deeply_is_said_and_the_others_are_written(imported: Import) -> None:
    site = of(imported, item("deep", "<div>" * 5000 + "x"), item("hello"))
    assert "'Deep' is nested too deeply" in site.lines
    assert "hello.md" in site.files
    assert site.report.failed
