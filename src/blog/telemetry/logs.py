"""Logs on stdout: one JSON object per line, or plain text for a terminal."""

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
# They log for each batch of spans, or beacon, that a collector did not accept.
_ONCE_A_MINUTE = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter", "blog.telemetry.tracing.session", "blog.telemetry.rum.forwarder",
)  # fmt: skip
# An attribute of exceptions that `log_failure` has logged. uvicorn logs them again, without the ids of the request.
_LOGGED = "_blog_logged"

logger = logging.getLogger(__name__)
access_logger = logging.getLogger("blog.access")


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON. Control characters are escaped, so a message cannot start a second line."""

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
    """Formats a record as time, level and message. Control characters in a message are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        message = text if text.isprintable() else text.encode("unicode_escape").decode()
        line = f"{datetime.fromtimestamp(record.created).astimezone():%H:%M:%S} {record.levelname.lower():7} {message}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send all log records, including uvicorn's, through one handler."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else ConsoleFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
        logging.getLogger("uvicorn.error").addFilter(_is_relevant)
    for name in _ONCE_A_MINUTE:
        logging.getLogger(name).addFilter(OnceAMinute())
    # They log every file change and every connection.
    for name in ("watchfiles", "urllib3", "asyncio", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


class Access:
    """The access log: one line for each request that BLOG_ACCESS_LOG selects, without client address and query string."""

    def __init__(self, mode: AccessLog) -> None:
        self._mode = mode
        # Whether it has every request, and not only those that are sampled, failed or slow.
        self.has_all = mode == "all"

    def wants(self, seconds: float, *, failed: bool, traced: bool) -> bool:
        """Whether to log a request.

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
        values = (fields["method"], path, fields["status"], fields["duration_ms"])
        access_logger.log(level, message, *values, extra={"fields": {**fields, "path": path, **(trace or {})}})


def log_failure(failure: Exception, method: str, route: str, path: str, trace: Mapping[str, str] | None) -> None:
    """Log the exception of a request with its traceback and the ids of its span, so that a trace leads to it."""
    fields = {"method": method[:32], "route": route, "path": path[:_LONGEST_PATH], **(trace or {})}
    message = "%s %s could not be answered"
    logger.error(message, fields["method"], fields["path"], exc_info=failure, extra={"fields": fields})
    setattr(failure, _LOGGED, True)


class OnceAMinute(logging.Filter):
    """Passes one record of each level a minute. An unreachable collector would log two lines a second; metrics count the rest."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._last_passed: dict[int, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now = self._clock()
        if now - self._last_passed.get(record.levelno, -_MINUTE) < _MINUTE:
            return False
        self._last_passed[record.levelno] = now
        return True


def _is_relevant(record: logging.LogRecord) -> bool:
    """False for uvicorn's advice to install a WebSocket library, which it logs for every request with Upgrade, and for exceptions that are logged."""
    if record.exc_info and getattr(record.exc_info[1], _LOGGED, False):
        return False
    return "WebSocket" not in str(record.msg) and "Unsupported upgrade" not in str(record.msg)


def _timestamp(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
