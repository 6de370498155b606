"""What traces, metrics and logs have to agree on, as none of them imports another (HTTP semantic conventions)."""

from enum import StrEnum

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"})
OTHER_METHOD = "_OTHER"
# What a connection refuses a request with before any application sees it.
REFUSALS = (400, 405, 408, 414, 431, 501, 503, 505)
# The first status that is the server's fault.
SERVER_ERROR = 500
# A request that takes longer is logged and traced whether it was sampled or not.
SLOW_SECONDS = 0.5


class BeaconOutcome(StrEnum):
    """What became of a beacon. Each POST to /rum/collect ends as exactly one of these."""

    FORWARDED = "forwarded"
    # Refused at the door:
    OPTED_OUT = "opted_out"
    CROSS_SITE = "cross_site"
    NOT_JSON = "not_json"
    ENCODED = "encoded"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    CUT_OFF = "cut_off"
    BROKEN = "broken"
    RATE_LIMITED = "rate_limited"
    # Taken, and lost on the way:
    QUEUE_FULL = "queue_full"
    COLLECTOR_SLOW = "collector_slow"
    COLLECTOR_GONE = "collector_gone"
    COLLECTOR_REFUSED = "collector_refused"
    SHUTDOWN = "shutdown"
