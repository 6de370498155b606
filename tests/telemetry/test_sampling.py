"""Which requests are recorded: the ratio, parents, rate limits, and failed or slow requests outside the sample."""

import asyncio
import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ALWAYS_ON,
    Decision,
    ParentBased,
    ParentBasedTraceIdRatio,
    Sampler,
    TraceIdRatioBased,
)
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from blog.machine.token_bucket import TokenBucket
from blog.telemetry.tracing.sampler import HeadSampler, parse_traceparent, trust

if TYPE_CHECKING:
    from blog.app import Blog
    from blog.settings import Sampler as SamplerName
    from tests.telemetry.conftest import Call, Collector, RunApp

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED, UNSAMPLED = f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00"
UNTRUSTED_PEER = "203.0.113.9"
RATIO = 0.1
SDK: "dict[SamplerName, Sampler]" = {
    "always_on": ALWAYS_ON,
    "always_off": ALWAYS_OFF,
    "traceidratio": TraceIdRatioBased(RATIO),
    "parentbased_always_on": ParentBased(ALWAYS_ON),
    "parentbased_always_off": ParentBased(ALWAYS_OFF),
    "parentbased_traceidratio": ParentBasedTraceIdRatio(RATIO),
}
TRACE_IDS = st.integers(1, 2**128 - 1)


def _header(trace_id: int, flag: int = 1) -> bytes:
    return f"00-{trace_id:032x}-{SPAN}-{flag:02x}".encode()


def _sdk_records(sampler: Sampler, trace_id: int, *, parent_sampled: bool | None) -> bool:
    context = Context()
    if parent_sampled is not None:
        parent = SpanContext(trace_id, int(SPAN, 16), is_remote=True, trace_flags=TraceFlags(int(parent_sampled)))
        context = set_span_in_context(NonRecordingSpan(parent), context)
    return sampler.should_sample(context, trace_id, "GET /").decision is Decision.RECORD_AND_SAMPLE


@given(trace_id=TRACE_IDS, ratio=st.floats(0, 1), sampled=st.booleans())
def test_the_head_sampler_has_the_arithmetic_of_the_sdks_trace_id_ratio(
    trace_id: int, ratio: float, *, sampled: bool
) -> None:
    decision = HeadSampler("traceidratio", ratio, "*").decide(_header(trace_id, int(sampled)), None)
    assert decision
    assert decision.sampled is _sdk_records(TraceIdRatioBased(ratio), trace_id, parent_sampled=sampled)


@pytest.mark.parametrize("name", SDK)
@given(trace_id=TRACE_IDS, sampled=st.booleans())
def test_every_sampler_treats_a_trusted_parent_as_the_sdk_does(
    name: "SamplerName", trace_id: int, *, sampled: bool
) -> None:
    decision = HeadSampler(name, RATIO, "*").decide(_header(trace_id, int(sampled)), None)
    assert decision
    assert decision.sampled is _sdk_records(SDK[name], trace_id, parent_sampled=sampled)
    assert decision.trace_id == trace_id


@pytest.mark.parametrize("name", SDK)
def test_every_sampler_treats_a_request_without_parent_as_the_sdk_does(name: "SamplerName") -> None:
    sampler = HeadSampler(name, RATIO, "*")
    decisions = [decision for _ in range(20_000) if (decision := sampler.decide(None, None)) and decision.sampled]
    assert all(_sdk_records(SDK[name], decision.trace_id, parent_sampled=None) for decision in decisions)
    assert all(0 < decision.trace_id < 2**128 for decision in decisions)
    assert len({decision.trace_id for decision in decisions}) == len(decisions)
    share = {"always_on": 1.0, "always_off": 0.0}.get(name.removeprefix("parentbased_"), RATIO)
    sigma = (20_000 * share * (1 - share)) ** 0.5
    assert abs(len(decisions) - 20_000 * share) <= 4 * sigma


