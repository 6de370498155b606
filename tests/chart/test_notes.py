"""The notes that Helm prints after an installation."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.chart.conftest import Render


def test_the_notes_describe_the_next_steps(render: "Render") -> None:
    notes = render().notes
    assert "kubectl --namespace web rollout status deployment/blog" in notes
    assert "helm --namespace web test blog" in notes
    assert "port-forward service/blog 8000:80" in notes
    assert "SET blog.baseUrl" in notes
    assert "cannot be reached from outside the cluster yet" in notes
    assert "0.1 of the requests, to http://alloy.monitoring.svc.cluster.local:4318" in notes


def test_the_notes_omit_steps_that_are_done(render: "Render") -> None:
    notes = render(
        {
            "blog": {"baseUrl": "https://blog.example.com"},
            "tracing": {"enabled": False},
            "helmTest": {"enabled": False},
            "cloudflared": {"enabled": True, "token": {"existingSecret": "t"}},
        }
    ).notes
    assert "SET blog.baseUrl" not in notes
    assert "cannot be reached from outside" not in notes
    assert "helm --namespace" not in notes
    assert "point the tunnel's public hostname at http://blog.web.svc:80" in notes
    assert "Traces:  off" in notes


def test_every_scenario_has_notes(
    given: Path, render: "Render", example_values: Callable[[Path], dict[str, Any]]
) -> None:
    notes = render(example_values(given)).notes
    assert "<no value>" not in notes
    assert "%!" not in notes
