"""The benchmark's traffic is as varied as that of a public site, and the blog responds to every request in it."""

import runpy
import socket
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Serve, WritePost, WritePosts

TRAFFIC = runpy.run_path(str(Path(__file__).parents[2] / ".ci/traffic.py"))
PATHS = {"home": ["/"], "post": ["/blog/one"], "feed": ["/rss"], "missing": ["/gone"]}


def test_all_agents_are_different() -> None:
    agents = TRAFFIC["agents"](5000)
    assert len(set(agents)) == 5000
    assert "" in agents
    assert {agent.split("/")[0] for agent in agents} >= {"Mozilla", "curl", "Feedly"}


def test_the_mix_has_every_kind_of_path_encoding_and_condition() -> None:
    requests = TRAFFIC["mix"](PATHS, {"/": '"known"'}, 2000)
    assert len(set(requests)) > 1900
    for part in (
        b"GET / ",
        b"GET /blog/one ",
        b"GET /rss ",
        b"/gone ",
        b"Referer: ",
        b'If-None-Match: "known"',
        b"Encoding: identity",
    ):
        assert any(part in request for request in requests), part


@pytest.mark.process
def test_every_kind_of_hostile_request_is_answered(serve: "Serve", posts: "WritePosts", post: "WritePost") -> None:
    blog = serve(posts({"one.md": post("One", "2026-01-01")})).wait_until_ready()
    for name, make in TRAFFIC["kinds"]("/blog/one", {"Accept": "*/*"}, ["Googlebot", "curl"]).items():
        with socket.create_connection(("127.0.0.1", blog.port), timeout=20) as connection:
            status = TRAFFIC["send"](connection, make(Random(1)))[:12]
        expected = (
            b"404"
            if name.startswith("404")
            else b"301"
            if name.startswith("redirect")
            else b"412"
            if name.startswith("If-Match")
            else b"200"
        )
        assert status in {b"HTTP/1.1 " + expected, b"HTTP/1.1 431"}, name
