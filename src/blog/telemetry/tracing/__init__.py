"""Traces: a head sampler that decides before a span exists, the FastAPI instrumentation, and an OTLP exporter."""

from blog.telemetry.tracing.pipeline import Pipeline
from blog.telemetry.tracing.sampler import HeadSampler
from blog.telemetry.tracing.spans import Tracing

__all__ = ["HeadSampler", "Pipeline", "Tracing"]
