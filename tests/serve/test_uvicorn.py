"""The undocumented parts of uvicorn and httptools that the protocol depends on. A release that changes one of them fails here."""

import asyncio
import inspect
from typing import Any

import httptools
import pytest
import uvicorn
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.server import ServerState

ATTRIBUTES: dict[str, type | tuple[type, ...]] = {
    "server_state": ServerState,
    "connections": set,
    "tasks": set,
    "timeout_keep_alive": (int, float),
    "cycle": type(None),
    "client": type(None),
    "server": type(None),
    "scheme": type(None),
    "scope": type(None),
    "headers": type(None),
    "expect_100_continue": bool,
    "pipeline": object,
    "parser": httptools.HttpRequestParser,
}
METHODS = {
    "connection_made": ["transport"],
    "connection_lost": ["exc"],
    "data_received": ["data"],
    "pause_writing": [],
    "resume_writing": [],
    "on_message_begin": [],
    "on_headers_complete": [],
    "on_body": ["body"],
    "on_message_complete": [],
    "on_response_complete": [],
    "shutdown": [],
}
CYCLE_STATE = {
    "transport",
    "keep_alive",
    "disconnected",
    "message_event",
    "response_started",
    "response_complete",
    "body",
}


async def idle(scope: Any, receive: Any, send: Any) -> None: ...


def new_protocol(loop: asyncio.AbstractEventLoop) -> httptools_impl.HttpToolsProtocol:
    config = uvicorn.Config(idle, log_config=None, ws="none")
    config.load()
    return httptools_impl.HttpToolsProtocol(config, ServerState(), {}, loop)


@pytest.mark.parametrize("name", ATTRIBUTES)
async def test_an_attribute_has_the_expected_type(name: str) -> None:
    assert isinstance(getattr(new_protocol(asyncio.get_running_loop()), name), ATTRIBUTES[name])


@pytest.mark.parametrize("name", METHODS)
def test_a_method_has_the_expected_parameters(name: str) -> None:
    parameters = inspect.signature(getattr(httptools_impl.HttpToolsProtocol, name)).parameters
    assert list(parameters)[1:] == METHODS[name]


async def test_a_cycle_has_the_state_that_the_protocol_reads_and_changes() -> None:
    parameters = inspect.signature(httptools_impl.RequestResponseCycle).parameters
    arguments: dict[str, Any] = dict.fromkeys(parameters)
    assert set(vars(httptools_impl.RequestResponseCycle(**arguments))) >= CYCLE_STATE


def test_the_flow_control_keeps_its_transport_and_can_pause_it() -> None:
    assert {"pause_reading", "resume_reading", "pause_writing", "resume_writing", "drain"} <= set(vars(FlowControl))
    assert {"_transport", "read_paused", "write_paused"} <= set(vars(FlowControl(asyncio.Transport())))


def test_status_lines_and_default_headers_are_bytes() -> None:
    assert httptools_impl.STATUS_LINE[404] == b"HTTP/1.1 404 Not Found\r\n"
    assert ServerState().default_headers == []
    assert ServerState().total_requests == 0


def test_the_parser_calls_the_expected_callbacks() -> None:
    class Callbacks:
        def __init__(self) -> None:
            self.targets: list[bytes] = []
            self.open = [True]
            self.on_url = self.targets.append
            self.on_message_complete = self.open.clear

    callbacks = Callbacks()
    parser = httptools.HttpRequestParser(callbacks)
    parser.feed_data(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.0\r\n\r\n")
    assert (callbacks.targets, callbacks.open) == ([b"/a", b"/b"], [])
    assert (parser.get_method(), parser.get_http_version(), parser.should_upgrade()) == (b"GET", "1.0", False)
    parser = httptools.HttpRequestParser(callbacks)
    with pytest.raises(httptools.HttpParserUpgrade):
        parser.feed_data(b"GET /a HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: a\r\n\r\n")
