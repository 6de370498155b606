"""Runtime: what the processes use, and what they serve."""

from panels import Board, Panel, Row, above
from targets import CONTAINER, RATE, SELECTED, Target, quantile, rate
from variables import CLUSTER, DEPLOYS, METRICS

_INSTANCE = "{{instance}}"
_PROCESS = Row(
    "Process",
    (
        Panel(
            title="CPU", description="Cores that a process uses. It has one event loop, so that near 1 requests wait.", unit="none", decimals=2, steps=above(0.7, 0.95), section="blogsaturated",
            targets=(Target(query=rate("process_cpu_seconds_total", "instance"), legend=_INSTANCE),),
        ),
        Panel(
            title="CPU throttling", description="The share of periods in which a CPU limit stopped the container. The chart sets no limit. From cAdvisor.", unit="percentunit", maximum=1, steps=above(0.05, 0.25), section="blogsaturated",
            targets=(
                Target(
                    query=f"sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{{{CONTAINER}}}{RATE})) / sum by (pod) (rate(container_cpu_cfs_periods_total{{{CONTAINER}}}{RATE}))",
                    legend="{{pod}}",
                ),
            ),
        ),
        Panel(
            title="Memory", description="The process' own memory, and the container's limit from kube-state-metrics.", unit="bytes", section="blogmemorynearlimit",
            targets=(
                Target(query=f"process_resident_memory_bytes{{{SELECTED}}}", legend=_INSTANCE),
                Target(query=f'max(kube_pod_container_resource_limits{{{CONTAINER},resource="memory"}})', legend="limit"),
            ),
        ),
        Panel(
            title="Event loop lag", description="How late the event loop wakes up. About 1 ms on an idle pod.", unit="s", steps=above(0.02, 0.1), section="blogsaturated",
            targets=tuple(Target(query=quantile(share, "blog_event_loop_lag_seconds_bucket", SELECTED, "instance"), legend=f"{_INSTANCE} p{round(share * 100)}") for share in (0.5, 0.99)),
        ),
        Panel(
            title="Event loop utilisation", description="The share of time in which the event loop worked.", unit="percentunit", maximum=1, steps=above(0.7, 0.9), section="blogsaturated",
            targets=(Target(query=rate("blog_event_loop_time_seconds_total", "instance", ',state="active"'), legend=_INSTANCE),),
        ),
        Panel(
            title="Garbage collections", description="Collections a second by generation. Those of generation 2 stop the process longest.", unit="none",
            targets=(Target(query=rate("python_gc_collections_total", "generation"), legend="generation {{generation}}"),),
        ),
        Panel(
            title="Open files", description="Descriptors, and how many there may be. About twenty and one for each connection.", unit="none", section="blogconnectionsnearlimit",
            targets=(
                Target(query=f"process_open_fds{{{SELECTED}}}", legend=_INSTANCE),
                Target(query=f"min(process_max_fds{{{SELECTED}}})", legend="limit"),
            ),
        ),
        Panel(
            title="Age of the process", description="Time since the process started.", unit="s", section="blogcrashloop",
            targets=(Target(query=f"time() - process_start_time_seconds{{{SELECTED}}}", legend=_INSTANCE),),
        ),
        Panel(
            title="Restarts", description="Restarts of containers in fifteen minutes. From kube-state-metrics.", unit="none", steps=above(1, 3), section="blogcrashloop",
            targets=(Target(query=f"sum by (pod) (increase(kube_pod_container_status_restarts_total{{{CONTAINER}}}[15m]))", legend="{{pod}}"),),
        ),
    ),
)  # fmt: skip
_CONNECTIONS = Row(
    "Connections",
    (
        Panel(
            title="Connections", description="Open connections, and how many there may be.", unit="none", width=12, section="blogconnectionsnearlimit",
            targets=(
                Target(query=f"blog_connections{{{SELECTED}}}", legend=_INSTANCE),
                Target(query=f"min(blog_connections_limit{{{SELECTED}}})", legend="limit"),
            ),
        ),
        Panel(
            title="Refused requests", description="Requests a second that broke HTTP or a limit, by status. 503 is the limit of connections, 408 a client that is too slow.", unit="reqps", width=12, section="a-crawler-or-an-attack",
            targets=(Target(query=rate("http_requests_refused_total", "status"), legend="{{status}}"),),
        ),
    ),
)  # fmt: skip
_EDITION = Row(
    "Content",
    (
        Panel(
            title="Editions", description="Pods by the edition that they serve. One line when all serve the same.", unit="none", section="blogeditiondiffers",
            targets=(Target(query=f"count by (digest) (blog_edition_info{{{SELECTED}}})", legend="{{digest}}"),),
        ),
        Panel(
            title="Age of the edition", description="Time since the served edition was built. Pods that serve the same content may have built it at different times.", unit="s", section="blogeditiondiffers",
            targets=(Target(query=f"time() - blog_edition_timestamp_seconds{{{SELECTED}}}", legend=_INSTANCE),),
        ),
        Panel(
            title="Time of a build", description="What the served edition took to build. Well below a second from a cache.", unit="s", section="blognobodyready",
            targets=(Target(query=f"blog_content_load_seconds{{{SELECTED}}}", legend=_INSTANCE),),
        ),
        Panel(
            title="Faults on disk", description="Faults that keep the content on disk from being served. The log names them.", unit="none", steps=above(1), section="blogrebuildrefused", board="logs-traces",
            targets=(Target(query=f"blog_content_faults{{{SELECTED}}}", legend=_INSTANCE),),
        ),
        Panel(
            title="Refused rebuilds", description="Attempts to serve changed content that were refused, in five minutes.", unit="none", steps=above(1), section="blogrebuildrefused",
            targets=(Target(query=f"sum by (instance) (increase(blog_content_failures_total{{{SELECTED}}}[5m]))", legend=_INSTANCE),),
        ),
        Panel(
            title="Warnings", description="Faults of the served content that do not keep it from being served. `blog check` lists them.", unit="none", steps=above(1),
            targets=(Target(query=f"max(blog_content_warnings{{{SELECTED}}})", legend="warnings"),),
        ),
    ),
)  # fmt: skip
_SCRAPES = Row(
    "Scrapes",
    (
        Panel(
            title="Samples of a scrape", description="Beyond serviceMonitor.sampleLimit Prometheus drops a scrape as a whole.", unit="none", width=12, section="blogscrapenearlimit",
            targets=(Target(query=f"scrape_samples_post_metric_relabeling{{{SELECTED}}}", legend=_INSTANCE),),
        ),
        Panel(
            title="Time of a scrape", description="What a scrape takes.", unit="s", width=12, steps=above(1, 5), section="blogtargetdown",
            targets=(Target(query=f"scrape_duration_seconds{{{SELECTED}}}", legend=_INSTANCE),),
        ),
    ),
)  # fmt: skip
BOARD = Board(
    name="runtime", title="Runtime", description="What the processes use, and what they serve.",
    variables=(*METRICS, *CLUSTER), annotations=DEPLOYS, rows=(_PROCESS, _CONNECTIONS, _EDITION, _SCRAPES),
)  # fmt: skip
