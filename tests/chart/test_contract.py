"""Paths, ports and metrics in the chart are those of the service, from its source and its running registry."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blog import __main__ as command_line
from blog import urls
from blog.settings import Settings
from blog.telemetry.tracing import pipeline
from tests.chart.boards import FOREIGN, OF_PROMETHEUS, OPERATIONS
from tests.chart.promtool import rules_of

if TYPE_CHECKING:
    from tests.chart.conftest import Render

CHART = Path(__file__).parents[2] / "chart"
TEMPLATES = "\n".join(path.read_text(encoding="utf-8") for path in (CHART / "templates").rglob("*.*"))


def test_the_probes_use_the_paths_of_the_service(render: "Render") -> None:
    blog = render().blog
    probes = {
        probe: (blog[probe]["httpGet"]["path"], blog[probe]["httpGet"]["port"])
        for probe in blog
        if probe.endswith("Probe")
    }
    assert probes == {
        "startupProbe": (urls.HEALTH, "http"),
        "livenessProbe": (urls.HEALTH, "http"),
        "readinessProbe": (urls.READY, "http"),
    }


def test_the_service_monitor_scrapes_the_path_and_port_of_the_metrics(render: "Render") -> None:
    release = render({"serviceMonitor": {"enabled": True}})
    (endpoint,) = release.one("ServiceMonitor")["spec"]["endpoints"]
    assert endpoint["path"] == urls.METRICS
    assert endpoint["port"] in {port["name"] for port in release.one("Service")["spec"]["ports"]}


def test_the_ports_of_the_pod_are_those_that_the_service_listens_on(render: "Render") -> None:
    release = render({"blog": {"port": 8111, "metricsPort": 9111}})
    environment = release.environment
    ports = {port["name"]: port["containerPort"] for port in release.blog["ports"]}
    assert ports == {"http": int(environment["BLOG_PORT"]), "metrics": int(environment["BLOG_METRICS_PORT"])}
    targets = {port["name"]: port["targetPort"] for port in release.one("Service")["spec"]["ports"]}
    assert targets == {"http": "http", "metrics": "metrics"}
    allowed = [port["port"] for rule in release.one("NetworkPolicy")["spec"]["ingress"] for port in rule["ports"]]
    assert allowed == [8111, 9111]


def test_the_site_listens_on_its_own_port_by_default(render: "Render") -> None:
    assert render().environment["BLOG_PORT"] == str(Settings().port)


def test_the_grace_period_is_long_enough_for_the_shutdown_after_the_drain(defaults: dict[str, Any]) -> None:
    after = command_line._SLOWEST_CLIENT_SECONDS + pipeline.FLUSH_SECONDS + 1  # noqa: SLF001 -- what the chart adds up
    assert after <= 13
    assert defaults["blog"]["drainSeconds"] + 13 <= defaults["terminationGracePeriodSeconds"]


def test_every_metric_in_the_rules_exists(families: set[str], render: "Render") -> None:
    rules = rules_of(render, {"prometheusRule": {"enabled": True}, "serviceMonitor": {"enabled": True}})
    used = {name for rule in rules for name in re.findall(r"([a-zA-Z_:]+[\w:]*)\{", rule["expr"])}
    assert len(used) > 25
    assert used - families - FOREIGN - OF_PROMETHEUS - {rule["record"] for rule in rules if "record" in rule} == set()


def test_every_path_in_the_helm_test_exists() -> None:
    visit = (CHART / "files" / "visit.py").read_text(encoding="utf-8")
    assert set(re.findall(r'\bget\("([^"]+)"', visit)) == {urls.READY, urls.API_POSTS, urls.RSS}


def test_every_alert_links_to_a_heading_of_the_runbook(render: "Render") -> None:
    settings = {"prometheusRule": {"enabled": True}, "serviceMonitor": {"enabled": True}}
    headings = {heading.lower() for heading in re.findall(r"^#+ (\w+)$", OPERATIONS, re.MULTILINE)}
    alerts = [rule for rule in rules_of(render, settings) if "alert" in rule]
    assert alerts
    for rule in alerts:
        page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        assert page.endswith("docs/operations.md")
        assert anchor == rule["alert"].lower()
        assert anchor in headings


def test_every_alert_has_a_section_with_what_readers_notice_and_the_steps(render: "Render") -> None:
    settings = {"prometheusRule": {"enabled": True}, "serviceMonitor": {"enabled": True}}
    alerts = {rule["alert"]: rule["labels"]["severity"] for rule in rules_of(render, settings) if "alert" in rule}
    sections = dict(re.findall(r"^### (Blog\w+)$\n(.*?)(?=^##|\Z)", OPERATIONS, re.MULTILINE | re.DOTALL))
    assert set(sections) == set(alerts)
    for alert, section in sections.items():
        assert section.lstrip().startswith("Readers"), alert
        assert re.search(rf"^\| \[{alert}\]\(#{alert.lower()}\) \|.*{alerts[alert]}", OPERATIONS, re.MULTILINE), alert
        steps = re.findall(r"^- \*\*(Confirm|Do|Over)\*\*", section, re.MULTILINE)
        assert (steps[0], steps[-1]) == ("Confirm", "Over"), alert
        assert "Do" in steps, alert
