"""Takes pictures of every kind of page in both themes at three widths, and the one of the README; `make screenshots` calls it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "dist/screenshots"
PAGES = {
    "home": "/",
    "list": "/blog",
    "post": "/blog/a-readiness-probe-that-can-say-no",
    "series": "/series/the-life-of-a-pod",
    "tags": "/tags",
    "tag": "/blog/tag/kubernetes",
    "archive": "/archive",
    "year": "/archive/2026",
    "author": "/authors/mara-lindqvist",
    "subscribe": "/subscribe",
    "search": "/search?q=readiness",
    "page": "/about",
    "collection": "/glossary",
    "note": "/glossary/serving/etag",
    "not-found": "/there-is-no-such-page",
}
WIDTHS = (390, 820, 1440)


def serve() -> tuple[subprocess.Popen[bytes], str]:
    """A server of this repository's posts, which is ready, and its origin."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    environ = {**os.environ, "BLOG_PORT": str(port), "BLOG_BASE_URL": origin, "BLOG_LOG_LEVEL": "warning"}
    process = subprocess.Popen([sys.executable, "-m", "blog", "serve"], cwd=ROOT, env=environ)
    for _ in range(300):
        with suppress(OSError):
            urllib.request.urlopen(f"{origin}/api/ready", timeout=5).close()
            break
        time.sleep(0.2)
    return process, origin


def shoot(browser: Browser, origin: str) -> None:
    for scheme in ("light", "dark"):
        for width in WIDTHS:
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page = context.new_page()
            for name, path in PAGES.items():
                page.goto(origin + path, wait_until="networkidle")
                page.screenshot(path=TARGET / f"{name}-{width}-{scheme}.png", full_page=True)
            context.close()


def readme(browser: Browser, origin: str) -> None:
    """The home page in light beside a post in dark, as docs/screenshot.png."""
    halves = []
    for path, scheme in ((PAGES["home"], "light"), (PAGES["post"], "dark")):
        context = browser.new_context(viewport={"width": 1360, "height": 1080}, color_scheme=scheme)
        page = context.new_page()
        page.goto(origin + path, wait_until="networkidle")
        file = TARGET / f"readme-{scheme}.png"
        page.screenshot(path=file)
        halves.append(Image.open(file))
        context.close()
    both = Image.new("RGB", (2 * 1360, 1080))
    for place, half in enumerate(halves):
        both.paste(half, (place * 1360, 0))
    small = both.resize((1600, 635), Image.Resampling.LANCZOS)
    # The other methods take the colours of the small portrait for those of the large grounds.
    small.quantize(256, Image.Quantize.FASTOCTREE).save(ROOT / "docs/screenshot.png", optimize=True)


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    process, origin = serve()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
            )
            readme(browser, origin)
            if "--readme" not in sys.argv:
                shoot(browser, origin)
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
