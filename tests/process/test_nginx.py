"""Compares with nginx how bytes are split into requests, and which requests are refused."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import free_port, receive_until_closed

if TYPE_CHECKING:
    from tests.conftest import Process, Serve

MISSING = "nginx is missing: apt-get install nginx-light"
NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(NGINX is None and os.environ.get("CI") != "true", reason=MISSING),
]

LAST = b"GET /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
LENGTH = b"Content-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)
UPGRADE = b"Connection: Upgrade\r\nUpgrade: h2c\r\n"
REQUESTS = {
    "pipelined": b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n" * 50,
    "upgrade": b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n" + UPGRADE + b"\r\n",
    "upgrade-with-a-body": b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n" + UPGRADE + LENGTH,
    "upgrade-with-chunks": b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n" + UPGRADE + CHUNKED,
    "body": b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n" + LENGTH,
    "no-host": b"GET /robots.txt HTTP/1.1\r\n\r\n",
    "two-hosts": b"GET /robots.txt HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "empty-host": b"GET /robots.txt HTTP/1.1\r\nHost:\r\n\r\n",
    "invalid-host": b"GET /robots.txt HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "version-2.0": b"GET /robots.txt HTTP/2.0\r\nHost: x\r\n\r\n",
    "absolute": b"GET http://x/robots.txt HTTP/1.1\r\nHost: x\r\n\r\n",
    "long-target": b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "two-lengths": b"GET /robots.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "garbage": b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
}


@pytest.fixture(scope="module")
def blog_server(serve_module: "Serve", tmp_path_factory: pytest.TempPathFactory) -> "Process":
    return serve_module(tmp_path_factory.mktemp("posts")).wait_until_ready()


@pytest.fixture(scope="module")
def nginx_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("nginx")
    port = free_port()
    (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, port=port))
    (folder / "robots.txt").write_text("User-agent: *\n")
    assert NGINX, MISSING
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as nginx:
        wait_for(port, folder)
        yield port
        nginx.terminate()


CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid;
events {{}}
http {{
    access_log off; root {folder};
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{ listen 127.0.0.1:{port}; }}
}}
"""


def wait_for(port: int, folder: Path) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise AssertionError((folder / "log").read_text())


def statuses(port: int, pieces: list[bytes]) -> list[int]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(0.05)
        answer = receive_until_closed(connection)
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) [A-Z]", answer)]


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS.keys())
def test_requests_get_the_same_statuses_as_from_nginx(blog_server: "Process", nginx_port: int, request_: bytes) -> None:
    head = request_.index(b"\r\n\r\n") + 4
    for pieces in ([request_ + LAST], [request_, LAST], [request_[:head], request_[head:] + LAST]):
        assert statuses(blog_server.port, pieces) == statuses(nginx_port, pieces)
