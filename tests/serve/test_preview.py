"""Previews of unpublished texts: who may open them, and what is told to nobody."""

import logging
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog.app import Blog
from blog.serve.preview import PreviewLinks, link
from blog.settings import Settings

if TYPE_CHECKING:
    from tests.conftest import Fetch, Run, WritePost, WritePosts

KEY = "0123456789abcdef" * 2
DAY = 24 * 3600
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"><desc>{}</desc></svg>'


@pytest.fixture
def settings(posts: "WritePosts", post: "WritePost", templates: Path) -> Settings:
    folder = posts({
        "hello.md": post("Hello", "2026-01-01", body="![A dot](dot.svg)"),
        "secret.md": post("Secret", "2026-02-01", "draft: true\ntags: [Hush]\nseries: S\n", "xyzzy ![A dot](dot.svg) ![B](own.svg)"),
        "other.md": post("Other", "2026-02-02", "draft: true\ntags: [Hush]\nseries: S\n"),
        "later.md": post("Later", "2999-01-01"),
        "undated.md": "---\ntitle: Undated\ndraft: true\n---\n\nWords.\n",
        "pages/contact.md": "---\ntitle: Contact\ndraft: true\n---\n\nWords.\n",
        "guide/index.md": "---\ntitle: Guide\n---\n\nWords.\n",
        "guide/first/install.md": "---\ntitle: Install\n---\n\nWords.\n",
        "guide/first/hush.md": "---\ntitle: Hush\ndraft: true\n---\n\nWords.\n",
        "pages/team/ada.md": "---\ntitle: Ada\ndraft: true\n---\n\nWords.\n",
        "größe.md": post("Größe", "2999-01-01"),
        "trap.md": post("Trap", "2999-01-01", "draft: true\n", "[x](javascript:alert(1))"),
        "dot.svg": SVG.format("dot"),
        "own.svg": SVG.format("own"),
    })  # fmt: skip
    return Settings(posts_dir=folder, templates_dir=templates, preview_key=KEY, base_url="https://blog.example")


@pytest.fixture
async def app(run: "Run", settings: Settings) -> AsyncIterator[Blog]:
    async with run(settings) as running:
        await running.until_ready()
        yield running.app


def opening(slug: str, seconds: int = DAY, key: str = KEY) -> str:
    return link(key, slug, int(time.time()) + seconds)


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("secret", "xyzzy"),
        ("later", "Scheduled."),
        ("contact", "Draft."),
        ("undated", "Draft."),
        ("team/ada", "Draft."),
        ("guide/first/hush", "Draft."),
        ("größe", "Größe"),
    ],
)
async def test_a_link_opens_its_text(app: Blog, fetch: "Fetch", slug: str, words: str) -> None:
    answer = await fetch(app, opening(slug))
    assert answer.status == 200
    assert words in answer.body.decode()
    assert "9999" not in answer.body.decode()


async def test_a_preview_is_neither_stored_nor_indexed_and_tells_no_page_its_address(app: Blog, fetch: "Fetch") -> None:
    answer = await fetch(app, opening("secret"))
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert b'<meta name="robots" content="noindex">' in answer.body
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def altered() -> Iterator[object]:
    right = opening("secret")
    digit = "0" if right[-1] != "0" else "1"
    yield pytest.param(opening("secret", -1), id="expired")
    yield pytest.param(right[:-1] + digit, id="altered-signature")
    yield pytest.param(re.sub(r"key=(\d+)", lambda it: f"key={int(it[1]) + 1}", right), id="altered-expiry")
    yield pytest.param(right.replace("secret", "other"), id="of-another-draft")
    yield pytest.param(opening("secret", key="f" * 32), id="of-another-key")
    yield pytest.param(opening("hello"), id="of-a-published-text")
    yield pytest.param(opening("nothing"), id="of-an-unknown-slug")
    yield pytest.param(opening("trap"), id="of-a-draft-that-runs-script")
    yield pytest.param("/preview/secret", id="without-a-key")
    yield pytest.param("/preview/secret?key=", id="with-an-empty-key")
    yield pytest.param("/preview/secret?key=1-" + "0" * 63 + "%C3%A9", id="not-ascii")
    yield pytest.param("/preview/secret?key=" + "9" * 400 + "-" + "0" * 64, id="a-huge-expiry")
    yield pytest.param("/preview/", id="without-a-slug")
    yield pytest.param("/preview/files/x.svg", id="an-unknown-file")


