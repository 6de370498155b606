"""Cache-Control while a scheduled post is awaited."""

from datetime import UTC, datetime, timedelta

import pytest

from blog.build.cache_limit import CacheLimit, limit_until, limited
from blog.build.response import PreparedResponse
from blog.render.page import FEED, FOREVER, SHORT

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "left", "expected"),
    [
        (SHORT, 10_000, SHORT),
        (SHORT, 660, SHORT),
        (SHORT, 659, "public, max-age=60, stale-while-revalidate=599, stale-if-error=86400"),
        (SHORT, 60, "public, max-age=60, stale-while-revalidate=0, stale-if-error=86400"),
        (SHORT, 20, "public, max-age=20, stale-while-revalidate=0, stale-if-error=86400"),
        (FEED, 400, "public, max-age=300, stale-while-revalidate=100, stale-if-error=86400"),
        (FEED, 0, "public, max-age=0, stale-while-revalidate=0, stale-if-error=86400"),
        ("max-age=60, s-maxage=300, stale-while-revalidate=50", 310, "max-age=60, s-maxage=300, stale-while-revalidate=10"),
        ("max-age=60, s-maxage=300", 20, "max-age=20, s-maxage=20"),
        (FOREVER, 20, FOREVER),
        ("no-store", 20, "no-store"),
        ("no-cache", 20, "no-cache"),
    ],
)  # fmt: skip
def test_no_lifetime_reaches_beyond_the_moment(value: str, left: int, expected: str) -> None:
    assert limited(value, left) == expected


@pytest.mark.parametrize(
    ("seconds", "is_limited"), [(10_000, False), (3_900, True), (1, True), (0, True), (-10, True), (-400, False)]
)
def test_caching_is_limited_only_near_the_moment(seconds: int, *, is_limited: bool) -> None:
    assert (limit_until(NOW + timedelta(seconds=seconds), NOW) is not None) is is_limited


def test_an_edition_without_a_scheduled_post_has_no_limit() -> None:
    assert limit_until(None, NOW) is None


def test_a_limit_follows_the_clock() -> None:
    clock = iter([0.0, 0.5, 10.0, 19.9, 25.0])
    limit = CacheLimit(20, lambda: next(clock))
    answer = PreparedResponse(200, b'etag: "x"\r\n', b"vary: accept\r\ncache-control: max-age=60\r\nx: y\r\n", b"body")
    for left in (19, 10, 0, 0):
        found = limit.apply(answer)
        assert (found.status, found.own, found.body) == (answer.status, answer.own, answer.body)
        assert found.shared == b"vary: accept\r\ncache-control: max-age=%d\r\nx: y\r\n" % left
