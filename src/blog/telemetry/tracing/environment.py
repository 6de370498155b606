"""Names the variables of OpenTelemetry that the service does not honour."""

import logging
from collections.abc import Mapping

from opentelemetry import environment_variables as of_api
from opentelemetry.sdk import environment_variables as of_sdk

from blog.settings import VARIABLES
from blog.settings.environment import ENVIRONMENT, PREFIX

# Those that say that something is not wanted, which the service does not have.
_OFF = frozenset({"", "none", "false"})
# Those of the SDK's plugins and of instrumentations. Other names may be Kubernetes' variables for a Service called otel-collector.
_FAMILIES = ("OTEL_PYTHON_", "OTEL_INSTRUMENTATION_")
# No span has links.
_KEPT = frozenset({of_sdk.OTEL_SPAN_LINK_COUNT_LIMIT, of_sdk.OTEL_LINK_ATTRIBUTE_COUNT_LIMIT})

logger = logging.getLogger(__name__)


def ignored(environ: Mapping[str, str]) -> list[str]:
    """The variables of OpenTelemetry that are set and have no effect here.

    >>> ignored({"OTEL_SERVICE_NAME": "a", "OTEL_METRICS_EXPORTER": "otlp", "OTEL_LOGS_EXPORTER": "none", "OTEL_POD_IP": "10.0.0.1"})
    ['OTEL_METRICS_EXPORTER']
    """
    values = {*map(str, vars(of_api).values()), *map(str, vars(of_sdk).values())}
    known = {value for value in values if value.startswith(PREFIX)} | {
        name for name in environ if name.startswith(_FAMILIES)
    }
    names = known - set(VARIABLES) - _KEPT
    return sorted(name for name in names if environ.get(name, "").lower() not in _OFF)


def warn_of_ignored() -> None:
    """Log the variables that were set and have no effect, in one line."""
    if _IGNORED:
        logger.warning("set, but without effect on the blog: %s", ", ".join(_IGNORED))


_IGNORED = ignored(ENVIRONMENT)
