"""Visits by closed categories: sources, devices, bots and feed readers."""

import time
from typing import TYPE_CHECKING

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from blog.telemetry.visits import Visits, agents, sources
from blog.telemetry.visits.counters import CONTENT_TYPES, FEEDS

if TYPE_CHECKING:
    from blog.app import Blog
    from tests.telemetry.conftest import Call, Headers, RunApp

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
OWN = "blog.example"


def _totals(app: "Blog", name: str) -> dict[tuple[str, ...], float]:
    """The counts above zero of one family, by label values."""
    return {
        tuple(sample.labels.values()): sample.value
        for family in app.metrics.registry.collect()
        for sample in family.samples
        if sample.name == name and sample.value
    }


# Sources.


@pytest.mark.parametrize(
    ("referrer", "source"),
    [
        pytest.param("https://www.google.de/", "search", id="google"),
        pytest.param("https://www.google.com/search?q=x", "search", id="google-com"),
        pytest.param("https://duckduckgo.com/", "search", id="duckduckgo"),
        pytest.param("https://www.bing.com/", "search", id="bing"),
        pytest.param("https://t.co/abc", "social", id="twitter"),
        pytest.param("https://news.ycombinator.com/item?id=1", "social", id="hacker-news"),
        pytest.param("https://www.linkedin.com/", "social", id="linkedin"),
        pytest.param("https://out.reddit.com/", "social", id="reddit"),
        pytest.param("https://mastodon.social/@ada", "social", id="mastodon"),
        pytest.param("https://chatgpt.com/", "ai", id="chatgpt"),
        pytest.param("https://www.perplexity.ai/", "ai", id="perplexity"),
        pytest.param("https://gemini.google.com/", "ai", id="gemini-is-not-google"),
        pytest.param("https://feedly.com/i/entry", "feed", id="feedly"),
        pytest.param("https://www.inoreader.com/", "feed", id="inoreader"),
        pytest.param("https://mail.google.com/", "email", id="gmail-is-not-google"),
        pytest.param("https://BLOG.example/archive", "internal", id="own-host"),
        pytest.param("https://blog.example:8443/", "internal", id="own-host-with-port"),
        pytest.param("", "direct", id="none"),
        pytest.param("   ", "direct", id="blank"),
        pytest.param("https://somewhere.example/", "other", id="unknown"),
        pytest.param("https://notgoogle.de/", "other", id="only-the-end-of-a-known-name"),
        pytest.param("https://blog.example.evil.example/", "other", id="own-host-as-a-prefix"),
        pytest.param("android-app://com.google.android.googlequicksearchbox/", "search", id="google-app"),
        pytest.param("android-app://com.google.android.gm/", "email", id="gmail-app"),
        pytest.param("android-app://org.example.reader/", "other", id="unknown-app"),
        pytest.param("http://[::1", "other", id="broken-address"),
        pytest.param("https://", "other", id="no-host"),
        pytest.param("\xff\xfe\x00garbage", "other", id="garbage"),
        pytest.param("https://" + "a." * 4000, "other", id="thousands-of-labels"),
    ],
)
def test_a_referrer_has_a_category(referrer: str, source: str) -> None:
    assert sources.of_referrer(referrer.encode("latin-1"), OWN) == source


@pytest.mark.parametrize(
    ("query", "source"),
    [
        pytest.param("utm_source=x&utm_medium=email", "email", id="medium"),
        pytest.param("utm_medium=Newsletter", "email", id="medium-in-upper-case"),
        pytest.param("utm_source=mastodon", "social", id="source"),
        pytest.param("utm_source=chatgpt.com", "ai", id="assistant"),
        pytest.param("utm_source=rss&utm_medium=nonsense", "feed", id="source-with-unknown-medium"),
        pytest.param("utm_source=spring-sale", "campaign", id="unknown-source"),
        pytest.param("utm_medium=billboard", "campaign", id="unknown-medium"),
        pytest.param("utm_source=", None, id="empty"),
        pytest.param("utm_campaign=x", None, id="neither"),
        pytest.param("q=utm_", None, id="not-a-name"),
        pytest.param("", None, id="none"),
        pytest.param("&".join(f"utm_{n}=x" for n in range(200)), None, id="too-many"),
    ],
)
def test_a_campaign_query_has_a_category(query: str, source: str | None) -> None:
    assert sources.of_query(query.encode()) == source


