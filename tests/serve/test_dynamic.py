import asyncio
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from blog.serve.dynamic import Head

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

    from tests.conftest import Fetch


async def _in_chunks(scope: "Scope", receive: "Receive", send: "Send") -> None:
    async def chunks() -> "AsyncIterator[str]":
        yield scope["method"]
        yield "!"

    await StreamingResponse(chunks(), headers={"x-method": scope["method"]})(scope, receive, send)


async def test_head_calls_the_application_with_get_and_drops_every_chunk_of_the_body(fetch: "Fetch") -> None:
    answer = await fetch(Head(_in_chunks), "/", "HEAD")
    assert (answer.headers["x-method"], answer.body) == ("GET", b"")


async def _events(scope: "Scope", receive: "Receive", send: "Send") -> None:
    async def never_ends() -> "AsyncIterator[str]":
        await asyncio.Event().wait()
        yield "never sent"

    await StreamingResponse(never_ends())(scope, receive, send)


async def test_head_of_a_stream_that_never_ends_ends_after_the_header(fetch: "Fetch") -> None:
    async with asyncio.timeout(10):
        answer = await fetch(Head(_events), "/", "HEAD")
    assert (answer.status, answer.body) == (200, b"")


async def test_other_methods_are_passed_on_unchanged(fetch: "Fetch") -> None:
    assert (await fetch(Head(_in_chunks), "/", "POST")).body == b"POST!"
