"""The life of a release with the values of a scenario: install, upgrade, test, rollback and uninstall, with checks after each step."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import helm_python as helm
import yaml
from api import Api
from control_plane import ROOT
from fields import contested, differences, managed

Object = dict[str, Any]
CHART = ROOT / "chart"
NAME = "blog"
TIMEOUT = 90
# Controllers need a moment to do what they have to.
SECONDS = 30.0
RESTRICTED = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "latest",
}
STATE = {"managedFields", "resourceVersion"}
# Helm annotates every object with its release.
OWN = ("f:metadata", "f:annotations", "f:meta.helm.sh/release-name")


@dataclass(slots=True)
class Scenario:
    """A release with the values of a scenario, and the problems that were found."""

    api: Api
    release: helm.Config
    namespace: str
    values: Mapping[str, Any]
    objects: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    @classmethod
    def run(cls, api: Api, kubeconfig: str, path: Path) -> Self:
        """Go through all steps with the values of a file."""
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        namespace = f"test-{path.stem}"
        with helm.Config(kubeconfig_content=kubeconfig, namespace=namespace, qps=500, burst_limit=1000) as release:
            outcome, began = cls(api, release, namespace, values), time.monotonic()
            outcome._go()
            outcome.seconds = time.monotonic() - began
        return outcome

    def _go(self) -> None:
        wanted = self._prepare(self.values) + self._prepare({})
        namespaces = sorted({self.namespace, *(each["metadata"]["namespace"] for each in wanted)})
        before = {name: set(self._settled(name)) for name in namespaces}
        with self.step("install"):
            self.release.install(CHART, NAME, self.values, timeout=TIMEOUT, wait="watcher")
            self.objects = len(self._manifest())
            self._verify()
        with self.step("upgrade with the same values"):
            self._upgrade_in_place()
        with self.step("helm test"):
            self.release.test(NAME, timeout=TIMEOUT)
        with self.step("upgrade to the defaults"):
            self.release.upgrade(CHART, NAME, {}, reset_values=True, timeout=TIMEOUT, wait="watcher")
            self._verify()
        with self.step("rollback"):
            self.release.rollback(NAME, version=1, timeout=TIMEOUT, wait="watcher")
            self._verify()
        with self.step("uninstall"):
            kept = {self._name(each) for each in self._manifest() if _kept(each)}
            self.release.uninstall(NAME, timeout=TIMEOUT)
            for name in namespaces:
                self._until_none(
                    f"left in {name}", lambda name=name: sorted(set(self._settled(name)) - before[name] - kept)
                )

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the problems of a step to the report under its name."""
        known = len(self.problems)
        try:
            yield
        except (helm.HelmError, RuntimeError, KeyError, ValueError) as problem:
            self.problems.append(str(problem))
        self.problems[known:] = [f"{name}: {problem}" for problem in self.problems[known:]]

    def _prepare(self, values: Mapping[str, Any]) -> list[Object]:
        """Create what the release needs: namespaces, and the classes and accounts of its pods. Returns its objects."""
        with helm.Chart.load(CHART) as chart:
            files = chart.render(dict(values), name=NAME, namespace=self.namespace)
        objects = [each for name, text in files.items() if not name.endswith(".txt") for each in _objects(text)]
        for namespace in {self.namespace, *(each["metadata"]["namespace"] for each in objects)}:
            self.api.create(
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": RESTRICTED}}
            )
            self._until_none(
                namespace, lambda namespace=namespace: {"ServiceAccount/default"} - set(self._settled(namespace))
            )
        for owner in objects:
            spec = owner.get("spec", {}).get("template", owner).get("spec", {})
            if owner["kind"] in {"Deployment", "Pod"}:
                self._create_classes(spec)
        return objects

    def _create_classes(self, spec: Object) -> None:
        if name := spec.get("priorityClassName"):
            about = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "value": 1000}
            self.api.create({**about, "metadata": {"name": name}})
        if name := spec.get("runtimeClassName"):
            about = {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "handler": name}
            self.api.create({**about, "metadata": {"name": name}})

    def _manifest(self) -> list[Object]:
        return _objects(self.release.status(NAME)["manifest"])

    def _verify(self) -> None:
        """Every object is there as Helm has sent it, by server-side apply, and no field has two managers; others of the release are gone."""
        wanted = {self._name(each): each for each in self._manifest()}
        for name, each in wanted.items():
            live = self.api.find(each)
            if live is None:
                self.problems.append(f"{name} is missing")
                continue
            self.problems += [f"{name}{found}" for found in differences(each, live)]
            (manager,) = (owner for owner, paths in managed(live).items() if OWN in paths)
            self.problems += [f"{name}: {found}" for found in contested(live, manager)]
            operations = {
                entry["operation"] for entry in live["metadata"]["managedFields"] if entry["manager"] == manager
            }
            self.problems += [] if operations == {"Apply"} else [f"{name}: {manager} used {sorted(operations)}"]
        namespaces = {each["metadata"]["namespace"] for each in wanted.values()}
        self._until_none("not of this revision", lambda: sorted(self._released(namespaces) - set(wanted)))
        self._verify_replicas()

    def _verify_replicas(self) -> None:
        """Budgets let a node drain, and Services have endpoints, unless there shall be no pods."""
        manifest = self._manifest()
        if any(each["kind"] == "Deployment" and each["spec"].get("replicas") == 0 for each in manifest):
            return
        for each in manifest:
            if each["kind"] == "PodDisruptionBudget":
                self._until_none(self._name(each), lambda each=each: self._allows_no_eviction(each))
            if each["kind"] == "Service":
                self._until_none(self._name(each), lambda each=each: "" if self._endpoints(each) else "no endpoints")

    def _allows_no_eviction(self, budget: Object) -> str:
        status = (self.api.find(budget) or {}).get("status", {})
        return "" if status.get("disruptionsAllowed") else f"no eviction is allowed: {status}"

    def _is_not_ready(self, deployment: Object, replicas: int) -> str:
        ready = (self.api.find(deployment) or {}).get("status", {}).get("readyReplicas", 0)
        return "" if ready == replicas else f"{ready} pods are ready"

    def _endpoints(self, service: Object) -> int:
        about = service["metadata"]
        path = f"/apis/discovery.k8s.io/v1/namespaces/{about['namespace']}/endpointslices"
        slices = self.api.get(f"{path}?labelSelector=kubernetes.io/service-name={about['name']}")["items"]
        return sum(bool(point["conditions"].get("ready")) for each in slices for point in each.get("endpoints") or [])

    def _upgrade_in_place(self) -> None:
        """The same values change nothing, and leave alone what a scaler has set."""
        free = [each for each in self._manifest() if each["kind"] == "Deployment" and "replicas" not in each["spec"]]
        for each in free:
            replicas = self._most_replicas(each)
            self.api.patch(f"{self.api.path(each)}/scale", {"spec": {"replicas": replicas}})
            self._until_none(
                f"scaled to {replicas}", lambda each=each, replicas=replicas: self._is_not_ready(each, replicas)
            )
        before = self._contents()
        self.release.upgrade(CHART, NAME, self.values, timeout=TIMEOUT, wait="watcher")
        changed = [name for name, content in self._contents().items() if before[name] != content]
        self.problems += [f"{name} has changed" for name in changed]
        self._verify()

    def _most_replicas(self, deployment: Object) -> int:
        """Three, or as many as the autoscaler of the release allows, which would take more of them back."""
        target = {"kind": "Deployment", "name": deployment["metadata"]["name"]}
        scalers = (each["spec"] for each in self._manifest() if each["kind"] == "HorizontalPodAutoscaler")
        return min([3, *(it["maxReplicas"] for it in scalers if target.items() <= it["scaleTargetRef"].items())])

    def _contents(self) -> dict[str, Object | None]:
        """The live objects of the release, without what controllers write about them."""
        contents = {}
        for each in self._manifest():
            live = self.api.find(each) or {}
            about = {key: value for key, value in live.get("metadata", {}).items() if key not in STATE}
            contents[self._name(each)] = {**live, "status": None, "metadata": about}
        return contents

    def _released(self, namespaces: set[str]) -> set[str]:
        """The objects that Helm has annotated as those of the release, without those that it shall keep."""
        found = [each for name in namespaces for each in self.api.namespaced(name).values()]
        # A ReplicaSet copies the annotations of its Deployment.
        annotated = [
            each
            for each in found
            if each["metadata"].get("annotations", {}).get("meta.helm.sh/release-name") == NAME
            and "ownerReferences" not in each["metadata"]
            and not _kept(each)
        ]
        return {self._name(each) for each in annotated}

    def _settled(self, namespace: str) -> list[str]:
        return [f"{each['kind']}/{each['metadata']['name']}" for each in self.api.namespaced(namespace).values()]

    def _until_none(self, what: str, problem: Callable[[], object]) -> None:
        """Wait until controllers have done their work and there is no problem, or report it."""
        deadline = time.monotonic() + SECONDS
        while found := problem():
            if time.monotonic() > deadline:
                self.problems.append(f"{what}: {found}")
                return
            time.sleep(0.2)

    @staticmethod
    def _name(each: Object) -> str:
        return f"{each['kind']}/{each['metadata']['name']}"


def _objects(text: str) -> list[Object]:
    return [each for each in yaml.safe_load_all(text) if each]


def _kept(each: Object) -> bool:
    return each["metadata"].get("annotations", {}).get("helm.sh/resource-policy") == "keep"
