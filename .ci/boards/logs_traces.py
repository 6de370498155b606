"""Logs and traces: the lines and spans behind the numbers of the other boards."""

from panels import Board, Panel, Row, above
from targets import LOGS as LINES
from targets import LOKI, TEMPO, Target, rate
from variables import DEPLOYS, LOGS, METRICS, TRACES

_SECTION = "logs-traces-and-boards"
_PARSED = f'{LINES} | json | __error__=""'
_LOGS = Row(
    "Log lines",
    (
        Panel(
            title="Lines by level", description="Log lines by level. Each request is a line at info, unless it is a probe.",
            unit="none", width=12, section=_SECTION,
            targets=(Target(kind=LOKI, query=f"sum by (level) (count_over_time({_PARSED} [$__auto]))", legend="{{level}}"),),
        ),
        Panel(
            title="Requests by status", description="Requests by status, as the log has them. A line has the path, which no metric has.",
            unit="none", width=12, section=_SECTION,
            targets=(Target(kind=LOKI, query=f'sum by (status) (count_over_time({_PARSED} | logger="blog.access" [$__auto]))', legend="{{status}}"),),
        ),
        Panel(
            title="Warnings and errors", description="Lines at warning and error. A line of a request that failed has the traceback, and a trace id that leads to its trace.",
            kind="logs", width=24, height=12, section=_SECTION,
            targets=(Target(kind=LOKI, query=f'{_PARSED} | level=~"warning|error|critical"'),),
        ),
        Panel(
            title="Slow requests", description="Requests that took longer than half a second.",
            kind="logs", width=24, height=9, section="bloglatencybudgetburn",
            targets=(Target(kind=LOKI, query=f'{_PARSED} | duration_ms > 500 | line_format "{{{{.method}}}} {{{{.path}}}} {{{{.status}}}} {{{{.duration_ms}}}} ms"'),),
        ),
    ),
)  # fmt: skip
_TRACES = Row(
    "Traces",
    (
        Panel(
            title="Failed requests", description="Traces whose request ended with 5xx. They are kept even when they were not sampled, up to one a second.",
            kind="table", width=12, height=9, section="blogerrorbudgetburn", none="no traces",
            targets=(Target(kind=TEMPO, query='{resource.service.name="$service" && kind=server && status=error}'),),
        ),
        Panel(
            title="Slow traces", description="Traces whose request took longer than half a second. They are kept even when they were not sampled, up to one a second.",
            kind="table", width=12, height=9, section="bloglatencybudgetburn", none="no traces",
            targets=(Target(kind=TEMPO, query='{resource.service.name="$service" && kind=server && duration>500ms}'),),
        ),
        Panel(
            title="Builds", description="Traces of builds: what loading, parsing, rendering and compressing took.",
            kind="table", width=12, height=9, section="blognobodyready", none="no traces",
            targets=(Target(kind=TEMPO, query='{resource.service.name="$service" && name="blog build"}'),),
        ),
        Panel(
            title="Spans", description="Spans a second: those that the collector took, those that did not reach it, and those of failed or slow requests that were too many to record.",
            unit="none", width=12, height=9, decimals=2, section="blogspanslost", steps=above(1),
            targets=(
                Target(query=rate("blog_spans_exported_total"), legend="exported"),
                Target(query=rate("blog_spans_dropped_total"), legend="lost"),
                Target(query=rate("blog_spans_held_back_total"), legend="held back"),
            ),
        ),
    ),
)  # fmt: skip
BOARD = Board(
    name="logs-traces", title="Logs and traces", description="The lines and spans behind the numbers of the other boards.",
    variables=(*METRICS, *LOGS, *TRACES), annotations=DEPLOYS, rows=(_LOGS, _TRACES),
)  # fmt: skip
