"""Server-sent events that make the open pages of an author's browser reload after a new edition."""

import asyncio
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from blog import urls
from blog.build.state import ServiceState

_POLL_SECONDS = 0.1


def reload_routes(service: ServiceState) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    started = time.time_ns()

    async def editions() -> AsyncIterator[str]:
        sent = -1
        while not service.draining:
            if sent != service.generation:
                sent = service.generation
                yield f"event: edition\ndata: {started}-{sent}\n\n"
            await asyncio.sleep(_POLL_SECONDS)

    @router.get(urls.RELOAD_EVENTS)
    async def events() -> Response:
        """Server-sent events, one for each edition."""
        return StreamingResponse(editions(), media_type="text/event-stream", headers={"cache-control": "no-store"})

    return router
