"""Fixtures: the image, built once on the substitute base, and containers that are started without a container runtime."""

import contextlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
BUILDAH = ("buildah", "--storage-driver", os.environ.get("STORAGE_DRIVER", "vfs"))
# Different from the repository's own values, so that a test can tell where a value comes from.
VERSION, REVISION = "7.8.9", "0123456789abcdef0123456789abcdef01234567"
SOURCE = "https://git.example/ada/blog"
USER = 65532


class Need(Protocol):
    def __call__(self, found: object, how: str) -> None: ...


@pytest.fixture(name="need", scope="session")
def need_() -> Need:
    return need


def need(found: object, how: str) -> None:
    """Skip the test if a requirement is missing, with a hint how to meet it. In CI that is a failure."""
    if not found:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"missing; {how}")


def run(*command: str | Path, cwd: Path = REPOSITORY, environ: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


@dataclass(frozen=True, slots=True)
class Image:
    """A built image: its configuration, and its files in a folder."""

    name: str
    config: Mapping[str, Any]
    layers: tuple[str, ...]
    digest: str
    root: Path

    @property
    def environ(self) -> dict[str, str]:
        return dict(variable.split("=", 1) for variable in self.config["Env"])

    def files(self) -> list[Path]:
        return sorted(self.root.rglob("*"))


@dataclass(slots=True)
class Container:
    """A process with an image as its root, as PID 1 of its own namespace."""

    popen: subprocess.Popen[bytes]
    port: int
    log: Path

    def get(self, path: str, port: int | None = None) -> tuple[int, str]:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()

    def status(self, path: str) -> int:
        """The status of a response; 0 if nothing listens on the port."""
        try:
            return self.get(path)[0]
        except OSError:
            return 0

    def until(self, path: str, text: str = "", status: int = 200) -> "Container":
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                actual, body = self.get(path)
                if actual == status and text in body:
                    return self
            assert self.popen.poll() is None, f"it ended with {self.popen.returncode}: {self.output}"
            time.sleep(0.02)
        raise AssertionError(f"{path} never returned {status} {text!r}: {self.output}")

    def terminate(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal to PID 1 of the container, not to its parent, which is unshare."""
        children = Path(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children").read_text(encoding="ascii")
        for child in children.split():
            os.kill(int(child), number)

    def wait(self) -> int:
        return self.popen.wait(30)

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def enter(image: Image, *command: str, writable: bool = False, mounts: Mapping[Path, str] | None = None) -> list[str]:
    """The command line that runs a command with the image as its root; ``mounts`` maps folders to paths in the image."""
    targets = mounts or {}
    for target in targets.values():
        (image.root / target.strip("/")).mkdir(parents=True, exist_ok=True)
    binds = [f"{folder}:{target}" for folder, target in targets.items()]
    namespaces = [str(shutil.which("unshare")), "--mount", "--pid", "--fork", "--propagation=slave"]
    return [
        *namespaces,
        "/bin/sh",
        str(HERE / "enter.sh"),
        "rw" if writable else "ro",
        str(image.root),
        *binds,
        "--",
        *command,
    ]


class Inside(Protocol):
    def __call__(self, script: str, *, writable: bool = False) -> str: ...


class Start(Protocol):
    def __call__(self, image: Image, mounts: Mapping[Path, str] | None = None, **variables: str) -> Container: ...


@dataclass(slots=True)
class Builder:
    """Builds images with buildah, and removes them at the end."""

    names: list[str] = field(default_factory=list)
    containers: list[str] = field(default_factory=list)

    def name(self) -> str:
        self.names.append(f"localhost/blog-test-{secrets.token_hex(4)}")
        return self.names[-1]

    def build(self, folder: Path) -> Image:
        """Build the Dockerfile in a folder; it may be based on another image of this builder."""
        name = self.name()
        run(*BUILDAH, "build", "--isolation=chroot", "--format=docker", "--pull-never", "--tag", name, ".", cwd=folder)
        return self.inspect(name)

    def inspect(self, name: str) -> Image:
        inspected = json.loads(run(*BUILDAH, "inspect", "--type", "image", name))
        description, digest = inspected["Docker"], inspected["FromImageDigest"]
        container = run(*BUILDAH, "from", "--pull-never", name).strip()
        self.containers.append(container)
        root = Path(run(*BUILDAH, "mount", container).strip())
        return Image(name, description["config"], tuple(description["rootfs"]["diff_ids"]), digest, root)

    def clean(self) -> None:
        for container in self.containers:
            run(*BUILDAH, "rm", container)
        for name in self.names:
            subprocess.run([*BUILDAH, "rmi", name], capture_output=True, check=False)


@pytest.fixture(scope="session")
def builder() -> Iterator[Builder]:
    need(os.geteuid() == 0, "namespaces and mounts need root: run tests/image with sudo")
    for tool in ("buildah", "debootstrap"):
        need(shutil.which(tool), f"install it with: apt-get install {tool}")
    building = Builder()
    yield building
    building.clean()


class MakeImage(Protocol):
    def __call__(self) -> Image: ...


@pytest.fixture(scope="session")
def make_image(builder: Builder) -> MakeImage:
    """Runs `make image` on the substitute base."""
    base = run(sys.executable, HERE / "standin.py").strip()

    def make() -> Image:
        name = builder.name()
        run(
            "make",
            "image",
            f"IMAGE={name}",
            f"VERSION={VERSION}",
            f"REVISION={REVISION}",
            f"SOURCE={SOURCE}",
            f"BUILD={base}",
        )
        return builder.inspect(name)

    return make


@pytest.fixture(scope="session")
def image(make_image: MakeImage) -> Image:
    return make_image()


@pytest.fixture
def inside(image: Image) -> Inside:
    """Runs a Python script in the image as the image's user, and returns its output."""

    def run_inside(script: str, *, writable: bool = False) -> str:
        command = enter(image, "/usr/local/bin/python3", "-c", script, writable=writable)
        return run(*command, environ=image.environ)

    return run_inside


@pytest.fixture
def unused_port() -> int:
    """A port on which nothing listens."""
    return free_port()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts containers, and kills them after the test."""
    started: list[Container] = []

    def start_one(image: Image, mounts: Mapping[Path, str] | None = None, **variables: str) -> Container:
        port, log = free_port(), tmp_path / f"container-{len(started)}.log"
        # The container shares the network of the machine, so it needs a free port.
        environ = {**image.environ, "BLOG_HOST": "127.0.0.1", "BLOG_PORT": str(port), **variables}
        command = enter(image, *image.config["Entrypoint"], *image.config["Cmd"], mounts=mounts)
        with log.open("wb") as output:
            popen = subprocess.Popen(command, env=environ, stdout=output, stderr=subprocess.STDOUT)
        started.append(Container(popen, port, log))
        return started[-1]

    yield start_one
    for container in started:
        # The process in the container has another user, and would survive if only unshare were killed.
        while container.popen.poll() is None:
            container.terminate(signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                container.popen.wait(1)
