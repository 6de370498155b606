"""Ids of traces and spans: new ones, and the trace id that the head sampler passes to the SDK."""

from contextvars import ContextVar
from random import Random

chosen_trace_id: ContextVar[int] = ContextVar("chosen_trace_id", default=0)

# Seeded by the operating system. Ids must be distinct, not secret, and the system's random numbers cost ten times as much.
random_bits = Random().getrandbits  # noqa: S311


def new_trace_id() -> int:
    return random_bits(128) or 1


def new_span_id() -> int:
    return random_bits(64) or 1
