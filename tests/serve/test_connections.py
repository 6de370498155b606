"""The registry of open connections: what it logs of requests that were refused."""

import logging

import pytest

from blog.serve.connections import Connections, Limits


def test_refused_requests_are_logged_once_a_minute_with_the_number_of_each_status(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, "blog.serve.connections")
    counted: list[int] = []
    connections = Connections(Limits(), counted.append)
    statuses = [400] * 50 + [431] + [503]
    for status in statuses:
        connections.refused(status)
    assert caplog.messages == ["requests refused: 1 with 400"]
    connections.now = 61.0
    connections.refused(408)
    limit = connections.limit
    assert caplog.messages[1:] == [
        f"requests refused: 49 with 400, 1 with 408, 1 with 431, 1 with 503; there are {limit} connections already"
    ]
    assert counted == [*statuses, 408]