def test_every_assistant_can_be_found_by_its_host() -> None:
    for host in sources._ASSISTANTS:  # noqa: SLF001 -- the table is private
        assert sources.of_referrer(f"https://{host}/".encode(), OWN) == "ai", host


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_sources_are_a_closed_set(referrer: bytes, query: bytes) -> None:
    assert sources.of_referrer(referrer, OWN) in sources.SOURCES
    assert sources.of_query(query) in {None, *sources.SOURCES}
    assert sources.of_query(b"utm_source=" + query) in {None, *sources.SOURCES}


@given(st.binary(max_size=300))
def test_the_host_of_a_referrer_is_short_printable_and_ascii(referrer: bytes) -> None:
    host = sources.host_of(referrer)
    assert len(host) <= 100
    assert host.isascii()
    assert host.isprintable()


# Agents.


def _mozilla(system: str, rest: str) -> str:
    return f"Mozilla/5.0 ({system}) {rest}"


_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_WINDOWS, _MAC, _PIXEL = (
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "Linux; Android 15; Pixel 9",
)
_IPHONE, _IPAD = "iPhone; CPU iPhone OS 18_0 like Mac OS X", "iPad; CPU OS 17_0 like Mac OS X"
_IOS = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "browser", "device"),
    [
        pytest.param(_mozilla(_WINDOWS, f"{_WEBKIT} Chrome/140.0.0.0 Safari/537.36"), "chrome", "desktop", id="chrome"),
        pytest.param(_mozilla(_WINDOWS, f"{_WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0"), "edge", "desktop", id="edge"),
        pytest.param(_mozilla(_MAC, f"{_WEBKIT} Chrome/140.0.0.0 Safari/537.36 OPR/120.0"), "opera", "desktop", id="opera"),
        pytest.param(_mozilla(_WINDOWS, f"{_WEBKIT} Chrome/140.0 Safari/537.36 Vivaldi/7.5"), "vivaldi", "desktop", id="vivaldi"),
        pytest.param(_mozilla(_MAC, f"{_IOS} Version/18.0 Safari/605.1.15"), "safari", "desktop", id="safari"),
        pytest.param(FIREFOX, "firefox", "desktop", id="firefox"),
        pytest.param(_mozilla("X11; CrOS x86_64 14541.0.0", f"{_WEBKIT} Chrome/140.0 Safari/537.36"), "chrome", "desktop", id="chromebook"),
        pytest.param(_mozilla(_PIXEL, f"{_WEBKIT} Chrome/140.0 Mobile Safari/537.36"), "chrome", "mobile", id="chrome-on-android"),
        pytest.param(_mozilla("Linux; Android 14; SM-X910", f"{_WEBKIT} Chrome/140.0 Safari/537.36"), "chrome", "tablet", id="android-tablet"),
        pytest.param(
            _mozilla("Linux; Android 15; SM-S931B", f"{_WEBKIT} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36"),
            "samsung", "mobile", id="samsung",
        ),
        pytest.param("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "firefox", "mobile", id="firefox-on-android"),
        pytest.param(_mozilla(_IPHONE, f"{_IOS} Version/18.0 Mobile/15E148 Safari/604.1"), "safari", "mobile", id="iphone"),
        pytest.param(_mozilla(_IPHONE, f"{_IOS} CriOS/140.0 Mobile/15E148 Safari/604.1"), "chrome", "mobile", id="chrome-on-iphone"),
        pytest.param(_mozilla(_IPHONE, f"{_IOS} FxiOS/140.0 Mobile/15E148 Safari/605.1.15"), "firefox", "mobile", id="firefox-on-iphone"),
        pytest.param(_mozilla(_IPAD, f"{_IOS} Version/17.0 Mobile/15E148 Safari/604.1"), "safari", "tablet", id="ipad"),
        pytest.param("Mozilla/5.0 (SMART-TV)", "other", "other", id="neither"),
    ],
)  # fmt: skip
def test_a_browser_and_its_device_are_recognised(agent: str, browser: str, device: str) -> None:
    found = agents.agent_of(agent.encode())
    assert (found.bot, found.browser, found.device) == (None, browser, device)


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        pytest.param("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "search-engine", id="googlebot"),
        pytest.param(_mozilla(_PIXEL, f"{_WEBKIT} Chrome/140.0 Mobile Safari/537.36 (compatible; Googlebot/2.1)"), "search-engine", id="googlebot-as-a-telephone"),
        pytest.param("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", "ai-crawler", id="gptbot"),
        pytest.param("Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)", "ai-crawler", id="claudebot"),
        pytest.param("curl/8.5.0", "http-library", id="curl"),
        pytest.param("python-requests/2.32.0", "http-library", id="python"),
        pytest.param("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "seo", id="ahrefs"),
        pytest.param("", "other", id="empty"),
        pytest.param("   ", "other", id="blank"),
        pytest.param("kube-probe/1.33", "other", id="kubelet"),
        pytest.param("My own program", "other", id="a-program"),
    ],
)  # fmt: skip
def test_a_bot_is_recognised_with_its_kind(agent: str, kind: str) -> None:
    assert agents.agent_of(agent.encode()).bot == kind


