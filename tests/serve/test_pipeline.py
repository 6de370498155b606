"""Metrics, traces and headers that the request pipeline adds around a response."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from blog import urls
from blog.serve.pipeline import _is_traced

if TYPE_CHECKING:
    from starlette.types import Message

    from blog.app import Blog
    from blog.settings import Settings
    from tests.conftest import Fetch, Run


def _total(app: "Blog", name: str, **labels: str) -> float:
    return sum(
        sample.value
        for family in app.metrics.registry.collect()
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


@pytest.mark.parametrize(
    "path", [urls.HEALTH, urls.READY, urls.METRICS, urls.FAVICON, "/assets/site.abc.css", "/rum/collect"]
)
def test_probes_scrapes_assets_and_beacons_are_not_traced(path: str) -> None:
    assert not _is_traced(path)


@pytest.mark.parametrize(
    "path", ["/", "/blog/health-tips", "/blog/metrics", "/api/posts", "/assetsome", "/api/healthy", "/rummage"]
)
def test_similar_paths_are_traced(path: str) -> None:
    assert _is_traced(path)


async def test_a_request_is_counted_once_if_the_client_disconnects_during_the_response(
    run: "Run", small_settings: "Settings"
) -> None:
    async with run(small_settings) as running:
        await running.until_ready()
        before = _total(running.app, "http_request_duration_seconds_count", handler="/blog/{slug}")

        async def send(_message: "Message") -> None:
            raise OSError("gone")

        async def receive() -> "Message":
            return {"type": "http.disconnect"}

        scope: dict[str, Any] = {
            "type": "http", "method": "GET", "path": "/blog/hello", "query_string": b"", "headers": [],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "scheme": "http", "http_version": "1.1",
        }  # fmt: skip
        with pytest.raises(OSError, match="gone"):
            await running.app(scope, receive, send)
        assert _total(running.app, "http_request_duration_seconds_count", handler="/blog/{slug}") == before + 1
        assert _total(running.app, "http_request_duration_seconds_count", handler="/blog/{slug}", status="500") == 1


async def test_a_503_while_loading_is_counted_without_a_handler(
    run: "Run", small_settings: "Settings", fetch: "Fetch"
) -> None:
    async with run(small_settings) as running:
        running.app.service.edition = None
        assert (await fetch(running.app, "/blog/hello")).status == 503
        assert _total(running.app, "http_request_duration_seconds_count", handler="none", status="503") == 1
        assert _total(running.app, "blog_page_views_total") == 0


async def test_repeated_field_lines_form_one_list(small_app: "Blog", fetch: "Fetch") -> None:
    headers = (
        ("if-none-match", '"nonsense"'),
        ("if-none-match", "W/*"),
        ("sec-purpose", "x"),
        ("sec-purpose", "prefetch"),
    )
    before = _total(small_app, "blog_page_views_total")
    assert (await fetch(small_app, "/blog/hello", headers=headers)).status == 200
    assert _total(small_app, "blog_page_views_total") == before


SAMPLED: dict[str, Any] = {"otlp_endpoint": "http://127.0.0.1:9", "otlp_timeout": 0.1, "traces_sampler": "always_on"}


async def test_a_sampled_page_has_its_traceparent_if_browsers_send_beacons(
    run: "Run", small_settings: "Settings", fetch: "Fetch"
) -> None:
    async with run(replace(small_settings, faro_url="http://127.0.0.1:9/collect", **SAMPLED)) as running:
        await running.until_ready()
        for path in ("/blog/hello", "/no-such-page"):
            headers = (await fetch(running.app, path)).headers
            assert re.fullmatch(r'traceparent;desc="00-[0-9a-f]{32}-[0-9a-f]{16}-01"', headers["server-timing"])
            assert headers["cache-control"] == "private, no-store"
        not_modified = await fetch(running.app, "/blog/hello", headers=(("if-none-match", "*"),))
        assert not_modified.status == 304
        others = [
            await fetch(running.app, path) for path in ("/rss", "/2019/old-hello", "/site.webmanifest", "/api/posts")
        ]
        for answer in (not_modified, *others):
            assert "server-timing" not in answer.headers
            assert answer.headers["cache-control"].startswith("public")


async def test_a_sampled_page_stays_cacheable_if_browsers_send_no_beacons(
    run: "Run", small_settings: "Settings", fetch: "Fetch"
) -> None:
    async with run(replace(small_settings, **SAMPLED)) as running:
        await running.until_ready()
        headers = (await fetch(running.app, "/blog/hello")).headers
        assert "server-timing" not in headers
        assert headers["cache-control"].startswith("public")


async def test_a_page_that_is_not_sampled_stays_cacheable(
    run: "Run", small_settings: "Settings", fetch: "Fetch"
) -> None:
    settings = replace(
        small_settings, otlp_endpoint="http://127.0.0.1:9", traces_sampler="always_off", faro_url="http://127.0.0.1:9/"
    )
    async with run(settings) as running:
        await running.until_ready()
        headers = (await fetch(running.app, "/blog/hello")).headers
        assert "server-timing" not in headers
        assert headers["cache-control"].startswith("public")
