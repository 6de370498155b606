"""The trace id that the gate drew for the request at hand, on its way to the SDK."""

from contextvars import ContextVar

chosen_trace_id: ContextVar[int] = ContextVar("chosen_trace_id", default=0)
