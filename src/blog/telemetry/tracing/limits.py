"""The operator's limits for attributes and events of spans (OpenTelemetry specification, "Attribute Limits" and "Span Limits").

They are applied when a batch is exported. The SDK's own would miss the spans of prepared responses, and log a warning for each attribute.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util import BoundedList

from blog.settings import Settings


@dataclass(frozen=True, slots=True)
class SpanLimits:
    """How many attributes and events a span may have, and how long a text; None: no limit."""

    attributes: int | None = None
    length: int | None = None
    events: int | None = None
    event_attributes: int | None = None
    event_length: int | None = None

    @classmethod
    def of(cls, settings: Settings) -> "SpanLimits":
        """Those of the settings. One for spans or events alone takes precedence over that for all attributes."""
        count, length = settings.attribute_count, settings.attribute_length
        return cls(
            attributes=_first(settings.span_attribute_count, count),
            length=_first(settings.span_attribute_length, length),
            events=settings.span_event_count,
            event_attributes=_first(settings.event_attribute_count, count),
            event_length=length,
        )

    def limited(self, span: ReadableSpan) -> ReadableSpan:
        """The span within the limits, with the numbers of what was dropped."""
        if self == _NONE:
            return span
        return ReadableSpan(
            span.name,
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=_bounded(span.attributes or {}, self.attributes, self.length),
            events=BoundedList.from_seq(self.events, map(self._event, span.events)),
            links=span.links,
            kind=span.kind,
            instrumentation_scope=span.instrumentation_scope,
            status=span.status,
            start_time=span.start_time,
            end_time=span.end_time,
        )

    def _event(self, event: Event) -> Event:
        attributes = _bounded(event.attributes or {}, self.event_attributes, self.event_length)
        return Event(event.name, attributes, event.timestamp)


_NONE = SpanLimits()


def _first(*limits: int | None) -> int | None:
    return next((limit for limit in limits if limit is not None), None)


def _bounded(attributes: Mapping[str, Any], most: int | None, longest: int | None) -> BoundedAttributes:
    """The first ``most`` attributes, with texts cut at ``longest`` characters. No span of the service has lists of texts."""
    kept = [(name, value[:longest] if isinstance(value, str) else value) for name, value in attributes.items()][:most]
    bounded = BoundedAttributes(attributes=dict(kept))
    bounded.dropped = len(attributes) - len(kept)
    return bounded
