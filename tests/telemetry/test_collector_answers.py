"""What the collector answers is what is counted; its TLS files are used or refused; no variable for the SDK breaks the start."""

import json
import ssl
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from blog.settings import Compression, Settings
from blog.telemetry.tracing import Pipeline

if TYPE_CHECKING:
    from tests.conftest import Serve, Until
    from tests.telemetry.conftest import Collecting, Collector, FindTool, Mode

SPANS = 20
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def _export(settings: Settings, collector: "Collector") -> Pipeline:
    """The pipeline, after it has exported some spans in one batch."""
    pipeline = Pipeline(replace(settings, otlp_endpoint=collector.url, otlp_timeout=0.5, span_delay=60.0))
    tracer = pipeline.provider.get_tracer("test")
    for _ in range(SPANS):
        tracer.start_span("request").end()
    pipeline.shutdown()
    return pipeline


# Answers.


@pytest.mark.parametrize(
    ("mode", "lost", "said"),
    [
        pytest.param("ok", 0, "", id="accepted"),
        pytest.param("partial", 1, "the collector rejected 1 spans: one is too large", id="partial-success"),
        pytest.param("redirect", SPANS, "redirects to https://elsewhere.example/ with 307", id="redirect"),
        pytest.param("unavailable", SPANS, "Failed to export spans batch", id="503"),
    ],
)
def test_a_span_is_exported_if_the_collector_has_accepted_it(
    base_settings: Settings, collecting: "Collecting", caplog: pytest.LogCaptureFixture, mode: "Mode", lost: int, said: str
) -> None:  # fmt: skip
    with collecting(mode) as collector:
        pipeline = _export(base_settings, collector)
    assert (pipeline.exported, pipeline.dropped) == (SPANS - lost, lost)
    assert said in caplog.text


@pytest.mark.parametrize("coding", get_args(Compression))
def test_spans_are_compressed_as_the_operator_says(
    base_settings: Settings, collector: "Collector", coding: Compression
) -> None:
    pipeline = _export(replace(base_settings, otlp_compression="none", otlp_traces_compression=coding), collector)
    assert (pipeline.exported, len(collector.spans)) == (SPANS, SPANS)
    assert collector.headers[0].get("content-encoding", "none") == coding


def test_the_headers_for_spans_alone_take_precedence(base_settings: Settings, collector: "Collector") -> None:
    _export(replace(base_settings, otlp_headers=(("x-a", "1"),), otlp_traces_headers=(("x-b", "2"),)), collector)
    assert (collector.headers[0].get("x-a"), collector.headers[0]["x-b"]) == (None, "2")


# TLS.

MakeCertificate = Callable[..., Path]


@pytest.fixture
def certificate(find_tool: "FindTool", tmp_path: Path) -> MakeCertificate:
    """Makes a certificate for 127.0.0.1 that is its own authority: ``NAME.pem``, and its key in ``NAME.key``."""
    openssl = find_tool("openssl", "apt-get install openssl")

    def make(name: str, *key_options: str) -> Path:
        path = tmp_path / f"{name}.pem"
        command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2"]
        about = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
        files = ["-keyout", str(path.with_suffix(".key")), "-out", str(path), *(key_options or ("-nodes",))]
        subprocess.run([*command, *about, *files], check=True, capture_output=True)
        return path

    return make


def _tls(server: Path, client: Path | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server, server.with_suffix(".key"))
    if client:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client)
    return context


