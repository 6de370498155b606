"""Builds a substitute for python:3.13-slim, for machines that can reach Debian's archive and a package index, but no registry.

It is Debian trixie with its own Python 3.13, moved to the paths of the official image. The script prints the arguments for the builder:

    make image BUILD="$(.venv/bin/python tests/image/standin.py)"

The base stays in buildah's storage and the wheels in the user's cache, so only the first run takes a minute.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
ARCHIVE = "http://deb.debian.org/debian"
# The last number must be raised when the code below changes the base; otherwise an older base would be used.
BASE = "localhost/blog-standin-python:3.13-slim-2"
PACKAGES = "ca-certificates,netbase,tzdata,python3.13,python3-pip-whl"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "blog-image"
BUILDAH = ("buildah", "--storage-driver", os.environ.get("STORAGE_DRIVER", "vfs"))

# Debian's Python installs into dist-packages, the official one into site-packages.
SCHEME, UPSTREAM_SCHEME = "prefix_scheme = 'posix_local'", "prefix_scheme = 'posix_prefix'"
PIP = "#!/usr/local/bin/python3.13\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n"


def arguments() -> list[str]:
    """The arguments for the builder. Builds the base and downloads the wheels if they are missing."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with locked():
        if not image_exists(BASE):
            make_base()
        wheels = fetched_wheels()
    configuration = CACHE / "pip.conf"
    write(configuration, "[global]\nno-index = true\nfind-links = /wheels\n")
    return [
        "--pull-never",
        f"--build-arg=PYTHON_IMAGE={BASE}",
        f"--volume={wheels}:/wheels:ro",
        f"--volume={configuration}:/etc/pip.conf:ro",
    ]


@contextmanager
def locked() -> Iterator[None]:
    """Hold a lock of the user's cache, which the tests of several clones may share."""
    with (CACHE / "lock").open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def image_exists(image: str) -> bool:
    return (
        subprocess.run([*BUILDAH, "inspect", "--type", "image", image], capture_output=True, check=False).returncode
        == 0
    )


def make_base() -> None:
    with tempfile.TemporaryDirectory(prefix="blog-standin-") as folder:
        root = Path(folder) / "root"
        _run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "trixie", str(root), ARCHIVE])
        move_python(root)
        shutil.rmtree(root / "var/cache/apt/archives")
        shutil.rmtree(root / "var/lib/apt/lists")
        (root / "var/cache/apt/archives/partial").mkdir(parents=True)
        (root / "var/lib/apt/lists/partial").mkdir(parents=True)
        container = _run([*BUILDAH, "from", "scratch"]).strip()
        _run([*BUILDAH, "add", "--quiet", container, str(root), "/"])
        _run(
            [
                *BUILDAH,
                "config",
                "--env",
                "PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
                container,
            ]
        )
        _run([*BUILDAH, "commit", "--quiet", "--rm", container, BASE])


def move_python(root: Path) -> None:
    """Move Debian's Python to the paths of the official image: below /usr/local, with pip in site-packages."""
    library = root / "usr/local/lib/python3.13"
    shutil.rmtree(library, ignore_errors=True)
    shutil.move(root / "usr/lib/python3.13", library)
    shutil.move(root / "usr/bin/python3.13", root / "usr/local/bin/python3.13")
    for name in ("python3", "python"):
        (root / "usr/local/bin" / name).symlink_to("python3.13")
    for name in ("EXTERNALLY-MANAGED", "sitecustomize.py"):
        (library / name).unlink(missing_ok=True)
    installation = library / "sysconfig/__init__.py"
    text = installation.read_text(encoding="utf-8")
    assert SCHEME in text
    installation.write_text(text.replace(SCHEME, UPSTREAM_SCHEME), encoding="utf-8")
    # The path of dist-packages is compiled into the interpreter; a .pth file there adds site-packages.
    write(library / "dist-packages/site-packages.pth", "/usr/local/lib/python3.13/site-packages\n")
    with zipfile.ZipFile(next((root / "usr/share/python-wheels").glob("pip-*.whl"))) as wheel:
        wheel.extractall(library / "site-packages")
    pip = root / "usr/local/bin/pip"
    pip.write_text(PIP, encoding="utf-8")
    pip.chmod(0o755)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def fetched_wheels() -> Path:
    """The locked wheels for the substitute's Python, downloaded from the index that pip is configured for."""
    requirements = ROOT / "requirements.txt"
    wheels = CACHE / f"wheels-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]}"
    if not wheels.exists():
        machine = os.uname().machine
        platforms = [f"--platform=manylinux_2_{glibc}_{machine}" for glibc in (28, 27, 24, 17, 12, 5)]
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            _run([
                sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:",
                "--implementation=cp", "--python-version=3.13", "--abi=cp313", "--abi=abi3", "--abi=none", *platforms,
                f"--platform=manylinux2014_{machine}", "-r", str(requirements), "-d", f"{folder}/wheels",
            ])  # fmt: skip
            Path(folder, "wheels").rename(wheels)
    return wheels


def _run(command: list[str]) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


if __name__ == "__main__":
    sys.stdout.write(" ".join(arguments()) + "\n")
