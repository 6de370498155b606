"""Constants that traces, metrics and logs share (OpenTelemetry semantic conventions for HTTP); those modules do not import each other."""

from enum import StrEnum
from typing import Literal, get_args

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"})
OTHER_METHOD = "_OTHER"
# The methods that pages and the API answer, and the Allow field that names them.
READ_METHODS = ("GET", "HEAD")
ALLOW = ", ".join(READ_METHODS)
# Statuses with which a connection refuses a request before it reaches the application.
REFUSALS = (400, 405, 408, 414, 431, 501, 503, 505)
# What a client with a copy of a page gets, by the status of the answer: a new one, none, or a refusal because the page is not the one that it names.
CONDITIONAL_OUTCOMES = {200: "modified", 304: "not_modified", 412: "failed"}
# The states of a process, as /api/ready and blog_ready name them.
ReadinessState = Literal["loading", "ready", "draining"]
READINESS = get_args(ReadinessState)
# The lowest status of the class that reports a server error (RFC 9110, section 15.6).
SERVER_ERROR = 500
# Requests that take longer are logged and traced even if they were not sampled.
SLOW_SECONDS = 0.5


def has_body(method: str) -> bool:
    """Whether a response to this method has its body: HEAD gets the header fields of GET alone (RFC 9110, section 9.3.2).

    >>> has_body("HEAD"), has_body("GET")
    (False, True)
    """
    return method != "HEAD"


class SearchOutcome(StrEnum):
    """The outcome of a search. Each one has exactly one."""

    FOUND = "found"
    # Nothing was found, or nothing was asked for:
    EMPTY = "empty"
    # The query cannot be answered:
    REFUSED = "refused"
    # Too many searches at once, or the index is being opened:
    BUSY = "busy"
    TOO_SLOW = "too_slow"
    ERROR = "error"


class BeaconOutcome(StrEnum):
    """The outcome of a beacon. Each POST to /rum/collect has exactly one."""

    FORWARDED = "forwarded"
    # Refused by the endpoint:
    OPTED_OUT = "opted_out"
    CROSS_SITE = "cross_site"
    NOT_JSON = "not_json"
    ENCODED = "encoded"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    CUT_OFF = "cut_off"
    BROKEN = "broken"
    RATE_LIMITED = "rate_limited"
    # Accepted, then lost before the collector took it:
    QUEUE_FULL = "queue_full"
    COLLECTOR_SLOW = "collector_slow"
    COLLECTOR_GONE = "collector_gone"
    COLLECTOR_REFUSED = "collector_refused"
    SHUTDOWN = "shutdown"
