"""The HTTP session to the collector: its TLS files, and answers below 400 that do not mean that the spans were accepted."""

import logging
from collections.abc import Mapping
from typing import Any

import requests
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from blog.settings import Settings
from blog.telemetry.tracing.tls_files import tls_files

_PROTOBUF = "application/x-protobuf"
_LONGEST_TEXT = 200

logger = logging.getLogger(__name__)


class CollectorSession(requests.Session):
    """A session that posts spans to one collector. ``rejected`` counts those that it has rejected in answers with 200.

    Raises:
        SettingsError: a TLS file is not usable.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._authorities, self.cert = tls_files(settings)
        self.rejected = 0

    def merge_environment_settings(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        """As that of requests, which prefers REQUESTS_CA_BUNDLE to the authorities of the session."""
        merged = super().merge_environment_settings(*arguments, **named)
        return {**merged, "verify": self._authorities} if self._authorities else merged

    def send(self, request: requests.PreparedRequest, **arguments: Any) -> requests.Response:
        answer = super().send(request, **arguments)
        # The exporter follows no redirect, and takes every status below 400 for a success.
        if 300 <= answer.status_code < 400:  # noqa: PLR2004 -- the class of redirects (RFC 9110, section 15.4)
            where = answer.headers.get("location", "an address that it does not name")[:_LONGEST_TEXT]
            raise requests.RequestException(f"the collector redirects to {where} with {answer.status_code}")
        if answer.ok:
            self.rejected += _rejected(answer.headers, answer.content)
        return answer


def _rejected(headers: Mapping[str, str], body: bytes) -> int:
    """How many spans an answer with 200 rejects (OTLP specification, "Partial Success")."""
    if not headers.get("content-type", "").startswith(_PROTOBUF):
        return 0
    partial = ExportTraceServiceResponse.FromString(body).partial_success
    if partial.rejected_spans > 0:
        logger.warning(
            "the collector rejected %d spans: %s", partial.rejected_spans, partial.error_message[:_LONGEST_TEXT]
        )
    return max(0, int(partial.rejected_spans))