@pytest.mark.parametrize("target", [*altered()])
async def test_whatever_is_wrong_with_a_link_the_answer_is_the_same_404(app: Blog, fetch: "Fetch", target: str) -> None:
    answer, unknown = await fetch(app, target), await fetch(app, "/preview/no-such-text")
    assert answer.status == 404
    assert (answer.body, answer.raw_headers) == (unknown.body, unknown.raw_headers)


async def test_without_a_key_every_link_gets_that_404(
    run: "Run", settings: Settings, fetch: "Fetch", app: Blog
) -> None:
    async with run(replace(settings, preview_key=None)) as keyless:
        await keyless.until_ready()
        assert keyless.app.service.edition
        assert not keyless.app.service.edition.previews
        answer, unknown = await fetch(keyless.app, opening("secret")), await fetch(app, "/preview/secret")
        assert (answer.status, answer.body) == (404, unknown.body)


def test_without_a_key_the_empty_signature_opens_nothing() -> None:
    assert not PreviewLinks(None).opens("/preview/secret", opening("secret", key="").partition("?")[2].encode())


async def test_a_preview_names_no_other_draft(app: Blog, fetch: "Fetch") -> None:
    assert b"Other" not in (await fetch(app, opening("secret"))).body


async def test_an_unpublished_text_is_at_no_other_address(app: Blog) -> None:
    edition = app.service.edition
    assert edition
    for path, page in edition.pages.items():
        assert not re.search("secret|preview|later|contact", path), path
        assert b"xyzzy" not in page.identity.body, path


async def test_a_picture_of_a_draft_alone_is_private_and_one_of_a_published_text_is_not(
    app: Blog, fetch: "Fetch"
) -> None:
    html = (await fetch(app, opening("secret"))).body.decode()
    shared, own = re.findall(r'<img src="([^"]+)"', html)
    assert re.fullmatch(r"/assets/dot\.[0-9a-f]{12}\.svg", shared)
    assert re.fullmatch(r"/preview/files/[0-9a-f]{64}\.svg", own)
    answer = await fetch(app, own)
    assert (answer.status, answer.body.decode()) == (200, SVG.format("own"))
    assert answer.headers["cache-control"] == "private, no-store"
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("spelling", ["/Preview/Secret", "/preview/secret/", "/%70review/secret"])
async def test_other_spellings_of_the_address_open_it_without_a_redirect(
    app: Blog, fetch: "Fetch", spelling: str
) -> None:
    assert (await fetch(app, opening("secret").replace("/preview/secret", spelling))).status == 200


async def test_head_has_no_body_and_other_methods_are_refused(app: Blog, fetch: "Fetch") -> None:
    head, post = await fetch(app, opening("secret"), "HEAD"), await fetch(app, opening("secret"), "POST")
    assert (head.status, head.body, post.status) == (200, b"", 405)


async def test_logs_and_metrics_have_neither_slug_nor_key(
    run: "Run", settings: Settings, fetch: "Fetch", caplog: pytest.LogCaptureFixture
) -> None:
    async with run(replace(settings, access_log="all")) as running:
        await running.until_ready()
        caplog.set_level(logging.DEBUG)
        logging.getLogger("blog.access").setLevel(logging.INFO)
        for target in (opening("secret"), opening("secret", -1), "/Preview/Secret/?key=1-2"):
            await fetch(running.app, target)
        told = (await fetch(running.app, "/metrics")).body.decode()
    lines = repr([vars(record) for record in caplog.records if record.name.startswith("blog")])
    assert "'/preview/{slug}'" in lines
    assert 'handler="/preview/{slug}"' in told
    assert not re.search("secret|key=|[0-9a-f]{64}", (told + lines).lower().replace("x-api-key", ""))
    assert re.findall(r"^blog_page_views_total\{.*preview", told, re.MULTILINE) == []
    assert re.findall(r"^blog_page_views_total\{.* [^0]", told, re.MULTILINE) == []


async def test_the_page_reports_no_beacons(run: "Run", settings: Settings, fetch: "Fetch") -> None:
    async with run(replace(settings, faro_url="https://faro.example/collect")) as running:
        await running.until_ready()
        assert b"data-rum-collect" in (await fetch(running.app, "/blog/hello")).body
        assert b"data-rum-collect" not in (await fetch(running.app, opening("secret"))).body


async def test_a_text_that_is_published_closes_its_preview(
    run: "Run", settings: Settings, fetch: "Fetch", post: "WritePost"
) -> None:
    async with run(replace(settings, reload=True)) as running:
        await running.until_ready()
        (settings.posts_dir / "secret.md").write_text(post("Secret", "2026-02-01"))
        await running.until_text("/blog", "Secret")
        assert (await fetch(running.app, opening("secret"))).status == 404
