"""Logs on stdout: one JSON object a line for machines, or plain lines for people."""

import json
import logging
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from blog.http.semantics import SLOW_SECONDS
from blog.settings import AccessLog, Settings

_LONGEST_PATH = 1024
_MINUTE = 60.0

access_logger = logging.getLogger("blog.access")


class JsonFormatter(logging.Formatter):
    """One object a line. Control characters stay escaped, so nothing that is logged can make a second line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "timestamp": _timestamp(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True)


class ConsoleFormatter(logging.Formatter):
    """Time, level and message; a control character inside a message is shown, not obeyed."""

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        message = text if text.isprintable() else text.encode("unicode_escape").decode()
        line = f"{datetime.fromtimestamp(record.created).astimezone():%H:%M:%S} {record.levelname.lower():7} {message}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send everything, uvicorn's own lines included, through one handler."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else ConsoleFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    # They speak of every file change and of every connection; what came of it is said elsewhere.
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    for name in ("opentelemetry.exporter.otlp.proto.http.trace_exporter", "blog.telemetry.rum.forwarder"):
        logging.getLogger(name).addFilter(OnceAMinute())
    for name in ("watchfiles", "urllib3", "asyncio", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


class Access:
    """One line for a request, where the operator wants it: no client address and no query string."""

    def __init__(self, mode: AccessLog) -> None:
        self._mode = mode

    def wants(self, seconds: float, *, failed: bool, traced: bool) -> bool:
        """
        >>> Access("sampled").wants(0.001, failed=False, traced=False), Access("errors").wants(0.001, failed=True, traced=False)
        (False, True)
        """
        match self._mode:
            case "off":
                return False
            case "errors":
                return failed
            case "sampled":
                return failed or traced or seconds >= SLOW_SECONDS
            case "all":
                return True

    def write(self, fields: Mapping[str, Any], trace: Mapping[str, str] | None, level: int) -> None:
        """``fields``: method, route, path, status, duration_ms, bytes, referrer_host."""
        path = fields["path"][:_LONGEST_PATH]
        message = "%s %s %d in %.1f ms"
        said = (fields["method"], path, fields["status"], fields["duration_ms"])
        access_logger.log(level, message, *said, extra={"fields": {**fields, "path": path, **(trace or {})}})


class OnceAMinute(logging.Filter):
    """A collector that is away is worth a line of each level a minute, and not two a second; the rest is counted in the metrics."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[int, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now = self._clock()
        if now - self._said.get(record.levelno, -_MINUTE) < _MINUTE:
            return False
        self._said[record.levelno] = now
        return True


def _is_news(record: logging.LogRecord) -> bool:
    """Uvicorn advises to install a WebSocket library whenever a client asks for an upgrade."""
    return "WebSocket" not in str(record.msg) and "Unsupported upgrade" not in str(record.msg)


def _timestamp(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
