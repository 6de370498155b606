"""Browser RUM in pages, and the copy of the SDK."""

import json
import os
import re
import shutil
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256, sha384
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog import __version__
from blog.build.builder import render
from blog.build.edition import Edition
from blog.build.encodings import Encoder
from blog.content.loader import load
from blog.content.site import site_at
from blog.errors import ContentError
from blog.render.page import HTML
from blog.render.theme import Theme
from blog.settings import Settings
from tests.rendered_site import NOW

if TYPE_CHECKING:
    from tests.rendered_site import Make

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
SDK = TEMPLATES / "assets/faro-web-sdk.iife.js"
LICENCE = TEMPLATES / "assets/faro-web-sdk.LICENSE.txt"
COLLECTOR = "https://faro.example/collect"


def _html(edition: Edition) -> Mapping[str, str]:
    pages = {path: page.identity.body.decode() for path, page in edition.pages.items() if page.media_type == HTML}
    return pages | {"404": edition.not_found.answer("/nothing-like-it").body.decode()}


def _policy(edition: Edition) -> str:
    return dict(edition.pages["/"].identity.headers)[b"content-security-policy"].decode()


@pytest.fixture(scope="module")
def proxied(make: "Make", files: Mapping[str, str]) -> Edition:
    return make(files, faro_url=COLLECTOR)


def test_without_a_collector_no_page_mentions_rum(edition: Edition) -> None:
    for path, html in _html(edition).items():
        assert "data-rum" not in html, path
        assert re.search(r"<body>\s*<a class=\"skip\"", html), path
        assert "faro" not in html, path
        promise = "Keine Cookies, keine Tracker" if '<html lang="de"' in html else "No cookies, no trackers"
        assert f"{promise}.</p>" in html, path
    # That of the script that applies the reader's theme.
    assert _policy(edition).count("sha256") == 1
    assert [path for path in edition.pages if "faro" in path] == []


def test_the_script_is_the_first_element_of_every_body(proxied: Edition) -> None:
    for path, html in _html(proxied).items():
        assert re.search(r"<body>\s*<script data-rum-collect=", html), path
        assert html.count("<script data-rum-collect=") == 1, path
        assert "no trackers" not in html, path


def test_the_script_gets_all_parameters_from_its_attributes(proxied: Edition) -> None:
    (tag,) = re.findall(r"<script data-rum-[^>]*>", _html(proxied)["/"])
    attributes = dict(re.findall(r'data-([\w-]+)="([^"]*)"', tag))
    sdk = attributes.pop("sdk")
    assert attributes == {
        "rum-collect": "/rum/collect",
        "integrity": f"sha384-{b64encode(sha384(SDK.read_bytes()).digest()).decode()}",
        "app": "blog",
        "version": __version__,
        "environment": "production",
        "sample-rate": "1",
    }
    assert proxied.pages[sdk].identity.body == SDK.read_bytes()
    assert dict(proxied.pages[sdk].identity.headers)[b"cache-control"].endswith(b"immutable")
    assert COLLECTOR not in "".join(_html(proxied).values())


def test_the_hash_of_the_script_does_not_depend_on_its_parameters(
    make: "Make", files: Mapping[str, str], proxied: Edition
) -> None:
    name = """a "quoted" <b> src='x' type=y"""
    other = make(files, faro_url=COLLECTOR, faro_app_name=name, faro_sample_rate=0.25, faro_environment="x y")
    (script,) = re.findall(r"<script data-rum-[^>]*>(.*?)</script>", _html(other)["/"], re.DOTALL)
    assert f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in _policy(other)
    assert _policy(other) == _policy(proxied)
    assert 'data-sample-rate="0.25"' in _html(other)["/"]


def test_the_policy_allows_posts_only_to_the_site_and_the_collector(
    make: "Make", files: Mapping[str, str], proxied: Edition
) -> None:
    direct = make(files, faro_url="https://faro.example:8443/collect/key?x=1", faro_mode="direct")
    assert "connect-src 'self' https://faro.example:8443;" in _policy(direct)
    assert 'data-rum-collect="https://faro.example:8443/collect/key?x=1"' in _html(direct)["/"]
    assert "connect-src 'self';" in _policy(proxied)


def test_the_script_in_the_page_is_small(proxied: Edition) -> None:
    (script,) = re.findall(r"<script data-rum-[^>]*>(.*?)</script>", _html(proxied)["/"], re.DOTALL)
    assert len(script) < 3072
    assert "//" not in script.replace("://", "")


# Themes without a part of RUM.


@pytest.mark.parametrize(
    ("without", "problem"),
    [
        pytest.param("assets/faro-web-sdk.iife.js", r"no asset 'faro-web-sdk.iife.js'", id="no-sdk"),
        pytest.param("_rum.html", r"_rum\.html", id="no-element"),
        pytest.param("rum.js", r"rum\.js", id="no-script"),
    ],
)
def test_a_theme_without_a_part_of_rum_is_a_fault(
    tmp_path: Path, files: Mapping[str, str], without: str, problem: str
) -> None:
    theme = shutil.copytree(TEMPLATES, tmp_path / "theme")
    (theme / without).unlink()
    with pytest.raises(ContentError, match=problem):
        _render(tmp_path, files, theme, COLLECTOR)
    assert _render(tmp_path, files, theme, None)


def test_a_theme_that_does_not_include_the_script_is_a_fault(tmp_path: Path, files: Mapping[str, str]) -> None:
    theme = shutil.copytree(TEMPLATES, tmp_path / "theme")
    base = (theme / "base.html").read_text(encoding="utf-8")
    (theme / "base.html").write_text(base.replace('{% include "_rum.html" %}', ""), encoding="utf-8")
    with pytest.raises(ContentError, match=r"BLOG_FARO_URL is set, but the page does not include .* first in <body>"):
        _render(tmp_path, files, theme, COLLECTOR)


def _render(folder: Path, files: Mapping[str, str], theme: Path, collector: str | None) -> Edition:
    for name, text in files.items():
        (folder / "posts" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "posts" / name).write_text(text, encoding="utf-8")
    library = load(folder / "posts").library
    return render(library, site_at(library, NOW), Theme(theme), Settings(faro_url=collector), Encoder(lambda *_: {}))


# The copy of the SDK.


def test_the_copy_has_the_locked_version() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    faro = locked["node_modules/@grafana/faro-web-sdk"]
    copied = dict(re.findall(r"^(version|package|bundle): (.*)$", LICENCE.read_text(encoding="utf-8"), re.MULTILINE))
    assert copied == {
        "version": faro["version"],
        "package": faro["integrity"],
        "bundle": f"sha384-{b64encode(sha384(SDK.read_bytes()).digest()).decode()}",
    }, "run: make vendor"
    assert locked[""]["dependencies"]["@grafana/faro-web-sdk"] == faro["version"]
    for licence in ("Apache License", "MIT License", "Faisal Salman"):
        assert licence in LICENCE.read_text(encoding="utf-8")


def test_the_copy_equals_the_file_in_the_package() -> None:
    package = ROOT / "node_modules/@grafana/faro-web-sdk"
    if not package.exists():
        missing = "the npm package is missing; install it with: npm ci"
        assert os.environ.get("CI") != "true", missing
        pytest.skip(missing)
    assert (package / "dist/bundle" / SDK.name).read_bytes() == SDK.read_bytes(), "run: make vendor"
