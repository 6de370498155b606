"""The objectives for availability and latency: their budgets burn only by what readers notice, and only when enough of them do."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog import urls
from blog.telemetry.metrics import BUCKETS
from tests.chart.promtool import RULES, TARGET, ask, firing, question, requests, rules_of, series, write_rules

if TYPE_CHECKING:
    from tests.chart.conftest import Need, Object, Render
    from tests.chart.promtool import Series

ERRORS, SLOW = "BlogErrorBudgetBurn", "BlogLatencyBudgetBurn"
WINDOWS = ("1h", "6h", "1d", "3d")
PROBES = requests("200", "0+6000x400", handler="/api/health")
BUSY = requests("200", "0+10000x400")


def errors(values: str) -> "Series":
    return requests("500", values)


def timed(total: str, fast: str, handler: str = "/blog/{slug}") -> "list[Series]":
    """All requests of a route, and those that were answered in half a second."""
    bucket = "http_request_duration_seconds_bucket"
    return [
        requests("200", total, handler),
        series(bucket, fast, le="0.5", status="200", handler=handler, **TARGET),
        series(bucket, total, le="+Inf", status="200", handler=handler, **TARGET),
    ]


def none(*minutes: int) -> dict[str, dict[int, bool]]:
    return {window: dict.fromkeys(minutes, False) for window in WINDOWS}


CASES = [
    pytest.param(ERRORS, [errors("0+600x30")], {"1h": {1: False, 5: True}}, id="everything-fails"),
    pytest.param(ERRORS, [PROBES, errors("0+2x30")], {"1h": {3: False, 12: True}}, id="the-few-readers-there-are-get-errors-among-probes"),
    pytest.param(ERRORS, [BUSY, errors("0+200x30")], {"1h": {1: False, 5: True}}, id="one-in-fifty-fails"),
    pytest.param(ERRORS, [BUSY, errors("0+100x400")], {"1h": {30: False, 300: False}, "6h": {10: False, 25: True}}, id="one-in-a-hundred-fails"),
    pytest.param(ERRORS, [BUSY, errors("0+40x400")], {"1h": {390: False}, "6h": {390: False}, "1d": {50: False, 80: True}}, id="four-in-a-thousand-fail"),
    pytest.param(ERRORS, [BUSY, errors("0+20x400")], {"6h": {390: False}, "1d": {390: False}, "3d": {150: False, 200: True}}, id="two-in-a-thousand-fail"),
    pytest.param(ERRORS, [BUSY, errors("0+8x400")], none(30, 390), id="within-the-objective"),
    pytest.param(ERRORS, [BUSY, errors("0+5000x10 50000x100")], {"1h": {8: True, 30: False}}, id="an-outage-of-ten-minutes-is-over-after-five"),
    pytest.param(ERRORS, [requests("200", "0+1x400"), errors("0x20 1 2 3 4 5 6 7x370")], none(25, 30, 390), id="seven-errors-in-a-quiet-night"),
    pytest.param(ERRORS, [BUSY, requests("503", "0+6000x400", urls.READY)], none(10, 390), id="probes-of-a-pod-that-loads-fail"),
    pytest.param(ERRORS, [BUSY, requests("404", "0+9000x400")], none(10, 390), id="half-are-404"),
    pytest.param(ERRORS, [BUSY, series("http_requests_refused_total", "0+900x30", status="503", **TARGET)], {"1h": {1: False, 5: True}}, id="connections-beyond-the-limit"),
    pytest.param(ERRORS, [BUSY, series("http_requests_refused_total", "0+9000x400", status="400", **TARGET)], none(10, 390), id="requests-that-are-not-http"),
    pytest.param(SLOW, timed("0+1000x30", "0+800x30"), {"1h": {1: False, 5: True}}, id="a-fifth-is-slow"),
    pytest.param(SLOW, timed("0+1000x400", "0+900x400"), {"1h": {390: False}, "6h": {10: False, 25: True}}, id="a-tenth-is-slow"),
    pytest.param(SLOW, timed("0+1000x400", "0+960x400"), {"6h": {390: False}, "1d": {50: False, 80: True}}, id="one-in-twenty-five-is-slow"),
    pytest.param(SLOW, timed("0+1000x400", "0+980x400"), {"1d": {390: False}, "3d": {150: False, 200: True}}, id="one-in-fifty-is-slow"),
    pytest.param(SLOW, timed("0+1000x400", "0+995x400"), none(30, 390), id="one-in-two-hundred-is-slow"),
    pytest.param(SLOW, timed("0+1x8 8x390", "0x400"), none(10, 30, 390), id="eight-slow-requests-in-all"),
    pytest.param(SLOW, timed("0+1000x400", "0x400", urls.STATIC_ROUTE), none(30, 390), id="a-slow-network-downloads-files"),
    pytest.param(SLOW, timed("0+1000x400", "0x400", urls.RELOAD_EVENTS), none(30, 390), id="an-open-event-stream"),
]  # fmt: skip


@pytest.mark.parametrize(("alert", "given_series", "expected"), CASES)
def test_a_budget_burns_only_by_what_readers_notice(
    alert: str,
    given_series: "list[Series]",
    expected: dict[str, dict[int, bool]],
    render: "Render",
    need: "Need",
    tmp_path: Path,
) -> None:
    write_rules(render, tmp_path / "rules.yaml")
    questions = [each for window, minutes in expected.items() for each in firing(alert, minutes, long=window)]
    ask(need("promtool", "apt-get install prometheus"), tmp_path, given_series, questions)


@pytest.mark.parametrize(
    ("window", "minute", "failures"), [("1h", 10, 146), ("6h", 30, 60), ("1d", 90, 30), ("3d", 200, 10)]
)
def test_a_window_fires_above_its_burn_rate(
    window: str, minute: int, failures: int, render: "Render", need: "Need", tmp_path: Path
) -> None:
    """With 10,000 other requests, one failure more is more than 14.4, 6, 3 and 1 thousandths of all."""
    write_rules(render, tmp_path / "rules.yaml")
    for number, fires in ((failures, False), (failures + 1, True)):
        given = [BUSY, errors(f"0+{number}x400")]
        ask(
            need("promtool", "apt-get install prometheus"),
            tmp_path,
            given,
            firing(ERRORS, {minute: fires}, long=window),
        )


def test_each_window_of_each_objective_has_cases_in_which_it_fires_and_does_not() -> None:
    cases = {
        (case.values[0], window, fires)
        for case in CASES
        for window, minutes in case.values[2].items()  # type: ignore[union-attr]
        for fires in minutes.values()
    }
    assert cases == {
        (alert, window, fires) for alert in (ERRORS, SLOW) for window in WINDOWS for fires in (True, False)
    }


def test_a_fast_burn_is_critical_and_a_slow_one_a_warning(render: "Render") -> None:
    burns = [rule for rule in rules_of(render) if rule.get("alert") in {ERRORS, SLOW}]
    assert [(rule["labels"]["long"], rule["labels"]["short"], rule["labels"]["severity"]) for rule in burns] == 2 * [
        ("1h", "5m", "critical"), ("6h", "30m", "critical"), ("1d", "2h", "warning"), ("3d", "6h", "warning"),
    ]  # fmt: skip


def test_a_threshold_of_latency_is_a_bound_of_the_histogram(schema: "Object") -> None:
    accepted = schema["properties"]["prometheusRule"]["properties"]["latencySeconds"]["enum"]
    assert accepted == [bound for bound in BUCKETS if bound in accepted]


@pytest.mark.parametrize(
    ("bound", "expected"), [("1", {10: True}), ("1.0", {10: True}), ("0.5", {10: False})], ids=["1", "1.0", "0.5"]
)
def test_a_whole_number_of_seconds_is_found_in_either_notation(
    bound: str, expected: dict[int, bool], render: "Render", need: "Need", tmp_path: Path
) -> None:
    write_rules(render, tmp_path / "rules.yaml", {"prometheusRule": {"enabled": True, "latencySeconds": 1}})
    fast = series("http_request_duration_seconds_bucket", "0+500x30", le=bound, handler="/", **TARGET)
    given = [requests("200", "0+1000x30", "/"), fast]
    ask(need("promtool", "apt-get install prometheus"), tmp_path, given, firing(SLOW, expected, long="1h"))


def test_the_objectives_can_be_set(render: "Render", need: "Need", tmp_path: Path) -> None:
    strict = {"prometheusRule": {**RULES["prometheusRule"], "availability": 0.9999, "badRequests": 1000}}
    write_rules(render, tmp_path / "rules.yaml", strict)
    given = [BUSY, errors("0+20x400")]
    questions = [*firing(ERRORS, {30: False}, long="1h"), *firing(ERRORS, {60: True}, long="1h")]
    ask(need("promtool", "apt-get install prometheus"), tmp_path, given, questions)


def test_two_releases_in_a_namespace_record_series_of_their_own(render: "Render", need: "Need", tmp_path: Path) -> None:
    for release in ("blog", "blog-notes"):
        write_rules(render, tmp_path / f"rules-{release}.yaml", name=release)
    notes = {**TARGET, "job": "blog-notes"}
    given = [
        requests("200", "0+60x20"),
        series("http_request_duration_seconds_count", "0+120x20", status="500", handler="/", **notes),
    ]
    recorded = "namespace_job:blog_requests:rate5m"
    labels = [f'{recorded}{{job="{job}", namespace="web"}}' for job in ("blog", "blog-notes")]
    questions = [
        question(recorded, 10, dict(zip(labels, (1, 2), strict=True))),
        *firing(ERRORS, {10: True}, job="blog-notes"),
        *firing(ERRORS, {10: False}, job="blog"),
    ]
    ask(need("promtool", "apt-get install prometheus"), tmp_path, given, questions)


@pytest.mark.parametrize(
    ("handler", "status", "expected"),
    [
        pytest.param("/blog/{slug}", "200", {"http_route": "/blog/{slug}"}, id="a-page"),
        pytest.param("/api/search", "500", {"http_route": "/api/search", "error_type": "500"}, id="an-error"),
        pytest.param("none", "404", {}, id="no-route"),
    ],
)
def test_requests_are_recorded_under_the_names_of_the_semantic_conventions(
    handler: str, status: str, expected: dict[str, str], render: "Render", need: "Need", tmp_path: Path
) -> None:
    write_rules(render, tmp_path / "rules.yaml")
    labels = {"method": "GET", "handler": handler, "status": status, "instance": "a", "le": "0.1", **TARGET}
    recorded = "http_server_request_duration_seconds_bucket"
    sample = series(
        recorded, "", http_request_method="GET", http_response_status_code=status, instance="a", le="0.1", **TARGET, **expected
    )["series"]  # fmt: skip
    given = [series("http_request_duration_seconds_bucket", "0+60x20", **labels)]
    ask(need("promtool", "apt-get install prometheus"), tmp_path, given, [question(recorded, 10, {sample: 600})])


def test_the_semantic_conventions_can_be_left_out(render: "Render") -> None:
    records = {rule.get("record") for rule in rules_of(render)}
    fewer = {
        rule.get("record")
        for rule in rules_of(render, {"prometheusRule": {"enabled": True, "semanticConventions": False}})
    }
    names = {f"http_server_request_duration_seconds_{suffix}" for suffix in ("bucket", "count", "sum")}
    assert records - fewer == names
