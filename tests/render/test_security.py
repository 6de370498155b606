"""Security headers."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from blog.build.edition import Edition
from blog.render.security import for_anything, for_file, for_html, script_hashes


def test_no_html_page_has_an_unsafe_policy(edition: Edition) -> None:
    for page in edition.pages.values():
        if page.media_type.startswith("text/html"):
            policy = dict(page.identity.headers)[b"content-security-policy"]
            assert b"unsafe" not in policy
            assert b"default-src 'none'" in policy
            assert b"frame-ancestors 'none'" in policy


def test_a_policy_allows_only_the_inline_scripts_of_its_page(edition: Edition) -> None:
    for page in edition.pages.values():
        if page.media_type.startswith("text/html"):
            policy = dict(page.identity.headers)[b"content-security-policy"].decode()
            scripts = re.findall(r"<script(?:\s[^>]*)?>", page.identity.body.decode())
            inline = [tag for tag in scripts if "src=" not in tag and "application/ld+json" not in tag]
            assert len(re.findall(r"'sha256-[^']+'", policy)) == len(set(inline))


def test_an_inline_script_is_allowed_by_its_hash() -> None:
    digest = b64encode(sha256(b"go()\n").digest()).decode()
    hashes = script_hashes(
        '<script src="x.js"></script><script>go()\n</script><script type="application/ld+json">{}</script>'
    )
    assert hashes == (f"'sha256-{digest}'",)
    assert f"script-src 'self' 'sha256-{digest}'" in for_html(hashes, secure=False)["content-security-policy"]


@pytest.mark.parametrize("name", ["referrer-policy", "permissions-policy", "cross-origin-opener-policy",
                                  "cross-origin-resource-policy", "x-content-type-options"])  # fmt: skip
def test_an_html_response_has_every_security_header(name: str) -> None:
    assert for_html((), secure=False)[name]


def test_hsts_is_sent_only_on_https() -> None:
    assert "strict-transport-security" in for_anything(secure=True)
    assert "strict-transport-security" not in for_anything(secure=False)


def test_an_svg_is_sandboxed() -> None:
    assert "sandbox" in for_file("image/svg+xml", secure=False)["content-security-policy"]
    assert "content-security-policy" not in for_file("image/png", secure=False)
