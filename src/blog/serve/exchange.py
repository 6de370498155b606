"""One request and what became of it: the note that travels from the store to whoever counts, traces and logs."""

import time

from starlette.types import Scope

# The headers that anyone in the service looks at; all others are passed over in the one walk through them.
_LOOKED_AT = frozenset({
    b"accept-encoding", b"if-none-match", b"traceparent", b"user-agent", b"referer", b"sec-fetch-mode", b"sec-purpose", b"purpose", b"x-moz",
    b"x-forwarded-proto",
})  # fmt: skip
KEY = "blog.exchange"


class Exchange:
    """``route`` is a template or "", ``status`` 0 until an answer has started, ``size`` the bytes of its body.

    ``dynamic`` is set where a router answered and not the store; ``trace`` holds the ids of the request's span, if it has one.
    """

    __slots__ = ("dynamic", "headers", "route", "scope", "size", "started", "status", "trace")

    def __init__(self, scope: Scope) -> None:
        self.started = time.perf_counter()
        self.scope = scope
        self.route = ""
        self.status = 0
        self.size = 0
        self.dynamic = False
        self.trace: dict[str, str] | None = None
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in _LOOKED_AT:
                # Repeated header lines are one list (RFC 9110, section 5.3).
                headers[name] = headers[name] + b"," + value if name in headers else value
        self.headers = headers
        scope[KEY] = self