def test_the_certificate_takes_precedence_over_the_bundle_of_requests(
    base_settings: Settings, collecting: "Collecting", certificate: MakeCertificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, other = certificate("collector"), certificate("other")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    with collecting(tls=_tls(server)) as collector:
        assert _export(replace(base_settings, otlp_certificate=server), collector).exported == SPANS
        for wrong in (replace(base_settings, otlp_certificate=other), base_settings):
            assert _export(wrong, collector).dropped == SPANS
        both = replace(base_settings, otlp_certificate=other, otlp_traces_certificate=server)
        assert _export(both, collector).exported == SPANS


def test_the_blog_shows_its_certificate_to_a_collector_that_asks_for_it(
    base_settings: Settings, collecting: "Collecting", certificate: MakeCertificate
) -> None:
    server, client = certificate("collector"), certificate("blog")
    together = client.with_name("both.pem")
    together.write_bytes(client.read_bytes() + client.with_suffix(".key").read_bytes())
    known = replace(base_settings, otlp_certificate=server)
    with collecting(tls=_tls(server, client)) as collector:
        assert _export(known, collector).dropped == SPANS
        pair = replace(known, otlp_client_certificate=client, otlp_client_key=client.with_suffix(".key"))
        assert _export(pair, collector).exported == SPANS
        assert _export(replace(known, otlp_traces_client_certificate=together), collector).exported == SPANS


@pytest.mark.process
@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param({"CERTIFICATE": "nowhere.pem"}, "No such file or directory", id="missing"),
        pytest.param({"CERTIFICATE": "post.md"}, "NO_CERTIFICATE_OR_CRL_FOUND", id="no-pem"),
        pytest.param({"CLIENT_CERTIFICATE": "blog.pem"}, "PEM format", id="certificate-without-key"),
        pytest.param({"CLIENT_CERTIFICATE": "blog.pem", "CLIENT_KEY": "other.key"}, "MISMATCH", id="key-of-another"),
        pytest.param({"CLIENT_CERTIFICATE": "locked.pem", "CLIENT_KEY": "locked.key"}, "password", id="password"),
        pytest.param({"TRACES_CLIENT_KEY": "blog.key"}, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", id="key-alone"),
    ],
)
def test_a_tls_file_that_is_not_usable_is_refused_with_one_line(
    serve: "Serve", site: Path, tmp_path: Path, certificate: MakeCertificate, files: dict[str, str], said: str
) -> None:
    (tmp_path / "post.md").write_text("Not a certificate.\n", encoding="utf-8")
    certificate("blog")
    certificate("other")
    certificate("locked", "-passout", "pass:secret")
    named = {f"OTEL_EXPORTER_OTLP_{name}": str(tmp_path / file) for name, file in files.items()}
    server = serve(site, **{ENDPOINT: "https://127.0.0.1:9"}, **named)
    assert server.wait() == 2
    (line,) = server.output.splitlines()
    message = json.loads(line)["message"]
    (name, value), *_ = named.items()
    assert f"{name}={value!r} is not usable: " in message
    assert said in message


# The environment.


@pytest.mark.process
def test_variables_for_the_sdk_that_have_no_effect_are_named_in_one_line(
    serve: "Serve", site: Path, collector: "Collector"
) -> None:
    """Each would raise in the SDK, or apply to the spans of some routes only."""
    without_effect = {
        "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT": "many",
        "OTEL_BSP_EXPORT_TIMEOUT": "soon",
        "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "none_such",
        "OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_REQUEST": ".*",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_PYTHON_EXPORTER_OTLP_HTTP_CREDENTIAL_PROVIDER": "none_such",
        "OTEL_PYTHON_FASTAPI_EXCLUDED_URLS": "blog",
        "OTEL_PYTHON_ID_GENERATOR": "xray",
    }
    others = {
        "OTEL_LOGS_EXPORTER": "none",
        "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
        "OTEL_COLLECTOR_PORT": "tcp://10.0.0.1:4317",
        "OTEL_PROPAGATORS": "tracecontext,baggage,b3",
        "OTEL_SPAN_LINK_COUNT_LIMIT": "many",
    }
    variables = {ENDPOINT: collector.url, "OTEL_TRACES_SAMPLER": "always_on", **without_effect, **others}
    server = serve(site, **variables).wait_until_ready()
    for target in ("/blog/hello", "/api/posts"):
        assert server.get(target).status == 200
    server.signal()
    assert server.wait(20) == 0, server.output
    assert sorted(span.attributes["url.path"] for span in collector.requests) == ["/api/posts", "/blog/hello"]
    assert not any("header" in name for span in collector.requests for name in span.attributes)
    assert "Traceback" not in server.output
    lines = [json.loads(line) for line in server.stdout.read_text().splitlines()]
    (warning,) = (line["message"] for line in lines if line["level"] == "warning")
    assert warning == f"set, but without effect on the blog: {', '.join(sorted(without_effect))}"


@pytest.mark.process
def test_propagators_without_trace_context_are_refused_with_one_line(serve: "Serve", site: Path) -> None:
    """FastAPI imports those that the environment names, and would raise."""
    server = serve(site, OTEL_PROPAGATORS="b3")
    assert server.wait() == 2
    (line,) = server.output.splitlines()
    assert json.loads(line)["message"].startswith("OTEL_PROPAGATORS='b3' is not usable: give a list with tracecontext")


# A restart.


@pytest.mark.process
async def test_a_collector_that_is_gone_for_five_seconds_loses_no_span(
    serve: "Serve", site: Path, collecting: "Collecting", until: "Until"
) -> None:
    with collecting() as before:
        server = serve(site, **{ENDPOINT: before.url}, OTEL_TRACES_SAMPLER="always_on", BLOG_ACCESS_LOG="off")
        server.wait_until_ready()
        await until(lambda: bool(before.spans))
    sent = 0
    gone_at = time.monotonic()
    while time.monotonic() < gone_at + 5:
        assert server.get("/blog/hello").status == 200
        sent += 1
        time.sleep(0.1)  # noqa: ASYNC251 -- nothing else runs
    with collecting(port=before.port) as after:
        await until(lambda: len(after.requests) == sent, 30)
        text = server.get("/metrics").body.decode()
        server.signal()
        assert server.wait(20) == 0, server.output
    assert "blog_spans_dropped_total 0.0" in text
    assert len({span.span_id for span in after.requests}) == sent
