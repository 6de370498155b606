"""GET /metrics on the site's port, if BLOG_METRICS_PORT does not set another."""

import asyncio
from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from blog import urls
from blog.telemetry.exposition import Scrape

Exposition = Callable[[str, str], Scrape]


def metrics_route(exposition: Exposition) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(urls.METRICS)
    async def metrics(request: Request) -> Response:
        """Prometheus text or OpenMetrics, by Accept. Generated in a thread, because for a large site it takes milliseconds."""
        fields = (request.headers.get(name, "") for name in ("accept", "accept-encoding"))
        answer = await asyncio.to_thread(exposition, *fields)
        return Response(answer.body, headers=answer.headers)

    return router
