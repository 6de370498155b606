"""POST /rum/collect: validates the header fields of a beacon before it reads the body."""

import asyncio
from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from blog import urls
from blog.http.semantics import BeaconOutcome

LONGEST_BYTES = 64 * 1024
READ_SECONDS = 5.0
# Bodies that may be read at once; with LONGEST_BYTES for each, 8 MiB.
MAX_READING = 128
_RETRY_AFTER_SECONDS = 5

Enqueue = Callable[[bytes, bytes], BeaconOutcome | None]
Count = Callable[[BeaconOutcome], None]

# Status and message of each refusal. A beacon that is lost later is not refused: the browser must not send it again.
_REFUSALS: Mapping[BeaconOutcome, tuple[int, str]] = {
    BeaconOutcome.CROSS_SITE: (403, "Beacons come from pages of this site."),
    BeaconOutcome.NOT_JSON: (415, "A beacon is application/json."),
    BeaconOutcome.ENCODED: (415, "A beacon has no Content-Encoding."),
    BeaconOutcome.TOO_LARGE: (413, f"A beacon has at most {LONGEST_BYTES} bytes."),
    BeaconOutcome.TOO_SLOW: (408, f"A beacon arrives within {READ_SECONDS:g} seconds."),
    BeaconOutcome.CUT_OFF: (400, "The beacon ended too early."),
    BeaconOutcome.BROKEN: (400, "This is not a beacon of the Faro web SDK."),
    BeaconOutcome.RATE_LIMITED: (429, "There are too many beacons right now."),
}


class Refused(Exception):  # noqa: N818 -- an outcome, not an error of the service
    """A beacon was refused, with this outcome."""

    def __init__(self, outcome: BeaconOutcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


def rum_routes(origin: str, enqueue: Enqueue, count: Count) -> APIRouter:
    """The route of beacons. ``enqueue`` takes a body and its User-Agent, and returns None or why it refuses it; ``count`` counts refusals."""
    router = APIRouter(include_in_schema=False)
    reading = asyncio.Semaphore(MAX_READING)

    @router.post(urls.RUM_COLLECT)
    async def collect(request: Request) -> Response:
        """202 once the beacon is queued; the browser does not wait for the collector."""
        try:
            check_fields(request.headers, origin)
            body = await _body(request, reading)
            outcome = enqueue(body, request.headers.get("user-agent", "").encode("latin-1"))
        except Refused as refusal:
            outcome = refusal.outcome
        if outcome is not None:
            count(outcome)
        return _response(outcome, request)

    return router


def check_fields(headers: Mapping[str, str], origin: str) -> None:
    """Check the header fields of a beacon.

    Raises:
        Refused: they are not those of a beacon from this site's pages.
    """
    if headers.get("dnt") == "1" or headers.get("sec-gpc") == "1":
        raise Refused(BeaconOutcome.OPTED_OUT)
    if not _is_same_origin(headers, origin):
        raise Refused(BeaconOutcome.CROSS_SITE)
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(BeaconOutcome.NOT_JSON)
    if "content-encoding" in headers:
        raise Refused(BeaconOutcome.ENCODED)
    if _declared_length(headers) > LONGEST_BYTES:
        raise Refused(BeaconOutcome.TOO_LARGE)


def _is_same_origin(headers: Mapping[str, str], origin: str) -> bool:
    """Whether a page of this site sent the beacon: by Sec-Fetch-Site, or by Origin where a browser sends no Fetch Metadata."""
    if site := headers.get("sec-fetch-site"):
        return site == "same-origin"
    sent_by = headers.get("origin", "").lower()
    host = sent_by.partition("://")[2]
    return sent_by == origin or (bool(host) and host == headers.get("host", "").lower())


def _declared_length(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "0")
    return (
        int(length) if length.isascii() and length.isdigit() and len(length) < len(str(1 << 64)) else LONGEST_BYTES + 1
    )


async def _body(request: Request, reading: asyncio.Semaphore) -> bytes:
    if reading.locked():
        raise Refused(BeaconOutcome.RATE_LIMITED)
    body = bytearray()
    try:
        async with reading, asyncio.timeout(READ_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > LONGEST_BYTES:
                    raise Refused(BeaconOutcome.TOO_LARGE)
    except TimeoutError:
        raise Refused(BeaconOutcome.TOO_SLOW) from None
    except ClientDisconnect:
        raise Refused(BeaconOutcome.CUT_OFF) from None
    return bytes(body)


def _response(outcome: BeaconOutcome | None, request: Request) -> Response:
    headers = {"cache-control": "no-store"}
    if outcome is BeaconOutcome.OPTED_OUT:
        answer: Response = Response(status_code=204, headers=headers)
    elif outcome is None or outcome not in _REFUSALS:
        return Response(status_code=202, headers=headers)
    else:
        status, words = _REFUSALS[outcome]
        again = {"retry-after": str(_RETRY_AFTER_SECONDS)} if outcome is BeaconOutcome.RATE_LIMITED else {}
        answer = JSONResponse({"detail": words}, status, headers | again)
    if _more_may_follow(request.headers) or outcome is BeaconOutcome.TOO_SLOW:
        # The connection discards the rest of the body for a while before it closes, so that the response is not lost.
        answer.headers["connection"] = "close"
    return answer


def _more_may_follow(headers: Mapping[str, str]) -> bool:
    """Whether more of the body may follow than the server reads and discards anyway."""
    return "transfer-encoding" in headers or _declared_length(headers) > LONGEST_BYTES
