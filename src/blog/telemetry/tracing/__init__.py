"""Traces: a gate that decides before any span exists, the instrumentation behind it, the exporter behind that."""

from blog.telemetry.tracing.pipeline import Pipeline
from blog.telemetry.tracing.sampler import HeadSampler
from blog.telemetry.tracing.spans import Tracing

__all__ = ["HeadSampler", "Pipeline", "Tracing"]
