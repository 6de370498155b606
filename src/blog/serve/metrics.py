"""GET /metrics on the site's port, if BLOG_METRICS_PORT does not set another."""

import asyncio
from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from blog import urls

Exposition = Callable[[str], tuple[bytes, str]]


def metrics_route(exposition: Exposition) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(urls.METRICS)
    async def metrics(request: Request) -> Response:
        """Prometheus text or OpenMetrics, by Accept. Generated in a thread, because for a large site it takes milliseconds."""
        body, content_type = await asyncio.to_thread(exposition, request.headers.get("accept", ""))
        return Response(body, headers={"content-type": content_type, "cache-control": "no-store"})

    return router
