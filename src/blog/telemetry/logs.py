"""Logs on stdout: one JSON object a line for machines, or plain lines for people."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from blog.settings import Settings


class JsonFormatter(logging.Formatter):
    """One object a line. Control characters stay escaped, so nothing that is logged can make a second line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "timestamp": _timestamp(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True)


class ConsoleFormatter(logging.Formatter):
    """Time, level and message; a line break inside a message is shown, not obeyed."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage().encode("unicode_escape").decode() if _unsafe(record) else record.getMessage()
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
    # It speaks at every change of a file, and the publisher says what became of it.
    logging.getLogger("watchfiles").setLevel(logging.WARNING)


def _timestamp(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _unsafe(record: logging.LogRecord) -> bool:
    return not record.getMessage().isprintable()
