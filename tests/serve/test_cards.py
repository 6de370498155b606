"""Cards, as a server answers for them."""

import asyncio
import io
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from blog.build.cards.card import Card
from blog.build.cards.drawer import CardDrawer
from blog.build.edition import Edition
from blog.build.edition_source import EditionSource
from blog.machine.cache import Cache
from blog.serve.cards import BusyError, CardStore
from blog.settings import Settings
from tests.conftest import SMALL_SITE, write_files

if TYPE_CHECKING:
    from tests.conftest import Process, Serve

PATH = "/og/hello.png"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory, serve_module: "Serve") -> "Process":
    posts = write_files(tmp_path_factory.mktemp("posts"), SMALL_SITE)
    return serve_module(posts, BLOG_BASE_URL="https://b.example").wait_until_ready()


def test_a_card_is_drawn_when_it_is_asked_for(process: "Process") -> None:
    response = process.get(PATH)
    assert response.status == 200
    assert response.headers["content-type"] == "image/png"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert len(response.body) <= 60_000
    with Image.open(io.BytesIO(response.body)) as card:
        assert (card.format, card.size) == ("PNG", (1200, 630))


def test_the_address_in_the_page_may_be_kept_and_the_plain_one_for_a_minute(process: "Process") -> None:
    address = process.get("/blog/hello").body.decode().partition('og:image" content="https://b.example')[2]
    versioned = process.get(address.partition('"')[0])
    assert versioned.status == 200
    assert versioned.headers["cache-control"] == "public, max-age=31536000, immutable"
    for path in (PATH, f"{PATH}?v=older", f"{PATH}?utm_source=x"):
        plain = process.get(path)
        assert plain.headers["cache-control"].startswith("public, max-age=60,")
        assert plain.body == versioned.body


