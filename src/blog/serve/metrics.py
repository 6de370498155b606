"""/metrics on the site's port, where it has no port of its own."""

import asyncio
from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from blog import urls

Exposition = Callable[[str], tuple[bytes, str]]


def metrics_route(exposition: Exposition) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(urls.METRICS)
    async def metrics(request: Request) -> Response:
        """Prometheus text or OpenMetrics by Accept; made in a thread, because a scrape of a big site takes milliseconds."""
        body, content_type = await asyncio.to_thread(exposition, request.headers.get("accept", ""))
        return Response(body, headers={"content-type": content_type, "cache-control": "no-store"})

    return router
