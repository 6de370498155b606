"""podPatch: a strategic merge patch of the pod's spec."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.chart.conftest import Object, Render


def patched(render: "Render", patch: "Object", **values: Any) -> "Object":
    return dict(render({"podPatch": patch, **values}).template["spec"])


def test_an_empty_patch_changes_nothing(render: "Render") -> None:
    assert render({"podPatch": {}}).text == render().text


def test_fields_are_added_and_replaced(render: "Render") -> None:
    spec = patched(render, {"schedulerName": "spread", "securityContext": {"fsGroup": 1000680000}})
    assert spec["schedulerName"] == "spread"
    assert spec["securityContext"]["fsGroup"] == 1000680000
    assert spec["securityContext"]["runAsNonRoot"] is True


def test_lists_are_merged_by_their_keys(render: "Render") -> None:
    before = render().template["spec"]
    spec = patched(
        render,
        {
            "containers": [
                {
                    "name": "blog",
                    "terminationMessagePolicy": "FallbackToLogsOnError",
                    "env": [{"name": "BLOG_LOG_LEVEL", "value": "debug"}, {"name": "NEW", "value": "1"}],
                    "volumeMounts": [{"mountPath": "/tmp", "$patch": "delete"}, {"mountPath": "/more", "name": "more"}],
                }
            ],
            "volumes": [{"name": "more", "emptyDir": {}}],
        },
    )
    (blog,) = spec["containers"]
    assert blog["terminationMessagePolicy"] == "FallbackToLogsOnError"
    assert len(blog["env"]) == len(before["containers"][0]["env"]) + 1
    assert {each["name"]: each.get("value") for each in blog["env"]}["BLOG_LOG_LEVEL"] == "debug"
    assert [each["mountPath"] for each in blog["volumeMounts"]] == ["/more"]
    assert [each["name"] for each in spec["volumes"]] == ["tmp", "more"]
    assert blog["securityContext"] == before["containers"][0]["securityContext"]


@pytest.mark.parametrize("tolerations", [[], [{"key": "a", "operator": "Exists"}]])
def test_other_lists_are_replaced(tolerations: "list[Object]", render: "Render") -> None:
    patch = {"tolerations": [{"key": "b", "operator": "Exists"}]}
    assert patched(render, patch, tolerations=tolerations)["tolerations"] == patch["tolerations"]


def test_a_patch_does_not_change_selectors(render: "Render") -> None:
    before, after = render().one("Deployment"), render({"podPatch": {"hostname": "x"}}).one("Deployment")
    assert before["spec"]["selector"] == after["spec"]["selector"]
    assert before["spec"]["template"]["metadata"] == after["spec"]["template"]["metadata"]