def test_a_card_is_sent_once_to_a_client_that_keeps_it(process: "Process") -> None:
    first = process.get(PATH)
    again = process.get(PATH, headers={"if-none-match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "cache-control" in again.headers
    assert process.get(PATH, headers={"if-none-match": '"other"'}).status == 200
    assert process.get(PATH, headers={"if-match": '"other"'}).status == 412


def test_head_has_the_header_of_get(process: "Process") -> None:
    get, head = process.get(PATH), process.get(PATH, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    for name in ("content-type", "content-length", "etag", "cache-control"):
        assert head.headers[name] == get.headers[name]


def test_other_methods_are_refused(process: "Process") -> None:
    response = process.get(PATH, method="POST")
    assert (response.status, response.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path",
    ["/og/nothing.png", "/og/unfinished.png", "/og/later.png", "/og/hello.jpg", "/og/", "/og", "/og/../hello.png"],
)
def test_what_has_no_card_is_not_found(process: "Process", path: str) -> None:
    assert process.get(path).status == 404


def test_a_card_in_another_alphabet_is_found_by_its_encoded_address(process: "Process") -> None:
    assert process.get("/og/gr%C3%B6%C3%9Fe.png").status == 200


def test_cards_have_one_route_in_the_metrics(process: "Process") -> None:
    process.get(PATH)
    metrics = process.get("/metrics").body.decode()
    assert 'handler="/og/{card:path}"' in metrics
    assert "hello.png" not in metrics


WORKER = """
import json, sys, time
requests, responses = sys.stdin.buffer, sys.stdout.buffer
while length := requests.read(8):
    head = json.loads(requests.read(int.from_bytes(length)))
    requests.read(head["portrait"] + head["picture"])
    time.sleep({seconds})
    responses.write(json.dumps({{"bytes": {size}, "problem": "no font"}}).encode() + b"\\n" + b"x" * {size})
    responses.flush()
"""


class Workers:
    """Starts workers that take some time, and answer with some bytes whatever the card is."""

    def __init__(self, size: int = 1000, seconds: float = 0.0) -> None:
        self._command = [sys.executable, "-S", "-c", WORKER.format(size=size, seconds=seconds)]
        self.started: list[subprocess.Popen[bytes]] = []
        self.most_at_once = 0
        self.drawer = CardDrawer(Settings(), Cache(None), self._start)

    def _start(self) -> subprocess.Popen[bytes]:
        self.started.append(subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        self.most_at_once = max(self.most_at_once, sum(it.poll() is None for it in self.started))
        return self.started[-1]


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    posts = write_files(tmp_path_factory.mktemp("posts"), SMALL_SITE)
    return EditionSource(Settings(posts_dir=posts), Cache(None)).first()


@pytest.fixture
def cards(edition: Edition) -> list[Card]:
    return list(edition.cards.values())


async def test_a_card_is_drawn_once(edition: Edition, cards: list[Card]) -> None:
    workers = Workers(seconds=0.05)
    store = CardStore(workers.drawer)
    drawn = await asyncio.gather(*(store.get(cards[0], edition) for _ in range(20)))
    assert len(workers.started) == 1
    assert len({it.etag for it in drawn}) == 1
    await store.get(cards[0], edition)
    assert len(workers.started) == 1


async def test_one_card_is_drawn_at_a_time_and_few_wait(edition: Edition, cards: list[Card]) -> None:
    workers = Workers(seconds=0.05)
    store = CardStore(workers.drawer, most_waiting=4)
    results = await asyncio.gather(*(store.get(card, edition) for card in cards[:10]), return_exceptions=True)
    assert sum(isinstance(it, BusyError) for it in results) == 6
    assert workers.most_at_once == 1
    await store.get(cards[9], edition)


async def test_the_cards_in_memory_stay_within_their_budget(edition: Edition, cards: list[Card]) -> None:
    workers = Workers(size=1000)
    store = CardStore(workers.drawer, most_bytes=3000)
    for card in cards[:5]:
        await store.get(card, edition)
        assert store.size <= 3000
    await store.get(cards[4], edition)
    await store.get(cards[2], edition)
    assert len(workers.started) == 5, "the last three are kept"
    await store.get(cards[0], edition)
    assert len(workers.started) == 6
    await store.get(cards[2], edition)
    assert len(workers.started) == 6, "the one that was asked for last is kept longest"


async def test_a_card_that_is_larger_than_the_budget_is_not_kept(edition: Edition, cards: list[Card]) -> None:
    store = CardStore(Workers(size=5000).drawer, most_bytes=3000)
    assert len((await store.get(cards[0], edition)).body) == 5000
    assert store.size == 0


async def test_a_card_that_cannot_be_drawn_is_not_tried_again_at_once(edition: Edition, cards: list[Card]) -> None:
    workers = Workers(size=0)
    store = CardStore(workers.drawer)
    for _ in range(3):
        with pytest.raises(BusyError):
            await store.get(cards[0], edition)
    assert len(workers.started) == 1


async def test_a_client_that_goes_away_ends_no_drawing(edition: Edition, cards: list[Card]) -> None:
    workers = Workers(seconds=0.1)
    store = CardStore(workers.drawer)
    gone = asyncio.create_task(store.get(cards[0], edition))
    other = asyncio.create_task(store.get(cards[0], edition))
    await asyncio.sleep(0.02)
    gone.cancel()
    assert (await other).body
    assert len(workers.started) == 1


async def test_a_card_that_the_build_has_drawn_is_read_from_the_cache(
    tmp_path: Path, edition: Edition, cards: list[Card]
) -> None:
    cache = Cache(tmp_path / "cache")
    cache.put(cards[0].key, b"drawn")

    def start() -> subprocess.Popen[bytes]:
        raise AssertionError("nothing is drawn")

    drawer = CardDrawer(Settings(), cache, start)
    assert (await CardStore(drawer).get(cards[0], edition)).body == b"drawn"


async def test_the_loop_runs_while_a_card_is_drawn(edition: Edition, cards: list[Card]) -> None:
    drawing = asyncio.create_task(CardStore(Workers(seconds=0.3).drawer).get(cards[0], edition))
    turns = 0
    while not drawing.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 10
