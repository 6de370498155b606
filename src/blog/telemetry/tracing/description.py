"""The name and the attributes of the span of a request."""

from collections.abc import Callable
from urllib.parse import urlsplit

from opentelemetry.util.types import AttributeValue

from blog.http.request import RequestRecord
from blog.http.semantics import METHODS, OTHER_METHOD

_PORTS = {"http": 80, "https": 443}


class Description:
    """Describes requests by the semantic conventions 1.38 for HTTP server spans. ``trusts`` says whose X-Forwarded-Proto is believed."""

    def __init__(self, origin: str, trusts: Callable[[str | None], bool]) -> None:
        parts = urlsplit(origin)
        # The address of the socket would be that of a pod.
        self._server = (parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0))
        self._trusts = trusts

    def __call__(self, record: RequestRecord) -> tuple[str, dict[str, AttributeValue]]:
        method, route = record.method, record.route
        known = method if method in METHODS else OTHER_METHOD
        address, port = self._server
        attributes: dict[str, AttributeValue] = {
            "http.request.method": known,
            "url.path": record.shown_path,
            "url.scheme": self._scheme(record),
            "server.address": address,
            "server.port": port,
            "network.protocol.version": record.version,
        }
        if known != method:
            attributes["http.request.method_original"] = method[:32]
        if route:
            attributes["http.route"] = route
        if record.is_bot:
            attributes["user_agent.synthetic.type"] = "bot"
        verb = "HTTP" if known != method else method
        return f"{verb} {route}" if route else verb, attributes

    def _scheme(self, record: RequestRecord) -> str:
        """The scheme of the client's request: X-Forwarded-Proto of a trusted proxy if it is valid, else the connection's."""
        forwarded = record.headers.get(b"x-forwarded-proto", b"")
        client = record.connection.client
        is_believed = forwarded in {b"http", b"https"} and self._trusts(client[0] if client else None)
        return forwarded.decode() if is_believed else record.connection.scheme
