"""The liveness and readiness probes."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from blog import __version__, urls
from blog.build.state import ServiceState
from blog.http.semantics import ReadinessState
from blog.serve.unavailable import RETRY_AFTER_SECONDS


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    version: str
    revision: str


class Refused(BaseModel):
    """The content on disk has faults, which the log lists; the last edition without faults is served."""

    since: datetime
    faults: int


class Readiness(BaseModel):
    """The readiness of the process. ``loading``: the content is being read. ``draining``: the process has received a signal to stop.

    ``refused`` is set while the content on disk has faults.
    """

    status: ReadinessState
    posts: int = 0
    refused: Refused | None = None


def health_routes(service: ServiceState, revision: str) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get(urls.HEALTH)
    async def health(response: Response) -> Health:
        """200 while the process runs."""
        response.headers["cache-control"] = "no-store"
        return Health(version=__version__, revision=revision)

    @router.get(
        urls.READY,
        response_model_exclude_none=True,
        responses={503: {"model": Readiness, "description": "Loading or draining"}},
    )
    async def ready(response: Response) -> Readiness:
        """200 only while content is loaded and the process is not draining."""
        response.headers["cache-control"] = "no-store"
        if service.ready and service.edition:
            refused = Refused(since=service.refusal.since, faults=service.refusal.faults) if service.refusal else None
            return Readiness(status="ready", posts=len(service.edition.posts), refused=refused)
        response.status_code = 503
        response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
        return Readiness(status=service.state)

    return router
