"""Changes of the machine's wall clock while a post is scheduled."""

import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog.__main__ import main
from tests.conftest import TEMPLATES

if TYPE_CHECKING:
    from tests.conftest import Process, Serve, WritePost, WritePosts

# Both cases use a core each for many seconds with libfaketime, so one worker runs them in turn.
pytestmark = [pytest.mark.process, pytest.mark.xdist_group("clock")]

# With FAKETIME_DONT_FAKE_MONOTONIC, libfaketime 0.9.10 makes clock_nanosleep fail on CPython 3.11:
#     FAKETIME=+1d FAKETIME_DONT_FAKE_MONOTONIC=1 LD_PRELOAD=libfaketimeMT.so.1 python -c "import time; time.sleep(0.1)"
#     OSError: [Errno 22] Invalid argument
SERVING = (sys.executable, "-c", """
import select, sys, time
time.sleep = lambda seconds: select.select([], [], [], seconds)
from blog.__main__ import main
sys.exit(main(["serve"]))
""")  # fmt: skip


@pytest.fixture
def faketime() -> Path:
    found = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if found is None:
        assert not os.environ.get("CI"), "libfaketime is missing: apt-get install faketime"
        pytest.skip("libfaketime is missing: apt-get install faketime")
    return found


@pytest.mark.parametrize("jump", [pytest.param(3600, id="an-hour"), pytest.param(365 * 86_400, id="a-year")])
def test_a_scheduled_post_appears_at_its_moment_by_the_wall_clock(
    serve: "Serve", posts: "WritePosts", post: "WritePost", faketime: Path, tmp_path: Path, jump: int
) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=jump)
    folder = posts({
        "old.md": post("Old", "2020-01-01"),
        "new.md": post("New", moment.isoformat(timespec="seconds")),
    })  # fmt: skip
    clock = tmp_path / "clock"

    def set_clock(seconds: int) -> None:
        temporary = tmp_path / "clock.new"
        temporary.write_text(f"{seconds:+d}\n")
        temporary.replace(clock)

    set_clock(0)
    # A start with libfaketime takes several times as long; a warm start has little to do.
    cache = str(tmp_path / "cache")
    assert (
        main(["build"], {"BLOG_POSTS_DIR": str(folder), "BLOG_TEMPLATES_DIR": str(TEMPLATES), "BLOG_CACHE_DIR": cache})
        == 0
    )
    server = serve(
        folder,
        *SERVING,
        BLOG_CACHE_DIR=cache,
        LD_PRELOAD=str(faketime),
        FAKETIME_TIMESTAMP_FILE=str(clock),
        FAKETIME_CACHE_DURATION="1",
        # Like a change of the machine's clock: it affects neither the monotonic clock nor the times of files.
        FAKETIME_DONT_FAKE_MONOTONIC="1",
        NO_FAKE_STAT="1",
    ).wait_until_ready()

    def status() -> int:
        assert server.popen.poll() is None
        assert server.get("/blog/old").status == 200
        assert server.get("/api/ready").status == 200
        return server.get("/blog/new").status

    assert status() == 404
    for seconds in (-jump, jump - 120, 0):
        set_clock(seconds)
        time.sleep(2.5)
        assert status() == 404
    set_clock(jump + 120)
    # The rebuild runs beside the requests, and libfaketime makes each hand-over between threads slow: few requests.
    _until(server, lambda: server.get("/blog/new").status == 200)
    assert status() == 200
    set_clock(-jump)
    time.sleep(2.5)
    assert status() in {200, 404}
    set_clock(0)
    server.signal()
    assert server.wait() == 0


def _until(server: "Process", condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < deadline, f"timed out: {server.output}"
        time.sleep(2)
