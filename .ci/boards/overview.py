"""Overview: do readers get pages, how fast, and what limits them."""

from panels import Board, Panel, Row, above, below
from targets import (
    BUCKET,
    CONTAINER,
    COUNT,
    RANGE,
    RATE,
    READERS,
    SELECTED,
    TIMED,
    Target,
    all_requests,
    failed_requests,
    quantile,
    rate,
)  # fmt: skip
from variables import CLUSTER, DEPLOYS, METRICS, OBJECTIVE

_HPA = 'namespace=~"$namespace",horizontalpodautoscaler="$release"'
_DEPLOYMENT = 'namespace=~"$namespace",deployment="$release"'


def _ratio(window: str) -> str:
    return f"{failed_requests(window)} / {all_requests(window)}"


_OBJECTIVES = Row(
    "Objectives",
    (
        Panel(
            title="Availability", description="The share of readers' requests in the range of the board that were not answered with 5xx, nor refused for too many connections.",
            kind="stat", unit="percentunit", decimals=3, width=4, height=5, maximum=1, steps=below(0.99, 0.999), section="blogerrorbudgetburn",
            targets=(Target(query=f"1 - {_ratio(RANGE)}", instant=True),),
        ),
        Panel(
            title="Error budget left", description="What is left of the errors that the objective for availability allows in the range of the board. Set the range to 30 days for the budget of a month; below 0 the objective is missed.",
            kind="stat", unit="percentunit", decimals=1, width=4, height=5, steps=below(0.1, 0.5), section="blogerrorbudgetburn",
            targets=(Target(query=f"1 - {_ratio(RANGE)} / (1 - $availability)", instant=True),),
        ),
        Panel(
            title="Burn rate", description="How many times as fast as the objective allows the error budget is used up. Alerts begin at 14.4 for one hour and at 6 for six hours.",
            unit="none", width=8, height=5, steps=above(6, 14.4), section="blogerrorbudgetburn",
            targets=(
                Target(query=f"{_ratio('[1h]')} / (1 - $availability)", legend="1 hour"),
                Target(query=f"{_ratio('[6h]')} / (1 - $availability)", legend="6 hours"),
            ),
        ),
        Panel(
            title="Fast enough", description="The share of readers' requests, without files, that took at most half a second. The objective is 99 %.",
            kind="stat", unit="percentunit", decimals=2, width=4, height=5, maximum=1, steps=below(0.95, 0.99), section="bloglatencybudgetburn",
            targets=(Target(query=f'sum(increase({BUCKET}{{{TIMED},le="0.5"}}{RANGE})) / sum(increase({COUNT}{{{TIMED}}}{RANGE}))', instant=True),),
        ),
        Panel(
            title="Alerts that fire", description="How many alerts of the blog fire now. They need the rules of the chart (prometheusRule.enabled).",
            kind="stat", unit="none", width=4, height=5, steps=above(1), section="alerts",
            targets=(Target(query='count(ALERTS{namespace=~"$namespace",alertname=~"Blog.+",alertstate="firing"}) or vector(0)', instant=True),),
        ),
    ),
)  # fmt: skip
_REQUESTS = Row(
    "Requests of readers",
    (
        Panel(
            title="Requests", description="Requests a second by status. Probes, scrapes, beacons and open event streams are not among them.",
            unit="reqps", section="metrics-are-fine-and-readers-complain", board="readers",
            targets=(Target(query=f"sum by (status) (rate({COUNT}{{{READERS}}}{RATE}))", legend="{{status}}", exemplars=True),),
        ),
        Panel(
            title="Errors by route", description="Answers with 5xx a second. Each left a log line, and a span unless there were too many at once.",
            unit="reqps", steps=above(0.1), section="blogerrorbudgetburn", board="logs-traces",
            targets=(Target(query=f'sum by (handler, status) (rate({COUNT}{{{READERS},status=~"5.."}}{RATE}))', legend="{{handler}} {{status}}"),),
        ),
        Panel(
            title="Errors and missing pages", description="The shares of answers with 5xx and with 404. Many 404 without a route are a scanner; with a route they are broken links.",
            unit="percentunit", steps=above(0.01, 0.05), section="a-crawler-or-an-attack",
            targets=(
                Target(query=f'sum(rate({COUNT}{{{READERS},status=~"5.."}}{RATE})) / sum(rate({COUNT}{{{READERS}}}{RATE}))', legend="5xx"),
                Target(query=f'sum(rate({COUNT}{{{READERS},status="404"}}{RATE})) / sum(rate({COUNT}{{{READERS}}}{RATE}))', legend="404"),
            ),
        ),
        Panel(
            title="Time to answer", description="How many requests took how long. A point is an exemplar: it opens the trace of that request in Tempo, where the data source of Prometheus says so (exemplarTraceIdDestinations).",
            kind="heatmap", unit="s", width=12, height=9, section="bloglatencybudgetburn", board="logs-traces",
            targets=(Target(query=f"sum by (le) (increase({BUCKET}{{{TIMED}}}{RATE}))", legend="{{le}}", format="heatmap", exemplars=True),),
        ),
        Panel(
            title="Latency", description="Quantiles of the time from a request on the socket to the end of its answer, without files. What the proxy and the network take is not in it.",
            unit="s", width=12, height=9, steps=above(0.1, 0.5), section="bloglatencybudgetburn", board="logs-traces",
            targets=tuple(Target(query=quantile(share, BUCKET, TIMED), legend=f"p{round(share * 100)}", exemplars=True) for share in (0.5, 0.95, 0.99)),
        ),
        Panel(
            title="Busiest routes", description="Requests a second of the ten routes with most requests in the range of the board.",
            kind="bargauge", unit="reqps", width=12, section="a-crawler-or-an-attack",
            targets=(Target(query=f"topk(10, sum by (handler) (rate({COUNT}{{{READERS}}}{RANGE})))", legend="{{handler}}", instant=True),),
        ),
        Panel(
            title="p95 by route", description="The time that 95 of 100 requests of a route took at most. Search and the API compute; pages are prepared.",
            unit="s", width=12, steps=above(0.1, 0.5), section="bloglatencybudgetburn", board="logs-traces",
            targets=(Target(query=quantile(0.95, BUCKET, TIMED, "handler"), legend="{{handler}}"),),
        ),
    ),
)  # fmt: skip
_SATURATION = Row(
    "Saturation",
    (
        Panel(
            title="Event loop lag", description="How late the event loop wakes up (p99). Requests wait that long before they are read. About 1 ms on an idle pod.",
            unit="s", width=6, steps=above(0.02, 0.1), section="blogsaturated", board="runtime",
            targets=(Target(query=quantile(0.99, "blog_event_loop_lag_seconds_bucket", SELECTED, "instance"), legend="{{instance}}"),),
        ),
        Panel(
            title="Event loop utilisation", description="The share of time in which the event loop worked. Near 1 the process has more to do than it can.",
            unit="percentunit", width=6, maximum=1, steps=above(0.7, 0.9), section="blogsaturated", board="runtime",
            targets=(Target(query=rate("blog_event_loop_time_seconds_total", "instance", ',state="active"'), legend="{{instance}}"),),
        ),
        Panel(
            title="Connections in use", description="Open connections as a share of the limit. At the limit new ones get 503 unless one is idle.",
            unit="percentunit", width=6, maximum=1, steps=above(0.5, 0.8), section="blogconnectionsnearlimit", board="runtime",
            targets=(Target(query=f"blog_connections{{{SELECTED}}} / blog_connections_limit{{{SELECTED}}}", legend="{{instance}}"),),
        ),
        Panel(
            title="Memory of the limit", description="The working set of a container as a share of its memory limit. At the limit the kernel kills the process. From cAdvisor and kube-state-metrics.",
            unit="percentunit", width=6, maximum=1, steps=above(0.75, 0.9), section="blogmemorynearlimit", board="runtime",
            targets=(
                Target(
                    query=f'max by (pod) (container_memory_working_set_bytes{{{CONTAINER}}}) / on (pod) max by (pod) (kube_pod_container_resource_limits{{{CONTAINER},resource="memory"}})',
                    legend="{{pod}}",
                ),
            ),
        ),
    ),
)  # fmt: skip
_PODS = Row(
    "Pods",
    (
        Panel(
            title="Pods by state", description="Pods that are ready, load their content or drain. Prometheus scrapes all of them.",
            unit="none", width=6, section="blognobodyready",
            targets=(Target(query=f"sum by (state) (blog_ready{{{SELECTED}}})", legend="{{state}}"),),
        ),
        Panel(
            title="Pods and their maximum", description="Pods of the Deployment, and what the autoscaler may ask for. From kube-state-metrics.",
            unit="none", width=6, section="blogautoscaleratmaximum",
            targets=(
                Target(query=f"max(kube_deployment_status_replicas_available{{{_DEPLOYMENT}}})", legend="available"),
                Target(query=f"max(kube_deployment_spec_replicas{{{_DEPLOYMENT}}})", legend="wanted"),
                Target(query=f"max(kube_horizontalpodautoscaler_spec_max_replicas{{{_HPA}}})", legend="maximum"),
            ),
        ),
        Panel(
            title="Restarts", description="Restarts of containers. From kube-state-metrics.",
            unit="none", width=6, steps=above(1, 3), section="blogcrashloop", board="runtime",
            targets=(Target(query=f"sum by (pod) (increase(kube_pod_container_status_restarts_total{{{CONTAINER}}}[15m]))", legend="{{pod}}"),),
        ),
        Panel(
            title="Versions", description="What runs, and on how many pods. Two versions are a rollout; purple lines mark where one began.",
            kind="stat", unit="none", width=3, section="blogrolloutstuck", options={"textMode": "value_and_name"},
            targets=(Target(query=f"count by (version, revision) (blog_build_info{{{SELECTED}}})", legend="{{version}} {{revision}}", instant=True),),
        ),
        Panel(
            title="Editions", description="How many editions the pods serve. More than one for long means that a pod is behind.",
            kind="stat", unit="none", width=3, steps=above(2), section="blogeditiondiffers", board="runtime",
            targets=(Target(query=f"count(count by (digest) (blog_edition_info{{{SELECTED}}}))", instant=True),),
        ),
    ),
)  # fmt: skip
BOARD = Board(
    name="overview", title="Overview", description="Whether readers get pages, how fast, and what limits them.",
    variables=(*METRICS, *CLUSTER, *OBJECTIVE), annotations=DEPLOYS, rows=(_OBJECTIVES, _REQUESTS, _SATURATION, _PODS),
)  # fmt: skip