@pytest.mark.parametrize(
    ("agent", "reader", "subscribers"),
    [
        pytest.param("Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like FeedFetcher-Google)", "feedly", 16, id="feedly"),
        pytest.param("Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 7 subscribers; )", "inoreader", 7, id="inoreader"),
        pytest.param("Feedbin feed-id:1234 - 31 subscribers", "feedbin", 31, id="feedbin"),
        pytest.param("NewsBlur Feed Fetcher - 1 subscriber - https://www.newsblur.com/site/1", "newsblur", 1, id="one-subscriber"),
        pytest.param("theoldreader.com/1.0 (3 subscribers; feed-id=1)", "theoldreader", 3, id="theoldreader"),
        pytest.param("Mozilla/5.0 (compatible; Miniflux/2.2; +https://miniflux.app)", "miniflux", None, id="miniflux"),
        pytest.param("FreshRSS/1.26 (Linux; https://freshrss.org)", "freshrss", None, id="freshrss"),
        pytest.param("NetNewsWire (RSS Reader; https://netnewswire.com/)", "netnewswire", None, id="netnewswire"),
        pytest.param(FIREFOX, "browser", None, id="browser"),
        pytest.param("rss2email/3.14", "other", None, id="unknown"),
        pytest.param("Feedly/1.0 (99999999 subscribers)", "feedly", 10_000_000, id="boast"),
        pytest.param("Feedly/1.0 (999999999999999999 subscribers)", "feedly", None, id="nonsense"),
        pytest.param("Feedly/1.0 (-5 subscribers)", "feedly", 5, id="negative"),
    ],
)  # fmt: skip
def test_a_feed_reader_is_recognised_with_the_subscribers_that_it_reports(
    agent: str, reader: str, subscribers: int | None
) -> None:
    found = agents.agent_of(agent.encode())
    assert (found.reader, found.subscribers) == (reader, subscribers)


AGENTS = st.one_of(
    st.binary(max_size=400),
    st.lists(st.sampled_from([b"Mozilla/5.0 ", b"Firefox/", b"iPad", b"Feedly", b"bot", b"9 subscribers", b"\xff"])).map(b"".join),
)  # fmt: skip


BROWSERS, DEVICES, READERS = (
    {"other", *(name for _, name in marks)}
    for marks in (agents.BROWSER_MARKS, agents.DEVICE_MARKS, agents.READER_MARKS)
)
BOT_KINDS = {"other", *(tag for entry in CRAWLER_USER_AGENTS_DATA for tag in entry.get("tags", ()))}


@given(AGENTS)
def test_an_agent_belongs_to_closed_sets(user_agent: bytes) -> None:
    agent = agents.agent_of(user_agent)
    assert agent.bot in {None, *BOT_KINDS}
    assert agent.browser in BROWSERS
    assert agent.device in DEVICES
    assert agent.reader in READERS | {"browser"}


NAMES = [b"user-agent", b"referer", b"sec-fetch-mode", b"sec-purpose", b"purpose", b"x-moz"]


@given(
    st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=80)),
    st.sampled_from([*CONTENT_TYPES, *FEEDS, "/assets/{asset}", ""]),
    st.integers(0, 599),
    st.binary(max_size=80),
)
def test_labels_of_visits_are_always_members_of_their_sets(
    headers: dict[bytes, bytes], route: str, status: int, query: bytes
) -> None:
    registry = CollectorRegistry()
    Visits(registry, OWN).count(route, "/known", status, headers, query)
    allowed = {
        "source": set(sources.SOURCES),
        "browser": BROWSERS,
        "device": DEVICES,
        "kind": BOT_KINDS,
        "reader": READERS | {"browser"},
        "format": {"rss", "atom", "json"},
        "content_type": set(CONTENT_TYPES.values()),
        "path": {"/known"},
    }
    for family in registry.collect():
        for sample in family.samples:
            assert all(value in allowed[label] for label, value in sample.labels.items()), sample


