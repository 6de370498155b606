"""The listening sockets of a host and a port, and the errors if there are none."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from blog.errors import SettingsError
from blog.serve.listening import close, listen, url

_IF_INET6 = Path("/proc/net/if_inet6")
HAS_IPV6 = _IF_INET6.exists() and f"{1:032x} " in _IF_INET6.read_text()
needs_ipv6 = pytest.mark.skipif(not HAS_IPV6, reason="no ::1 on this machine")


@contextmanager
def _listening(host: str, port: int) -> Iterator[list[socket.socket]]:
    listeners = listen(host, port, "BLOG_PORT")
    try:
        yield listeners
    finally:
        close(listeners)


def _reaches(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as client:
        client.settimeout(5)
        return client.connect_ex((host, port)) == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", pytest.param("::1", marks=needs_ipv6)])
def test_an_address_is_one_socket(host: str, unused_tcp_port: int) -> None:
    with _listening(host, unused_tcp_port) as listeners:
        assert [listener.getsockname()[:2] for listener in listeners] == [(host, unused_tcp_port)]
        assert _reaches("::1" if ":" in host else "127.0.0.1", unused_tcp_port)
    assert not _reaches("::1" if ":" in host else "127.0.0.1", unused_tcp_port)


@needs_ipv6
def test_the_unspecified_ipv6_address_excludes_ipv4(unused_tcp_port: int) -> None:
    with _listening("::", unused_tcp_port):
        assert _reaches("::1", unused_tcp_port)
        assert not _reaches("127.0.0.1", unused_tcp_port)


def _resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Make every host name resolve to these addresses, because a test cannot write to /etc/hosts."""

    def getaddrinfo(_host: str, port: int, **_arguments: object) -> list[tuple[int, int, int, str, tuple[object, ...]]]:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_a_name_with_several_addresses_is_listened_on_at_each(
    monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    _resolving(monkeypatch, "127.0.0.1", "127.0.0.2", "127.0.0.1")
    with _listening("several.example", unused_tcp_port) as listeners:
        assert [url(listener) for listener in listeners] == [
            f"http://127.0.0.1:{unused_tcp_port}",
            f"http://127.0.0.2:{unused_tcp_port}",
        ]


@pytest.mark.parametrize("absent", ["192.0.2.1", "2001:db8::1"])
def test_an_address_of_another_machine_is_skipped_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, unused_tcp_port: int, absent: str
) -> None:
    caplog.set_level(logging.WARNING, "blog.serve.listening")
    _resolving(monkeypatch, absent, "127.0.0.1")
    with _listening("several.example", unused_tcp_port) as listeners:
        assert len(listeners) == 1
    assert f"{absent} is no address of this machine" in caplog.text
    assert "BLOG_HOST='several.example'" in caplog.text


def test_one_address_in_use_refuses_them_all_and_leaves_none_open(
    monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    _resolving(monkeypatch, "127.0.0.1", "127.0.0.2")
    with (
        socket.create_server(("127.0.0.2", unused_tcp_port)),
        pytest.raises(SettingsError, match=rf"127\.0\.0\.2:{unused_tcp_port} is in use"),
    ):
        listen("several.example", unused_tcp_port, "BLOG_PORT")
    assert not _reaches("127.0.0.1", unused_tcp_port)


def test_a_port_in_use_names_the_variable_the_value_and_the_address(unused_tcp_port: int) -> None:
    with socket.create_server(("127.0.0.1", unused_tcp_port)), pytest.raises(SettingsError) as refused:
        listen("127.0.0.1", unused_tcp_port, "BLOG_METRICS_PORT")
    assert str(refused.value) == (
        f"BLOG_METRICS_PORT='{unused_tcp_port}' is not usable: 127.0.0.1:{unused_tcp_port} is in use; give a free port"
    )


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        pytest.param("192.0.2.1", "192.0.2.1 is no address of this machine", id="an address elsewhere"),
        pytest.param("2001:db8::1", "2001:db8::1 is no address of this machine", id="an IPv6 address elsewhere"),
        pytest.param("fe80::1", "[fe80::1]:", id="a link-local address without its link"),
        pytest.param("nowhere.invalid", "does not resolve", id="an unknown name"),
        pytest.param("1.2.3.4.5", "does not resolve", id="no address and no name"),
        pytest.param("a" * 64, "1 to 63 characters", id="a label that is too long"),
        pytest.param("a..b", "1 to 63 characters", id="an empty label"),
    ],
)
def test_a_host_that_cannot_be_listened_on_is_named(host: str, reason: str, unused_tcp_port: int) -> None:
    with pytest.raises(SettingsError) as refused:
        listen(host, unused_tcp_port, "BLOG_PORT")
    assert str(refused.value).startswith(f"BLOG_HOST={host!r} is not usable: ")
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)
