"""Tests the chart against a real API server (`make cluster`): python3 .ci/cluster [SCENARIO …].

Each scenario of chart/ci is installed into a namespace that enforces Pod Security "restricted", upgraded, rolled back and uninstalled by
Helm with server-side apply. No pod runs: a stand-in for kubelets says that they do.
"""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import yaml
from api import Api
from control_plane import ROOT, Assets, AssetsMissingError, control_plane
from kubelet import Kubelet
from scenario import Scenario

SCENARIOS = ROOT / "chart" / "ci"


def main() -> int:
    try:
        assets = Assets.find(os.environ)
    except AssetsMissingError as missing:
        print(missing, file=sys.stderr)
        return 2
    # An exception, so that the control plane is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    names = sys.argv[1:] or sorted(path.stem for path in SCENARIOS.glob("*.yaml"))
    with (
        tempfile.TemporaryDirectory(prefix="blog-cluster-") as folder,
        control_plane(assets, Path(folder)) as cluster,
        cluster.client() as client,
    ):
        api = Api(client)
        define(api, assets)
        print(f"Kubernetes {api.get('/version')['gitVersion']}", flush=True)
        with Kubelet(api):
            return (
                sum(report(name, Scenario.run(api, cluster.kubeconfig, SCENARIOS / f"{name}.yaml")) for name in names)
                and 1
            )


def report(name: str, outcome: Scenario) -> int:
    """Print a line for a scenario and one for each of its problems, and return their number."""
    print(f"{name}: {outcome.objects} objects, {outcome.seconds:.0f} s, {len(outcome.problems)} problems", flush=True)
    for problem in outcome.problems:
        print(f"  {problem}", flush=True)
    return len(outcome.problems)


def define(api: Api, assets: Assets) -> None:
    """Create the custom resource definitions, and wait until the server serves their kinds."""
    api.discover()
    definitions = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in assets.definitions]
    for each in definitions:
        api.create(each)
    deadline = time.monotonic() + 60
    while not all(established(api, each) for each in definitions):
        if time.monotonic() > deadline:
            raise TimeoutError("the custom resource definitions are not established")
        time.sleep(0.2)
    api.discover()


def established(api: Api, definition: dict[str, object]) -> bool:
    live = api.find(definition) or {}
    conditions = live.get("status", {}).get("conditions", [])
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)


if __name__ == "__main__":
    sys.exit(main())
