"""A control plane without nodes: etcd, kube-apiserver and kube-controller-manager on free ports of this machine."""

import contextlib
import os
import secrets
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

ROOT = Path(__file__).parents[2]
PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager")
HOW = """Set KUBE_ASSETS to a folder with kube-apiserver, kube-controller-manager, etcd (or one on PATH), and crds/*.yaml.
To get them: `make cluster-assets` builds them with Go into .cache/kube (an hour of processor time, once).
docs/operations.md, "A real API server", says how to download them."""


class AssetsMissingError(Exception):
    """Says which files are missing, and how to get them."""


@dataclass(frozen=True, slots=True)
class Assets:
    etcd: Path
    api_server: Path
    controller_manager: Path
    definitions: tuple[Path, ...]

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> "Assets":
        """The files in KUBE_ASSETS or .cache/kube. Raises AssetsMissingError."""
        folder = Path(environ.get("KUBE_ASSETS") or ROOT / ".cache" / "kube").resolve()
        found = [shutil.which(name, path=f"{folder}{os.pathsep}{environ.get('PATH', '')}") for name in PROGRAMS]
        definitions = tuple(sorted(folder.glob("crds/*.yaml")))
        missing = [name for name, path in zip(PROGRAMS, found, strict=True) if path is None]
        missing += [] if definitions else [str(folder / "crds")]
        if missing:
            raise AssetsMissingError(f"missing: {', '.join(missing)}.\n{HOW}")
        etcd, api_server, controller_manager = (Path(str(path)) for path in found)
        return cls(etcd, api_server, controller_manager, definitions)


@dataclass(frozen=True, slots=True)
class Cluster:
    """How to reach a running API server as its administrator."""

    url: str
    token: str
    certificate: Path

    @property
    def kubeconfig(self) -> str:
        server = {"server": self.url, "certificate-authority": str(self.certificate)}
        return yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "local", "cluster": server}],
                "users": [{"name": "admin", "user": {"token": self.token}}],
                "contexts": [{"name": "local", "context": {"cluster": "local", "user": "admin"}}],
                "current-context": "local",
            }
        )

    def client(self) -> httpx.Client:
        context = ssl.create_default_context(cafile=str(self.certificate))
        return httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}, verify=context, timeout=30
        )


@contextlib.contextmanager
def control_plane(assets: Assets, folder: Path) -> Iterator[Cluster]:
    """Run the control plane for the time of a block; its data and logs are in ``folder``."""
    with contextlib.ExitStack() as stack:
        storage = f"http://127.0.0.1:{free_port()}"
        _run(stack, folder, assets.etcd, _etcd(folder, storage))
        port = free_port()
        cluster = Cluster(f"https://127.0.0.1:{port}", secrets.token_hex(16), folder / "apiserver.crt")
        key = folder / "service-accounts.key"
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        # The group system:masters may do everything.
        tokens = folder / "tokens.csv"
        tokens.write_text(f"{cluster.token},admin,admin,system:masters\n", encoding="utf-8")
        server = _run(stack, folder, assets.api_server, _api_server(folder, storage, port, key, tokens))
        _wait(cluster, server, folder)
        (folder / "kubeconfig").write_text(cluster.kubeconfig, encoding="utf-8")
        _run(stack, folder, assets.controller_manager, _controller_manager(folder, key, cluster.certificate))
        yield cluster


def _etcd(folder: Path, storage: str) -> dict[str, Any]:
    peers = f"http://127.0.0.1:{free_port()}"
    return {
        "data-dir": folder / "etcd",
        "listen-client-urls": storage,
        "advertise-client-urls": storage,
        "listen-peer-urls": peers,
        "initial-advertise-peer-urls": peers,
        "initial-cluster": f"default={peers}",
        # Nothing has to survive this machine.
        "unsafe-no-fsync": "true",
    }


def _api_server(folder: Path, storage: str, port: int, key: Path, tokens: Path) -> dict[str, Any]:
    return {
        "etcd-servers": storage,
        "bind-address": "127.0.0.1",
        "secure-port": port,
        "cert-dir": folder,
        "token-auth-file": tokens,
        "authorization-mode": "RBAC",
        "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
        "service-account-signing-key-file": key,
        "service-account-key-file": key,
        "service-cluster-ip-range": "10.96.0.0/16,fd00:96::/112",
        "endpoint-reconciler-type": "none",
    }


def _controller_manager(folder: Path, key: Path, certificate: Path) -> dict[str, Any]:
    return {
        "kubeconfig": folder / "kubeconfig",
        "secure-port": 0,
        "leader-elect": "false",
        # They would find that the stand-in for a node sends no heartbeats, and that nothing provides volumes.
        "controllers": "*,-node-lifecycle-controller,-persistentvolume-binder-controller",
        "service-account-private-key-file": key,
        "root-ca-file": certificate,
        "cluster-cidr": "10.32.0.0/16,fd00:32::/64",
        "allocate-node-cidrs": "false",
        "horizontal-pod-autoscaler-sync-period": "1s",
    }


def _run(
    stack: contextlib.ExitStack, folder: Path, program: Path, options: Mapping[str, Any]
) -> subprocess.Popen[bytes]:
    log = stack.enter_context((folder / f"{program.name}.log").open("wb"))
    command = [str(program), *(f"--{name}={value}" for name, value in options.items())]
    process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    stack.callback(_stop, process)
    return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(cluster: Cluster, server: subprocess.Popen[bytes], folder: Path, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        with contextlib.suppress(httpx.HTTPError, OSError, ssl.SSLError), cluster.client() as client:
            if client.get("/readyz").status_code == httpx.codes.OK:
                return
        time.sleep(0.2)
    log = (folder / "kube-apiserver.log").read_text(encoding="utf-8", errors="replace")
    raise TimeoutError(f"kube-apiserver is not ready:\n{log[-3000:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
