"""Requests to an API server for objects of any kind."""

from dataclasses import dataclass, field
from typing import Any

import httpx

Object = dict[str, Any]
# What the cluster itself keeps in a namespace, and copies of other objects for reading.
IGNORED = {"Event", "Lease"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A namespaced or cluster-wide kind, with the path of its collection."""

    base: str
    plural: str
    namespaced: bool
    listable: bool

    def path(self, namespace: str) -> str:
        return f"{self.base}/namespaces/{namespace}/{self.plural}" if self.namespaced else f"{self.base}/{self.plural}"


@dataclass(slots=True)
class Api:
    client: httpx.Client
    _kinds: dict[tuple[str, str], Kind] = field(default_factory=dict)

    def discover(self) -> None:
        """Read the kinds that the server knows."""
        groups = self.get("/apis")["groups"]
        bases = {version["groupVersion"]: "/apis" for group in groups for version in group["versions"]}
        for version, prefix in {"v1": "/api", **bases}.items():
            for resource in self.get(f"{prefix}/{version}")["resources"]:
                if "/" not in resource["name"]:
                    kind = Kind(
                        f"{prefix}/{version}", resource["name"], resource["namespaced"], "list" in resource["verbs"]
                    )
                    self._kinds[version, resource["kind"]] = kind

    def get(self, path: str) -> Object:
        return self._json("GET", path)

    def find(self, wanted: Object) -> Object | None:
        """The live object of the same kind, namespace and name."""
        response = self.client.get(self.path(wanted))
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        response.raise_for_status()
        return dict(response.json())

    def create(self, wanted: Object) -> None:
        """Create an object if it does not exist."""
        self._json("POST", self.path(wanted).rpartition("/")[0], json=wanted, accepted={httpx.codes.CONFLICT})

    def patch(self, path: str, body: Object) -> None:
        self._json("PATCH", path, json=body, headers={"Content-Type": "application/merge-patch+json"})

    def post(self, path: str, body: Object) -> None:
        self._json("POST", path, json=body)

    def delete(self, path: str, **body: Any) -> None:
        self._json("DELETE", path, json=body, accepted={httpx.codes.NOT_FOUND})

    def path(self, wanted: Object) -> str:
        kind = self._kinds[wanted["apiVersion"], wanted["kind"]]
        return f"{kind.path(wanted['metadata'].get('namespace', ''))}/{wanted['metadata']['name']}"

    def namespaced(self, namespace: str) -> dict[str, Object]:
        """All objects of a namespace by a readable name."""
        found: dict[str, Object] = {}
        for (_, name), kind in self._kinds.items():
            if kind.namespaced and kind.listable and name not in IGNORED:
                for each in self.get(kind.path(namespace))["items"]:
                    found[f"{name}/{each['metadata']['name']}"] = {"kind": name, **each}
        return found

    def _json(
        self, method: str, path: str, accepted: frozenset[int] | set[int] = frozenset(), **arguments: Any
    ) -> Object:
        response = self.client.request(method, path, **arguments)
        if response.is_error and response.status_code not in accepted:
            raise RuntimeError(f"{method} {path}: {response.status_code} {response.text}")
        return dict(response.json())