HOSTILE = [
    b";" * 60_000, b"," * 60_000, b"&" * 60_000, b"https://" + b"a." * 30_000, b"http://" + b"@" * 60_000, b"//" + b"[" * 60_000,
    b"utm_source=" + b"%41" * 20_000, b"&utm_medium=x" * 5_000, b"utm_" + b"a=b&" * 15_000, b"http://user" + b":" * 60_000, b"\xff" * 60_000,
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=[value[:16].hex() for value in HOSTILE])
def test_no_header_and_no_query_takes_long(value: bytes) -> None:
    visits = Visits(CollectorRegistry(), OWN)
    names = (b"user-agent", b"referer", b"sec-purpose", b"sec-fetch-mode")
    requests = [
        dict.fromkeys(names, value + b"%d" % number) | {b"user-agent": FIREFOX.encode()} for number in range(20)
    ]
    started = time.process_time()
    for headers in requests:
        visits.count("/", "/", 200, headers, value)
        sources.host_of(headers[b"referer"])
    assert (time.process_time() - started) / len(requests) < 0.002


@pytest.mark.parametrize(
    ("query", "source"),
    [
        pytest.param(b"utm_medium=email", "email", id="medium"),
        pytest.param(b"a=b&utm_source=Mastodon&utm_medium=post", "social", id="source-behind-an-unknown-medium"),
        pytest.param(b"utm_source=chatgpt%2Ecom", "ai", id="percent-encoded"),
        pytest.param(b"utm_source=", None, id="empty"),
        pytest.param(b"xutm_source=rss", None, id="the-end-of-another-name"),
        pytest.param(b"utm_source=" + b"x" * 5000, "campaign", id="long"),
        pytest.param(b"utm_source=\xff%ff%", "campaign", id="not-utf-8"),
    ],
)
def test_a_query_has_a_category(query: bytes, source: str | None) -> None:
    assert sources.of_query(query) == source


# Counting.


async def test_a_page_view_in_a_browser_counts_as_view_visit_and_device(run_app: "RunApp", call: "Call") -> None:
    async with run_app() as app:
        headers = (("user-agent", FIREFOX), ("referer", "https://www.google.de/"), ("sec-fetch-mode", "navigate"))
        await call(app, "/blog/hello", headers=headers)
        await call(app, "/", headers=(("user-agent", FIREFOX),))
        assert _totals(app, "blog_page_views_total") == {("/blog/hello", "post"): 1, ("/", "home"): 1}
        assert _totals(app, "blog_visits_total") == {("search",): 1, ("direct",): 1}
        assert _totals(app, "blog_visitors_device_total") == {("firefox", "desktop"): 2}
        assert _totals(app, "blog_bot_views_total") == {}


async def test_a_navigation_within_the_site_is_internal_and_counts_no_device(run_app: "RunApp", call: "Call") -> None:
    async with run_app(base_url="https://blog.example") as app:
        headers = (("user-agent", FIREFOX), ("referer", "https://blog.example/archive"))
        await call(app, "/blog/hello?utm_source=newsletter", headers=headers)
        assert _totals(app, "blog_visits_total") == {("internal",): 1}
        assert _totals(app, "blog_visitors_device_total") == {}


async def test_a_campaign_precedes_the_referrer(run_app: "RunApp", call: "Call") -> None:
    async with run_app() as app:
        headers = (("user-agent", FIREFOX), ("referer", "https://mail.google.com/"))
        await call(app, "/blog/hello?utm_source=spring", headers=headers)
        assert _totals(app, "blog_visits_total") == {("campaign",): 1}


