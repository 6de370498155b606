"""`make cluster` without an API server: what it says if programs are missing, and how it compares objects."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.ci.conftest import Script, StandIn

CLUSTER = Path(__file__).parents[2] / ".ci" / "cluster"


@pytest.fixture(scope="module")
def fields() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ci_cluster_fields", CLUSTER / "fields.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_the_programs_it_says_what_is_missing_and_how_to_get_it(script: "Script", tmp_path: Path) -> None:
    done = script(sys.executable, CLUSTER, KUBE_ASSETS=str(tmp_path / "nothing"), PATH="/nothing")
    assert done.returncode == 2
    missing, *how = done.stderr.splitlines()
    assert missing.startswith("missing: etcd, kube-apiserver, kube-controller-manager, ")
    assert "make cluster-assets" in "\n".join(how)


def test_programs_without_definitions_of_custom_resources_are_not_enough(
    script: "Script", stand_in: "StandIn", tmp_path: Path
) -> None:
    for name in ("etcd", "kube-apiserver", "kube-controller-manager"):
        stand_in(name, "")
    done = script(sys.executable, CLUSTER, KUBE_ASSETS=str(tmp_path))
    assert (done.returncode, done.stderr.partition("\n")[0]) == (2, f"missing: {tmp_path}/crds.")


@pytest.mark.parametrize(
    ("wanted", "actual", "found"),
    [
        pytest.param({"a": 1}, {"a": 1, "b": 2}, [], id="default-of-the-server"),
        pytest.param({"a": {"b": 1}}, {"a": {}}, ["/a/b: 1 became None"], id="dropped"),
        pytest.param({"a": [1, 2]}, {"a": [1]}, ["/a: [1, 2] became [1]"], id="shorter-list"),
        pytest.param({"a": [{"b": "1000m"}]}, {"a": [{"b": "1"}]}, ["/a/0/b: '1000m' became '1'"], id="rewritten"),
        pytest.param({"a": {}, "b": None, "c": []}, {}, [], id="empty"),
    ],
)
def test_a_field_that_the_server_did_not_keep_is_found(
    fields: ModuleType, wanted: object, actual: object, found: list[str]
) -> None:
    assert fields.differences(wanted, actual) == found


def managed_by(manager: str, owned: dict[str, Any], subresource: str = "") -> dict[str, Any]:
    return {"manager": manager, "fieldsV1": owned, "subresource": subresource}


@pytest.mark.parametrize(
    ("other", "found"),
    [
        pytest.param(managed_by("scaler", {"f:spec": {"f:replicas": {}}}), ["f:spec/f:replicas of scaler"], id="same"),
        pytest.param(managed_by("scaler", {"f:spec": {"f:paused": {}}}), [], id="another"),
        pytest.param(managed_by("scaler", {"f:spec": {".": {}}}), [], id="the-map-itself"),
        pytest.param(managed_by("controller", {"f:spec": {"f:replicas": {}}}, "status"), [], id="status"),
    ],
)
def test_a_field_with_two_managers_is_found(fields: ModuleType, other: dict[str, Any], found: list[str]) -> None:
    helm = managed_by("helm", {"f:spec": {".": {}, "f:replicas": {}, "f:selector": {}}})
    assert fields.contested({"metadata": {"managedFields": [helm, other]}}, "helm") == found
