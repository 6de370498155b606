"""The real process with a separate metrics port: from start to end, on every kind of host."""

import contextlib
import http.client
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import free_port, wait_until

if TYPE_CHECKING:
    from tests.conftest import Serve, WritePosts

pytestmark = pytest.mark.process

GOOD = "---\ntitle: Good\ndate: 2026-03-01\n---\n\nWords.\n"
_IF_INET6 = Path("/proc/net/if_inet6")
HAS_IPV6 = _IF_INET6.exists() and f"{1:032x} " in _IF_INET6.read_text()
needs_ipv6 = pytest.mark.skipif(not HAS_IPV6, reason="no ::1 on this machine")


def _status(host: str, port: int, path: str) -> int:
    with contextlib.closing(http.client.HTTPConnection(host, port, timeout=20)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def _addresses_of(host: str) -> list[str]:
    """The addresses at which a server that listens on this host can be reached."""
    fixed = {"::": ["::1"], "0.0.0.0": ["127.0.0.1"]}.get(host)
    return fixed or list({str(found[4][0]) for found in socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)})


@pytest.mark.parametrize(
    "host", [pytest.param("::", marks=needs_ipv6), pytest.param("::1", marks=needs_ipv6), "localhost"]
)
def test_both_ports_are_reached_at_every_address(serve: "Serve", posts: "WritePosts", host: str) -> None:
    port, metrics_port = free_port(), free_port()
    server = serve(posts({"good.md": GOOD}), BLOG_HOST=host, BLOG_PORT=str(port), BLOG_METRICS_PORT=str(metrics_port))
    wait_until(lambda: "listening on" in server.output, lambda: f"it does not listen: {server.output}")
    for address in _addresses_of(host):
        assert _status(address, port, "/api/health") == 200, server.output
        assert _status(address, metrics_port, "/metrics") == 200, server.output
    server.signal()
    assert server.wait() == 0
    assert "Traceback" not in server.output


def test_metrics_are_scraped_while_content_loads(serve: "Serve", posts: "WritePosts") -> None:
    many = {f"post-{n}.md": GOOD.replace("Good", f"Post {n}") + f"\n{n}\n" * 400 for n in range(400)}
    metrics_port = free_port()
    server = serve(posts(many), BLOG_METRICS_PORT=str(metrics_port)).wait_until_listening()
    assert _status("127.0.0.1", metrics_port, "/metrics") == 200
    assert server.get("/api/ready").status == 503
    server.signal()
    assert server.wait() == 0


def test_content_with_faults_exits_1_and_releases_both_ports(serve: "Serve", posts: "WritePosts") -> None:
    port, metrics_port = free_port(), free_port()
    server = serve(posts({"broken.md": "Hello"}), BLOG_PORT=str(port), BLOG_METRICS_PORT=str(metrics_port))
    assert server.wait() == 1
    for each in (port, metrics_port):
        with socket.create_server(("127.0.0.1", each)):
            pass
    assert "broken.md:1" in server.output
    assert "Traceback" not in server.output
