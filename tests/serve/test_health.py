import threading
from datetime import datetime
from typing import TYPE_CHECKING

import httpx

from blog import __version__
from blog.app import create_app
from blog.machine.clock import utc_now

if TYPE_CHECKING:
    from blog.settings import Settings
    from tests.conftest import Fetch, Run


async def test_health_responds_while_the_content_loads(run: "Run", small_settings: "Settings") -> None:
    release = threading.Event()

    def blocked() -> datetime:
        release.wait(10)
        return utc_now()

    async with run(small_settings, blocked) as blog:
        try:
            for _ in range(3):
                assert await blog.status("/api/health") == 200
                ready = await blog.client.get("/api/ready")
                assert (ready.status_code, ready.json()["status"]) == (503, "loading")
                assert ready.headers["retry-after"] == "2"
                assert await blog.status("/api/posts") == 503
                assert await blog.status("/blog/hello") == 503
        finally:
            release.set()
        await blog.until_ready()
        assert await blog.status("/blog/hello") == 200


async def test_health_has_the_version(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/health")
    assert answer.json()["status"] == "ok"
    assert answer.json()["version"] == __version__
    assert answer.headers["cache-control"] == "no-store"


async def test_ready_has_the_number_of_served_posts(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/ready")
    assert answer.json() == {"status": "ready", "posts": 14}
    assert answer.headers["cache-control"] == "no-store"


async def test_a_draining_process_is_not_ready_but_serves(
    run: "Run", small_settings: "Settings", fetch: "Fetch"
) -> None:
    async with run(small_settings) as blog:
        await blog.until_ready()
        blog.app.service.draining = True
        ready = await fetch(blog.app, "/api/ready")
        assert (ready.status, ready.headers["retry-after"]) == (503, "2")
        assert b'"draining"' in ready.body
        assert (await fetch(blog.app, "/api/health")).status == 200
        assert (await fetch(blog.app, "/blog/hello")).status == 200


async def test_the_process_is_not_ready_before_its_lifespan_starts(small_settings: "Settings", fetch: "Fetch") -> None:
    app = create_app(small_settings)
    assert (await fetch(app, "/api/ready")).status == 503
    assert (await fetch(app, "/api/health")).status == 200
