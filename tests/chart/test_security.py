"""Every pod of every scenario meets Pod Security "restricted"."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.chart.conftest import Object, Release, Render

SAFE_VOLUMES = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
}  # fmt: skip
# The containers of the chart; the chart does not set the resources of extraContainers.
OURS = {"blog", "cloudflared", "visit"}


@pytest.fixture
def release(given: Path, render: "Render", example_values: Callable[[Path], dict[str, Any]]) -> "Release":
    return render(example_values(given))


def containers(release: "Release") -> "list[Object]":
    return [each for pod in release.pods.values() for each in [*pod["containers"], *pod.get("initContainers", [])]]


def test_the_release_has_pods(release: "Release") -> None:
    assert release.pods


def test_no_pod_uses_namespaces_ports_or_folders_of_the_node(release: "Release") -> None:
    for pod in release.pods.values():
        assert not {"hostNetwork", "hostPID", "hostIPC", "hostUsers"} & set(pod)
        assert {kind for volume in pod.get("volumes", []) for kind in set(volume) - {"name"}} <= SAFE_VOLUMES
    assert not [port for each in containers(release) for port in each.get("ports", []) if "hostPort" in port]


def test_every_pod_runs_as_a_numeric_user_other_than_root_or_as_one_that_openshift_assigns(
    release: "Release", given: Path, example_values: Callable[[Path], dict[str, Any]]
) -> None:
    assigned = example_values(given).get("compatibility", {}).get("openshift", False)
    for pod in release.pods.values():
        context = pod["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context.get("runAsUser") == context.get("runAsGroup") == (None if assigned else 65532)
        assert ("fsGroup" in context) is not assigned
        assert "sysctls" not in context
    users = {each["securityContext"].get("runAsUser") for each in containers(release)}
    # git-sync's own user, for ssh.
    assert users <= ({None} if assigned else {None, 65533})


def test_every_container_drops_all_privileges(release: "Release") -> None:
    for each in containers(release):
        context = each["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert context["readOnlyRootFilesystem"] is True
        assert context["runAsNonRoot"] is True
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"privileged", "procMount", "seLinuxOptions", "windowsOptions"} & set(context)


def test_every_pod_has_a_seccomp_profile(release: "Release") -> None:
    for pod in release.pods.values():
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}


def test_no_pod_has_a_token_for_the_api_server(release: "Release") -> None:
    for pod in release.pods.values():
        assert pod["automountServiceAccountToken"] is False
    for account in release.all("ServiceAccount"):
        assert account["automountServiceAccountToken"] is False


def test_service_links_are_disabled(release: "Release") -> None:
    """For a Service called blog, Kubernetes would set BLOG_PORT=tcp://…."""
    for pod in release.pods.values():
        assert pod["enableServiceLinks"] is False


def test_every_container_has_a_memory_limit_and_none_has_a_cpu_limit(release: "Release", given: Path) -> None:
    for each in containers(release):
        if each["name"] in OURS and given.stem != "minimal":
            assert "memory" in each["resources"]["limits"]
            assert "cpu" not in each["resources"]["limits"]
            assert {"cpu", "memory"} <= set(each["resources"]["requests"])


def test_the_only_writable_folder_is_tmp(render: "Render") -> None:
    release = render()
    (mount,) = release.blog["volumeMounts"]
    assert mount == {"name": "tmp", "mountPath": "/tmp"}
    (volume,) = release.template["spec"]["volumes"]
    assert volume == {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}


def test_the_chart_creates_no_role_and_no_secret(release: "Release") -> None:
    assert not {found["kind"] for found in release.objects} & {
        "Role",
        "ClusterRole",
        "RoleBinding",
        "ClusterRoleBinding",
        "Secret",
    }
