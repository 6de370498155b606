"""What an author sees in the browser while writing: new editions, and the faults of the texts, as server-sent events."""

import asyncio
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from blog import urls
from blog.build.state import ServiceState
from blog.errors import Fault

_POLL_SECONDS = 0.1
_MOST_FAULTS = 100


def reload_routes(service: ServiceState) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    started = time.time_ns()

    async def events() -> AsyncIterator[str]:
        sent: dict[str, str] = {}
        while not service.draining:
            for event, data in (("edition", f"{started}-{service.generation}"), ("faults", as_json(service.faults))):
                if sent.get(event) != data:
                    sent[event] = data
                    yield f"event: {event}\ndata: {data}\n\n"
            await asyncio.sleep(_POLL_SECONDS)

    @router.get(urls.RELOAD_EVENTS)
    async def stream() -> Response:
        """Server-sent events: ``edition`` for each new one, and ``faults`` with the errors of the content, whenever they change."""
        return StreamingResponse(events(), media_type="text/event-stream", headers={"cache-control": "no-store"})

    return router


def as_json(faults: tuple[Fault, ...]) -> str:
    """The faults as one line of JSON."""
    return f"[{', '.join(fault.as_json for fault in faults[:_MOST_FAULTS])}]"
