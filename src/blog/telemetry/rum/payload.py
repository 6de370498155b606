"""What of a beacon's body is handed on: Faro's own fields, and nobody's name."""

import json

from pydantic_core import from_json

# The transport body of Faro's web SDK (core/src/transports/utils.ts); the collector knows no other fields.
_SIGNALS = ("logs", "events", "exceptions", "measurements", "traces")


def payload_of(body: bytes) -> bytes:
    """The body again, written anew: a duplicate key or an odd number means the same to the collector as it did here.

    >>> payload_of(b'{"meta": {"user": {"id": "ada"}, "view": {"name": "x"}}, "events": [{"name": "x"}], "more": 1}')
    b'{"meta":{"view":{"name":"x"}},"events":[{"name":"x"}]}'

    Raises:
        ValueError: it is not JSON (RFC 8259), nested too deep, or not what the SDK sends.
    """
    # Bounded where the standard library recurses: 200 levels, and no number that takes long to read.
    sent = from_json(body, allow_inf_nan=False, cache_strings=False)
    match sent:
        case {"meta": dict()}:
            pass
        case _:
            raise ValueError("a beacon is an object with a meta object")
    meta = {name: value for name, value in sent["meta"].items() if name != "user"}
    signals = {name: sent[name] for name in _SIGNALS if name in sent}
    if not signals:
        raise ValueError("a beacon has logs, events, exceptions, measurements or traces")
    return json.dumps({"meta": meta, **signals}, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
