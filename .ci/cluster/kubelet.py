"""A stand-in for the scheduler, the kubelets and storage: every pod gets a node, runs and becomes ready, or ends if it is a test; claims are bound."""

import threading
from collections.abc import Callable
from typing import Self

import httpx
from api import Api, Object

NODE = "stand-in"


class Kubelet:
    """Keeps all pods running, in a thread, for the time of a block."""

    def __init__(self, api: Api) -> None:
        self._api, self._ended = api, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._addresses = iter(range(2, 65000))

    def __enter__(self) -> Self:
        self._api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}})
        self._api.patch(f"/api/v1/nodes/{NODE}/status", {"status": {"conditions": [_condition("Ready")]}})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._ended.wait(0.1):
            try:
                pods = self._api.get("/api/v1/pods")["items"]
                for pod, step in ((pod, self._next(pod)) for pod in pods):
                    if step:
                        step(pod)
                self._bind_claims()
            except (httpx.HTTPError, RuntimeError):
                # A pod may have been deleted meanwhile. What lasts, the checks find.
                continue

    def _next(self, pod: Object) -> Callable[[Object], None] | None:
        if "deletionTimestamp" in pod["metadata"]:
            return self._remove
        if "nodeName" not in pod["spec"]:
            return self._bind
        return self._start if pod["status"].get("phase") == "Pending" else None

    def _bind_claims(self) -> None:
        for claim in self._api.get("/api/v1/persistentvolumeclaims")["items"]:
            if claim["status"].get("phase") == "Pending":
                about = claim["metadata"]
                path = f"/api/v1/namespaces/{about['namespace']}/persistentvolumeclaims/{about['name']}"
                self._api.patch(f"{path}/status", {"status": {"phase": "Bound"}})

    def _bind(self, pod: Object) -> None:
        target = {"apiVersion": "v1", "kind": "Node", "name": NODE}
        body = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": pod["metadata"]["name"]}, "target": target}
        self._api.post(f"{self._path(pod)}/binding", body)

    def _start(self, pod: Object) -> None:
        test = any("helm.sh/hook" in name for name in pod["metadata"].get("annotations", {}))
        number = next(self._addresses)
        address = f"10.32.{number // 250}.{number % 250 + 2}"
        status = {"phase": "Succeeded"} if test else {"phase": "Running", "conditions": [_condition("Ready")]}
        self._api.patch(
            f"{self._path(pod)}/status", {"status": {**status, "podIP": address, "podIPs": [{"ip": address}]}}
        )

    def _remove(self, pod: Object) -> None:
        self._api.delete(self._path(pod), gracePeriodSeconds=0)

    @staticmethod
    def _path(pod: Object) -> str:
        return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"


def _condition(kind: str) -> Object:
    return {"type": kind, "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}
