"""Texts in MDX with components of the theme, served by a real process."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Serve, WritePosts

POST = (
    'import Callout from \'../components/callout\'\n\n<Callout type="note">\n  **Words**, [here]({{< ref "other" >}}).\n</Callout>\n'
    '\n<Gone>kept</Gone>\n\n<span className="x">y</span>\n'
)
FILES = {
    "hello.mdx": f"---\ntitle: Hello\ndate: 2026-03-01\n---\n\n{POST}",
    "2026-02-01-other.md": "---\ntitle: Other\ndate: 2026-02-01\n---\n\n{% youtube abcdefghijk %}\n",
}
TEMPLATE = '<aside class="{{ type }}">{{ children }}</aside>'


@pytest.mark.process
def test_a_component_is_served_cold_warm_and_after_a_change_of_its_template(
    serve: "Serve", posts: "WritePosts", tmp_path: Path
) -> None:
    folder, theme = posts(FILES), tmp_path / "theme"
    (theme / "components").mkdir(parents=True)
    (theme / "components/Callout.html").write_text(TEMPLATE, encoding="utf-8")
    settings = {"BLOG_TEMPLATES_DIR": str(theme), "BLOG_BASE_URL": "https://blog.example"}
    first = serve(folder, **settings).wait_until_ready()
    page = first.get("/blog/hello")
    text = page.body.decode()
    assert '<aside class="note"><p><strong>Words</strong>, <a href="/blog/other">here</a>.</p>\n</aside>' in text
    assert '<p>kept</p>\n<p><span class="x">y</span></p>' in text
    assert "import" not in text.split("<article", 1)[1].split("</article", 1)[0]
    assert b'href="https://www.youtube.com/watch?v=abcdefghijk"' in first.get("/blog/other").body
    assert b"&lt;aside" in first.get("/rss").body
    second = serve(folder, **settings, BLOG_RELOAD="true").wait_until_ready()
    assert second.get("/blog/hello").headers["etag"] == page.headers["etag"]
    (theme / "components/Callout.html").write_text(TEMPLATE.replace("aside", "section"), encoding="utf-8")
    while b'<section class="note">' not in second.get("/blog/hello").body:
        assert second.popen.poll() is None
