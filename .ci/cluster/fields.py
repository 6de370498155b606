"""Compares objects field by field: what is wanted with what is there, and who manages what."""

from collections.abc import Iterator, Mapping
from typing import Any

Object = dict[str, Any]
Path = tuple[str, ...]


def differences(wanted: object, actual: object, path: str = "") -> list[str]:
    """The fields of ``wanted`` that are missing or other in ``actual``; fields that only ``actual`` has are defaults of the server.

    >>> differences({"a": 1, "b": [{"c": 2}]}, {"a": 1, "b": [{"c": 3, "d": 4}], "e": 5})
    ['/b/0/c: 2 became 3']
    """
    match wanted, actual:
        case Mapping(), Mapping():
            return [
                found
                for key, value in wanted.items()
                # A key without a value or with an empty one may be absent.
                if key in actual or value not in (None, {}, [], "", False, 0)
                for found in differences(value, actual.get(key), f"{path}/{key}")
            ]
        case list(), list() if len(wanted) == len(actual):
            pairs = enumerate(zip(wanted, actual, strict=True))
            return [found for n, (one, other) in pairs for found in differences(one, other, f"{path}/{n}")]
    return [] if wanted == actual else [f"{path}: {wanted!r} became {actual!r}"]


def managed(live: Object) -> dict[str, set[Path]]:
    """The fields of each manager, without those of the status."""
    owned: dict[str, set[Path]] = {}
    for entry in live["metadata"].get("managedFields", []):
        if entry.get("subresource") != "status":
            owned.setdefault(entry["manager"], set()).update(_leaves(entry.get("fieldsV1", {}), ()))
    return owned


def contested(live: Object, manager: str) -> list[str]:
    """The fields that ``manager`` shares with another.

    >>> entry = {"fieldsV1": {"f:spec": {"f:replicas": {}, "f:paused": {}}}}
    >>> contested({"metadata": {"managedFields": [
    ...     {"manager": "helm", **entry}, {"manager": "kubectl", "fieldsV1": {"f:spec": {"f:replicas": {}}}}]}}, "helm")
    ['f:spec/f:replicas of kubectl']
    """
    owned = managed(live)
    own = owned.pop(manager, set())
    return sorted(f"{'/'.join(path)} of {name}" for name, paths in owned.items() for path in paths if path in own)


def _leaves(fields: Mapping[str, Any], path: Path) -> Iterator[Path]:
    for key, inner in fields.items():
        # "." is the map or the entry itself, which several managers may have made.
        if key != ".":
            if inner:
                yield from _leaves(inner, (*path, key))
            else:
                yield (*path, key)