async def test_a_bot_counts_as_a_view_and_not_as_a_visit(run_app: "RunApp", call: "Call") -> None:
    async with run_app() as app:
        for agent in ("curl/8.5.0", "", "Mozilla/5.0 (compatible; GPTBot/1.2)"):
            await call(app, "/blog/hello", headers=(("user-agent", agent),))
        assert _totals(app, "blog_page_views_total") == {}
        assert _totals(app, "blog_bot_views_total") == {("http-library",): 1, ("other",): 1, ("ai-crawler",): 1}
        assert _totals(app, "blog_visits_total") == {}


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        pytest.param("GET", "/blog/hello", (("sec-purpose", "prefetch"),), id="prefetch"),
        pytest.param("GET", "/blog/hello", (("sec-purpose", "prefetch;prerender"),), id="prerender"),
        pytest.param("GET", "/blog/hello", (("purpose", "Prefetch"),), id="old-prefetch"),
        pytest.param("GET", "/blog/hello", (("x-moz", "prefetch"),), id="mozilla-prefetch"),
        pytest.param("HEAD", "/blog/hello", (), id="head"),
        pytest.param("POST", "/blog/hello", (), id="wrong-method"),
        pytest.param("GET", "/nowhere", (), id="unknown-path"),
        pytest.param("GET", "/blog/unfinished", (), id="draft"),
        pytest.param("GET", "/Blog/Hello", (), id="redirect"),
        pytest.param("GET", "/blog/hello.md", (), id="source"),
        pytest.param("GET", "/api/posts/hello", (), id="api"),
        pytest.param("GET", "/robots.txt", (), id="robots"),
        pytest.param("GET", "/rss", (), id="feed"),
    ],
)
async def test_prefetches_and_other_responses_than_pages_are_no_views(
    run_app: "RunApp", call: "Call", method: str, target: str, headers: "Headers"
) -> None:
    async with run_app() as app:
        await call(app, target, method, (("user-agent", FIREFOX), *headers))
        for family in ("blog_page_views_total", "blog_visits_total", "blog_visitors_device_total"):
            assert _totals(app, family) == {}


async def test_a_304_counts_as_a_view(run_app: "RunApp", call: "Call") -> None:
    async with run_app() as app:
        headers = (("user-agent", FIREFOX), ("if-none-match", "*"))
        assert await call(app, "/blog/hello", headers=headers) == 304
        assert _totals(app, "blog_page_views_total") == {("/blog/hello", "post"): 1}
        assert _totals(app, "blog_visits_total") == {("direct",): 1}


@pytest.mark.parametrize(("mode", "visits"), [("navigate", 1), ("cors", 0), ("no-cors", 0), ("same-origin", 0)])
async def test_only_a_navigation_is_a_visit(run_app: "RunApp", call: "Call", mode: str, visits: int) -> None:
    async with run_app() as app:
        await call(app, "/blog/hello", headers=(("user-agent", FIREFOX), ("sec-fetch-mode", mode)))
        assert sum(_totals(app, "blog_visits_total").values()) == visits


async def test_feed_fetches_are_counted_by_format_and_reader(run_app: "RunApp", call: "Call") -> None:
    async with run_app() as app:
        feedly = (("user-agent", "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers)"),)
        await call(app, "/rss", headers=feedly)
        await call(app, "/blog/tag/http/atom.xml", headers=(("user-agent", "FreshRSS/1.26"),))
        await call(app, "/feed.json", headers=(("user-agent", FIREFOX),))
        assert _totals(app, "blog_feed_fetches_total") == {
            ("rss", "feedly"): 1,
            ("atom", "freshrss"): 1,
            ("json", "browser"): 1,
        }
        assert _totals(app, "blog_feed_subscribers") == {("rss", "feedly"): 16}


async def test_a_feed_of_one_tag_does_not_overwrite_the_subscribers_of_the_site(
    run_app: "RunApp", call: "Call"
) -> None:
    async with run_app() as app:
        await call(app, "/rss", headers=(("user-agent", "Feedly/1.0 (160 subscribers)"),))
        await call(app, "/blog/tag/http/rss", headers=(("user-agent", "Feedly/1.0 (2 subscribers)"),))
        assert 160 in _totals(app, "blog_feed_subscribers").values()


async def test_visits_are_counted_after_the_response_is_sent(run_app: "RunApp") -> None:
    async with run_app() as app:
        seen: list[dict[tuple[str, ...], float]] = []

        async def send(message: object) -> None:
            seen.append(_totals(app, "blog_page_views_total"))

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {
            "type": "http", "method": "GET", "path": "/blog/hello", "query_string": b"", "headers": [(b"user-agent", FIREFOX.encode())],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "scheme": "http", "http_version": "1.1",
        }  # fmt: skip
        await app(scope, receive, send)
        assert seen == [{}, {}]
        assert sum(_totals(app, "blog_page_views_total").values()) == 1
