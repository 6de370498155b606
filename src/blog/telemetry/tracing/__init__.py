"""Traces: a head sampler that decides before a span exists, the FastAPI instrumentation, and an OTLP exporter."""

# The first import: what it imports takes variables out of the environment that the SDK reads when it is imported.
from blog.telemetry.tracing.environment import warn_of_ignored
from blog.telemetry.tracing.pipeline import Pipeline
from blog.telemetry.tracing.sampler import HeadSampler
from blog.telemetry.tracing.spans import Tracing

__all__ = ["HeadSampler", "Pipeline", "Tracing", "warn_of_ignored"]
