"""The environment at the start of the process. Importing this module removes OpenTelemetry's variables from os.environ.

Settings read those that the service honours. FastAPI and the SDK would read some thirty more, a few of them when they are imported, and raise for wrong
values; half of them would apply to the spans of dynamic routes and not to those of pages. So this module is imported before these.
"""

import os
from collections.abc import Mapping

PREFIX = "OTEL_"
ENVIRONMENT: Mapping[str, str] = dict(os.environ)

for _name in ENVIRONMENT:
    if _name.startswith(PREFIX):
        del os.environ[_name]
# The instrumentation reads this on its first use, and then uses the stable HTTP conventions.
os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "http"
# The default adds baggage, which nothing here uses. The sampler honours `none`.
os.environ["OTEL_PROPAGATORS"] = "tracecontext"
