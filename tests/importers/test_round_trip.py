"""A site of each program, imported by the command, served by a real process, and asked for each of its old addresses."""

import re
from collections.abc import Mapping
from html import unescape
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import pytest

from blog.__main__ import main
from tests.conftest import Files, Process, Serve, write_files
from tests.importers.engines.test_ghost import ROUTES, export, post, tagged
from tests.importers.engines.test_hugo import SITE as HUGO
from tests.importers.engines.test_jekyll import SITE as JEKYLL
from tests.importers.engines.test_other_folders import ASTRO, ELEVENTY, NEXT, PELICAN, ZOLA
from tests.importers.engines.test_wordpress import attachment, item
from tests.importers.engines.test_wordpress import export as wordpress_export

pytestmark = pytest.mark.process

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'
GHOST: Files = {
    "ghost.json": export(
        post("aired", featured=1, html='<p><img src="__GHOST_URL__/content/images/p.svg" alt="P"> <a href="__GHOST_URL__/code/coded/">c</a></p>'),
        post("coded"), post("about", type="page"), post("secret", status="draft"), **tagged(aired="podcast", coded="code"),
    ),
    "content/images/p.svg": SVG,
    "routes.yaml": ROUTES,
}  # fmt: skip
OLD_SLUG = "<wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value><![CDATA[former]]></wp:meta_value></wp:postmeta>"
WORDPRESS: Files = {
    **wordpress_export([
        item("hello", '<p><img src="https://old.example/wp-content/uploads/p.svg" alt="P"> <a href="/firma/über-uns/">u</a></p>', more=OLD_SLUG),
        item("über-uns", kind="page", link="https://old.example/firma/%c3%bcber-uns/"),
        item("secret", status="private"), attachment(7, "wp-content/uploads/p.svg"),
    ]),
    "wp-content/uploads/p.svg": SVG,
}  # fmt: skip
# All addresses of each site that readers know, with the titles of the texts there; None for a file.
SITES: Mapping[str, tuple[Files, str, Mapping[str, str | None]]] = {
    "jekyll": (JEKYLL, "", {
        "/notes/code/web/2019/01/02/Hello-World.html": "Hello", "/notes/2019/02/03/other.html": "Other", "/notes/was/other/": "Other",
        "/notes/about.html": "About", "/img/x.svg": None,
    }),
    "hugo": (HUGO, "", {
        "/2019/01/hi-there/": "Hello", "/was/hello/": "Hello", "/2019/01/near": "Hello", "/2019/03/bundle/": "Bundle", "/fr/2019/05/bonjour/": "Bonjour",
        "/about/": "About", "/archive/2018/below.html": "Below", "/img/x.svg": None,
    }),
    "zola": (ZOLA, "", {"/blog/hello/": "Hello", "/was/hello": "Hello", "/elsewhere/set/": "Set", "/en/about/": "About"}),
    "astro": (ASTRO, "", {
        "/base/blog/hello/": "Hello", "/base/blog/hello": "Hello", "/base/blog/given": "Deep", "/base/about/": "About", "/h.svg": None
    }),
    "next": (NEXT, "", {"/blog/hello": "Hello", "/posts/hello": "Hello", "/notes/deep": "Deep", "/about": "About", "/p.svg": None}),
    "pelican": (PELICAN, "", {"/posts/2019/Jan/hi/": "Hello", "/pages/about.html": "About"}),
    "eleventy": (ELEVENTY, "", {"/p/writing/hello/": "Hello", "/p/given/2019.html": "Given", "/p/about/": "About", "/img/p.svg": None}),
    "wordpress": (WORDPRESS, "export.xml", {
        "/2019/01/hello/": "Hello", "/2019/01/former/": "Hello", "/firma/über-uns/": "Über-Uns", "/wp-content/uploads/p.svg": None
    }),
    "ghost": (GHOST, "ghost.json", {
        "/podcast/aired/": "Aired", "/code/coded/": "Coded", "/about/": "About", "/content/images/p.svg": None
    }),
}  # fmt: skip
_TARGET = re.compile(r'(?:href|src)="(/[^"#]*)')


@pytest.mark.parametrize("engine", SITES)
def test_every_old_address_of_an_imported_site_is_served(engine: str, tmp_path: Path, serve: Serve) -> None:
    files, file, known = SITES[engine]
    source = write_files(tmp_path / "source", files)
    # 1 where a text cannot be converted, such as one in reStructuredText.
    assert main(["import", str(source / file), "--into", str(tmp_path / "posts")], {}) in {0, 1}
    assert main(["check"], {"BLOG_POSTS_DIR": str(tmp_path / "posts")}) == 0
    server = serve(tmp_path / "posts", BLOG_CACHE_DIR=str(tmp_path / "cache")).wait_until_ready()
    assert {address: _title(server, address) for address in known} == known
    assert _dead_links(server, known) == set()


def _final(server: Process, address: str) -> tuple[int, str]:
    """The status and the body that a browser ends at, after one redirect at most."""
    answer = server.get(quote(address, safe="/%"))
    if answer.status == HTTPStatus.MOVED_PERMANENTLY:
        answer = server.get(answer.headers["location"])
    return answer.status, answer.body.decode(errors="replace")


def _title(server: Process, address: str) -> str | None:
    status, body = _final(server, address)
    if status != HTTPStatus.OK:
        return f"status {status}"
    found = re.search(r"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "", found[1])).strip() if found else None


def _dead_links(server: Process, known: Mapping[str, str | None]) -> set[str]:
    """What the texts lead to on this site, and is not there."""
    bodies = [_final(server, address)[1] for address, title in known.items() if title]
    targets = {unescape(target) for body in bodies for target in _TARGET.findall(body)}
    return {target for target in targets if _final(server, target)[0] != HTTPStatus.OK}
