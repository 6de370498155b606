"""The size of a scrape: under attack, and with more pages than may have a series of their own."""

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import yaml

from blog import urls
from blog.http.semantics import METHODS
from blog.telemetry.visits import counters
from tests import collection_sample

if TYPE_CHECKING:
    from tests.conftest import WritePost, WritePosts
    from tests.telemetry.conftest import Call, Headers, RunApp

VALUES = Path(__file__).parents[2] / "chart" / "values.yaml"
OPENMETRICS = "application/openmetrics-text;version=1.0.0"
PERSON = (("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),)
POST = urls.POST.route
OTHERS = ("/nowhere", "/api/posts", "/api/posts/post", "/api/posts/nowhere", "/api/search?q=text", "/search?q=text")
# What a client sends to get each status that a page can have.
FIELDS: "tuple[Headers, ...]" = (
    (),
    (("if-none-match", "*"),),
    (("if-match", '"x"'),),
    (("range", "bytes=0-1"),),
    (("range", "bytes=99999999-"),),
    (("accept-encoding", "identity;q=0, *;q=0"),),
)


async def test_a_scrape_of_ten_thousand_posts_under_attack_is_below_the_limit_of_the_chart(
    run_app: "RunApp", call: "Call", posts: "WritePosts", post: "WritePost"
) -> None:
    """Prometheus drops a whole scrape beyond the limit. Each route gets each method, with each field that changes the status."""
    limit = yaml.safe_load(VALUES.read_text(encoding="utf-8"))["serviceMonitor"]["sampleLimit"]
    more = {"post.md": post("A post", "2026-01-01", "tags: [HTTP]\nseries: Beginnings\nauthor: Ada\n")}
    async with run_app(posts_dir=posts({**collection_sample.FILES, **more})) as app:
        assert app.service.edition
        pages = app.service.edition.pages
        of_each_route = {page.route: quote(path) for path, page in pages.items()}
        for method, target, fields in product((*METHODS, "BREW"), (*of_each_route.values(), *OTHERS), FIELDS):
            await call(app, target, method, fields)
        many = [(f"/blog/post-{number}", POST) for number in range(10_000)]
        many += [(f"/blog/page/{number}", urls.LIST_ROUTE) for number in range(1_000)]
        many += [(f"/blog/tag/{number}", urls.TAG_ROUTE) for number in range(2_000)]
        app._visits.expect(many)  # noqa: SLF001 -- as a new edition
        lines = app.metrics.exposition(OPENMETRICS).body.decode().splitlines()
    samples = sum(not line.startswith("#") for line in lines)
    assert len(many) > counters.MOST_PATHS
    assert counters.MOST_PATHS < samples < 0.95 * limit


async def test_views_of_pages_beyond_the_limit_are_counted_together(
    run_app: "RunApp", call: "Call", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counters, "MOST_PATHS", 2)
    async with run_app() as app:
        for path in ("/blog/hello", "/blog/tag/http", "/blog/tag/care"):
            assert await call(app, path, headers=PERSON) == 200
        (family,) = (family for family in app.metrics.registry.collect() if family.name == "blog_page_views")
    views = {(sample.labels["path"], sample.labels["content_type"]): sample.value for sample in family.samples}
    # Texts have series of their own before lists and tags.
    assert {path for path, _ in views} == {"/blog/hello", "/blog/health-tips", counters.OTHER_PATHS}
    assert views["/blog/hello", "post"] == 1
    assert views[counters.OTHER_PATHS, "tag"] == 2