async def test_one_request_in_ten_is_received_within_four_sigma(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    requests, sigma = 4000, (4000 * 0.1 * 0.9) ** 0.5
    async with traced(traces_sampler="parentbased_traceidratio", traces_sampler_arg=0.1) as app:
        for _ in range(requests):
            await call(app, "/blog/hello")
    assert abs(len(collector.requests) - requests * 0.1) <= 4 * sigma


async def test_a_ratio_of_zero_records_no_request_and_of_one_records_each(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    for ratio in (0.0, 1.0):
        async with traced(traces_sampler="traceidratio", traces_sampler_arg=ratio) as app:
            for _ in range(300):
                await call(app, "/blog/hello")
        assert len(collector.requests) == 300 * ratio


# Parents.


@pytest.mark.parametrize("flags", ["01", "03", "ff"])
async def test_a_sampled_parent_from_a_trusted_proxy_is_honoured(
    traced: "RunApp", call: "Call", collector: "Collector", flags: str
) -> None:
    async with traced(traces_sampler="parentbased_traceidratio", traces_sampler_arg=0.0) as app:
        await call(app, "/blog/hello", headers=(("traceparent", f"00-{TRACE}-{SPAN}-{flags}"),))
    (span,) = collector.requests
    assert (span.trace_id, span.parent_id) == (TRACE, SPAN)
    assert span.span_id != SPAN


async def test_an_unsampled_parent_from_a_trusted_proxy_is_not_recorded(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    async with traced(traces_sampler="parentbased_always_on") as app:
        for _ in range(20):
            await call(app, "/blog/hello", headers=(("traceparent", UNSAMPLED),))
    assert collector.requests == []


async def test_parents_from_a_trusted_network_are_honoured_without_a_limit(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    settings = {
        "traces_sampler": "parentbased_traceidratio",
        "traces_sampler_arg": 0.0,
        "trusted_proxies": "10.0.0.0/8",
    }
    async with traced(**settings) as app:
        for _ in range(30):
            await call(app, "/blog/hello", headers=(("traceparent", SAMPLED),), peer="10.9.8.7")
    assert [span.trace_id for span in collector.requests] == [TRACE] * 30


async def test_an_untrusted_peer_can_force_only_a_few_spans(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    async with traced(traces_sampler="parentbased_traceidratio", traces_sampler_arg=0.0) as app:
        for _ in range(200):
            await call(app, "/blog/hello", headers=(("traceparent", SAMPLED),), peer=UNTRUSTED_PEER)
    assert 10 <= len(collector.requests) <= 13
    assert {span.trace_id for span in collector.requests} == {TRACE}


async def test_over_the_limit_an_untrusted_peer_gets_a_new_trace(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    async with traced(traces_sampler="parentbased_always_on") as app:
        for _ in range(60):
            await call(app, "/blog/hello", headers=(("traceparent", SAMPLED),), peer=UNTRUSTED_PEER)
    own = [span for span in collector.requests if span.trace_id != TRACE]
    assert len(collector.requests) == 60
    assert 47 <= len(own) <= 50
    assert all(span.parent_id == "" for span in own)
    assert len({span.trace_id for span in own}) == len(own)


async def test_an_untrusted_peer_that_picks_ids_which_always_pass_is_limited_too(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    lucky = f"00-{'a' * 16}{'0' * 15}1-{SPAN}-00"
    async with traced(traces_sampler="traceidratio", traces_sampler_arg=0.0001) as app:
        for _ in range(200):
            await call(app, "/blog/hello", headers=(("traceparent", lucky),), peer=UNTRUSTED_PEER)
    assert 10 <= len(collector.requests) <= 15


def test_the_token_bucket_refills_with_time_up_to_its_burst() -> None:
    now = 0.0
    bucket = TokenBucket(1.0, 10.0, clock=lambda: now)
    assert sum(bucket.take() for _ in range(50)) == 10
    now = 3.0
    assert sum(bucket.take() for _ in range(50)) == 3
    now = 1000.0
    assert sum(bucket.take() for _ in range(50)) == 10


@pytest.mark.parametrize(
    ("allowed", "peer", "trusted"),
    [
        pytest.param("127.0.0.1", "127.0.0.1", True, id="address"),
        pytest.param("10.0.0.0/8, fd00::/8", "10.1.2.3", True, id="network"),
        pytest.param("10.0.0.0/8, fd00::/8", "fd00::7", True, id="network-of-version-6"),
        pytest.param("10.0.0.0/8", "::ffff:10.1.2.3", True, id="version-4-on-a-dual-stack-socket"),
        pytest.param("10.0.0.0/8", "11.1.2.3", False, id="neighbour"),
        pytest.param("10.0.0.0/8", "", False, id="unix-socket"),
        pytest.param("*", "203.0.113.9", True, id="anyone"),
    ],
)
def test_trusted_proxies_are_recognised_by_their_address(allowed: str, peer: str, *, trusted: bool) -> None:
    assert trust(allowed)(peer) is trusted


MALFORMED = {
    "empty": "",
    "spaces": "   ",
    "nonsense": "nonsense",
    "one-field": "00",
    "short-trace-id": f"00-{TRACE[:-1]}-{SPAN}-01",
    "long-trace-id": f"00-{TRACE}0-{SPAN}-01",
    "short-span-id": f"00-{TRACE}-{SPAN[:-1]}-01",
    "long-span-id": f"00-{TRACE}-{SPAN}0-01",
    "short-flags": f"00-{TRACE}-{SPAN}-1",
    "long-flags": f"00-{TRACE}-{SPAN}-011",
    "more-fields-in-version-00": f"00-{TRACE}-{SPAN}-01-more",
    "dash-at-the-end": f"00-{TRACE}-{SPAN}-01-",
    "version-ff": f"ff-{TRACE}-{SPAN}-01",
    "short-version": f"0-{TRACE}-{SPAN}-01",
    "not-a-version": f"zz-{TRACE}-{SPAN}-01",
    "zero-trace-id": f"00-{'0' * 32}-{SPAN}-01",
    "zero-span-id": f"00-{TRACE}-{'0' * 16}-01",
    "upper-case": f"00-{TRACE.upper()}-{SPAN}-01",
    "not-hexadecimal": f"00-{'g' * 32}-{SPAN}-01",
    "not-hexadecimal-flags": f"00-{TRACE}-{SPAN}-zz",
    "underscores": f"00-{'1_' * 16}-{SPAN}-01",
    "plus-sign": f"00-+{TRACE[1:]}-{SPAN}-01",
    "no-dashes": f"00{TRACE}{SPAN}01",
    "not-ascii": f"00-{'é' * 32}-{SPAN}-01",
    "full-width-digits": f"00-{TRACE[:-2]}\xb2\xb3-{SPAN}-01",
    "line-break": f"00-{TRACE}-{SPAN}-01\n",
    "null-byte": f"00-{TRACE}-{SPAN}-0\0",
    "ten-kilobytes": "0" * 10_240,
    "ten-kilobytes-of-fields": f"01-{TRACE}-{SPAN}-01-" + "a" * 10_240,
    "ten-kilobytes-of-dashes": "-" * 10_240,
    "two-in-one": f"{SAMPLED},{SAMPLED}",
    "b3": f"{TRACE}-{SPAN}-1",
}


@pytest.mark.parametrize("value", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_traceparent_names_no_parent(value: str) -> None:
    assert parse_traceparent(value.encode("latin-1")) is None


async def test_malformed_traceparents_start_a_new_trace(traced: "RunApp", call: "Call", collector: "Collector") -> None:
    async with traced() as app:
        for value in MALFORMED.values():
            assert await call(app, "/blog/hello", headers=(("traceparent", value),)) == 200
        twice = (("traceparent", SAMPLED), ("traceparent", SAMPLED))
        assert await call(app, "/blog/hello", headers=twice) == 200
        assert await call(app, "/blog/hello", headers=(("tracestate", "a=" + "b" * 10_000),)) == 200
    assert len(collector.requests) == len(MALFORMED) + 2
    for span in collector.requests:
        assert span.parent_id == ""
        assert span.trace_id != TRACE


async def test_a_malformed_tracestate_does_not_affect_a_valid_parent(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    states = ("", ",,,", "é=1", "a=" + "b" * 10_000, "a=1," * 100, "=,=", "\0", "A=1")
    async with traced() as app:
        for state in states:
            headers = (("traceparent", SAMPLED), ("tracestate", state))
            assert await call(app, "/blog/hello", headers=headers) == 200
    assert [(span.trace_id, span.parent_id) for span in collector.requests] == [(TRACE, SPAN)] * len(states)


def test_a_later_version_may_have_more_fields() -> None:
    parent = parse_traceparent(f"01-{TRACE}-{SPAN}-01-more".encode())
    assert parent
    assert (f"{parent.trace_id:032x}", f"{parent.span_id:016x}", parent.sampled) == (TRACE, SPAN, True)


@given(st.binary(max_size=120))
def test_no_field_value_breaks_the_sampler(value: bytes) -> None:
    for name in SDK:
        HeadSampler(name, RATIO, "127.0.0.1").decide(value, UNTRUSTED_PEER)


@given(st.text(max_size=60))
def test_no_peer_breaks_the_sampler(peer: str) -> None:
    assert HeadSampler("always_on", 1.0, "127.0.0.1, ::1, 10.0.0.0/8").decide(SAMPLED.encode(), peer)


# Failures and slow requests outside the sample.


def _add_failing_and_slow_routes(app: "Blog", deliberate_error: type[Exception]) -> None:
    @app.get("/api/boom")
    async def boom() -> None:
        await asyncio.sleep(0.05)
        raise deliberate_error("on purpose")

    @app.get("/api/slow")
    async def slow() -> str:
        await asyncio.sleep(0.6)
        return "at last"


async def test_a_failure_outside_the_sample_gets_a_span_with_its_actual_start(
    traced: "RunApp", call: "Call", collector: "Collector", deliberate_error: type[Exception]
) -> None:
    async with traced(traces_sampler="parentbased_traceidratio", traces_sampler_arg=0.0) as app:
        _add_failing_and_slow_routes(app, deliberate_error)
        assert await call(app, "/api/boom?token=secret", headers=(("user-agent", "secret"),)) == 500
        assert await call(app, "/api/nowhere") == 404
    (span,) = collector.requests
    assert (span.name, span.kind, span.failed) == ("GET /api/boom", "SERVER", True)
    assert 0.045 <= span.seconds < 2
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/api/boom",
        "http.response.status_code": 500,
        "url.path": "/api/boom",
        "url.scheme": "http",
        "server.address": "127.0.0.1",
        "server.port": 8000,
        "network.protocol.version": "1.1",
        "error.type": f"{deliberate_error.__module__}.DeliberateError",
        "user_agent.synthetic.type": "bot",
    }


async def test_a_slow_request_outside_the_sample_gets_a_span_with_its_actual_start(
    traced: "RunApp", call: "Call", collector: "Collector", deliberate_error: type[Exception]
) -> None:
    async with traced(traces_sampler="parentbased_traceidratio", traces_sampler_arg=0.0) as app:
        _add_failing_and_slow_routes(app, deliberate_error)
        assert await call(app, "/api/slow") == 200
        exemplars = [
            (sample.labels["handler"], sample.exemplar.labels["span_id"])
            for family in app.metrics.registry.collect()
            for sample in family.samples
            if sample.exemplar
        ]
    (span,) = collector.requests
    assert exemplars == [("/api/slow", span.span_id)]
    assert (span.name, span.failed) == ("GET /api/slow", False)
    assert 0.59 <= span.seconds < 3


async def test_a_late_span_joins_the_trace_of_an_unsampled_parent(
    traced: "RunApp", call: "Call", collector: "Collector", deliberate_error: type[Exception]
) -> None:
    async with traced(traces_sampler="parentbased_traceidratio", traces_sampler_arg=0.0) as app:
        _add_failing_and_slow_routes(app, deliberate_error)
        await call(app, "/api/boom", headers=(("traceparent", UNSAMPLED),))
    assert [(span.trace_id, span.parent_id) for span in collector.requests] == [(TRACE, SPAN)]


async def test_late_spans_are_rate_limited(
    traced: "RunApp", call: "Call", collector: "Collector", deliberate_error: type[Exception]
) -> None:
    async with traced(traces_sampler="parentbased_traceidratio", traces_sampler_arg=0.0) as app:
        _add_failing_and_slow_routes(app, deliberate_error)
        await asyncio.gather(*(call(app, "/api/boom") for _ in range(60)))
        counts = {
            sample.name: sample.value
            for family in app.metrics.registry.collect()
            for sample in family.samples
            if sample.name.startswith("blog_spans_")
        }
    assert 20 <= len(collector.requests) <= 24
    assert counts["blog_spans_held_back_total"] == 60 - len(collector.requests)
    assert counts["blog_spans_dropped_total"] == 0


async def test_spans_that_the_collector_has_accepted_are_counted(
    traced: "RunApp", call: "Call", collector: "Collector"
) -> None:
    async with traced() as app:
        for _ in range(3):
            await call(app, "/blog/hello")
    (exported,) = (
        sample.value
        for family in app.metrics.registry.collect()
        for sample in family.samples
        if sample.name == "blog_spans_exported_total"
    )
    assert exported == len(collector.spans) > len(collector.requests) == 3


async def test_a_sampled_failure_gets_no_second_span(
    traced: "RunApp", call: "Call", collector: "Collector", deliberate_error: type[Exception]
) -> None:
    async with traced() as app:
        _add_failing_and_slow_routes(app, deliberate_error)
        await asyncio.gather(call(app, "/api/boom"), call(app, "/api/slow"))
    assert sorted(span.name for span in collector.requests) == ["GET /api/boom", "GET /api/slow"]


async def test_always_off_records_nothing(
    traced: "RunApp", call: "Call", collector: "Collector", deliberate_error: type[Exception]
) -> None:
    async with traced(traces_sampler="always_off") as app:
        _add_failing_and_slow_routes(app, deliberate_error)
        for target, parent in itertools.product(("/blog/hello", "/api/boom"), (SAMPLED, UNSAMPLED, "")):
            await call(app, target, headers=(("traceparent", parent),))
    assert collector.spans == []


async def test_without_propagators_a_parent_is_not_read(traced: "RunApp", call: "Call", collector: "Collector") -> None:
    async with traced(propagators="none") as app:
        await call(app, "/blog/hello", headers=(("traceparent", SAMPLED),))
    (span,) = collector.requests
    assert (span.parent_id, span.trace_id == TRACE) == ("", False)
