from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from blog.serve.dynamic import Head

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

    from tests.conftest import Ask


async def _in_pieces(scope: "Scope", receive: "Receive", send: "Send") -> None:
    async def pieces() -> "AsyncIterator[str]":
        yield scope["method"]
        yield "!"

    await StreamingResponse(pieces(), headers={"x-asked": scope["method"]})(scope, receive, send)


async def test_head_asks_with_get_and_drops_every_piece_of_the_body(ask: "Ask") -> None:
    answer = await ask(Head(_in_pieces), "/", "HEAD")
    assert (answer.headers["x-asked"], answer.body) == ("GET", b"")


async def test_other_methods_pass_untouched(ask: "Ask") -> None:
    assert (await ask(Head(_in_pieces), "/", "POST")).body == b"POST!"
