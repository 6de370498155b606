"""The files of the image."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

if TYPE_CHECKING:
    from tests.image.conftest import Image, Inside, MakeImage, Need

pytestmark = pytest.mark.image

MOST_BYTES = 150_000_000
# Names of programs that must not be in the image, with versions.
TOOLS = re.compile(
    r"(sh|ash|bash|dash|zsh|busybox|env|su|sudo|pip[\d.]*|uv|apt(-get)?|dpkg(-query)?|apk|gcc|ld|strip|curl|wget|perl[\d.]*)"
)
SECRETS = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|https?://[^/\s:@\"'<>]+:[^/\s:@\"'<>]+@"
)


def bytes_on_disk(image: "Image") -> int:
    return sum(path.lstat().st_blocks * 512 for path in image.files())


def test_the_image_is_small(image: "Image") -> None:
    assert bytes_on_disk(image) <= MOST_BYTES


def test_the_image_has_only_the_expected_folders(image: "Image") -> None:
    links = {path.name for path in image.root.iterdir() if path.is_symlink()}
    assert links - {"lib", "lib64"} == set()
    assert {path.name for path in image.root.iterdir()} - links == {
        "app",
        "dev",
        "etc",
        "proc",
        "sys",
        "tmp",
        "usr",
        "var",
    }
    assert {path.name for path in (image.root / "app").iterdir()} == {"cache", "posts"}
    assert {path.name for path in (image.root / "usr/local/bin").iterdir()} == {
        "blog",
        "python",
        "python3",
        "python3.13",
    }
    assert list((image.root / "tmp").iterdir()) == []


def test_the_only_programs_are_the_interpreter_and_the_blog(image: "Image") -> None:
    programs = {
        path.name for path in image.files() if path.is_file() and not path.is_symlink() and path.stat().st_mode & 0o111
    }
    # Libraries may be marked executable; the loader is a program.
    assert {name for name in programs if ".so" not in name} == {"python3.13", "blog"}


def test_there_is_no_shell_and_no_package_manager(image: "Image") -> None:
    assert [path for path in image.files() if TOOLS.fullmatch(path.name) and not path.is_dir()] == []
    packages = {path.name for path in (image.root / "usr/local/lib/python3.13/site-packages").iterdir()}
    assert {"pip", "setuptools", "hatchling", "pluggy", "tomlkit", "ensurepip"} & packages == set()


def test_no_file_is_setuid_or_has_capabilities(image: "Image") -> None:
    assert [path for path in image.files() if path.lstat().st_mode & (stat.S_ISUID | stat.S_ISGID)] == []
    assert [
        path for path in image.files() if not path.is_symlink() and "security.capability" in os.listxattr(path)
    ] == []


def test_the_image_has_no_development_files(image: "Image") -> None:
    # `blog init` writes the Dockerfile of a new blog from the one in this folder.
    names = {path.name for path in image.files() if "starter" not in path.parts}
    assert {".git", "test", "tests", "idlelib", "tkinter", "Dockerfile", "include", ".venv"} & names == set()
    assert [path for path in image.files() if path.suffix in {".c", ".h", ".a", ".pyi", ".pyx"}] == []


def test_the_image_has_no_secrets(image: "Image") -> None:
    # Bytecode and libraries are not searched: their bytes may match by accident.
    files = [path for path in image.files() if path.is_file() and not path.is_symlink()]
    suspects = [path for path in files if path.suffix not in {".pyc", ".so"} and SECRETS.search(path.read_bytes())]
    assert suspects == []
    names = {".env", ".netrc", ".npmrc", ".pypirc", "pip.conf", "id_rsa", "id_ed25519", ".docker", "credentials"}
    assert [path for path in files if path.name in names] == []


def test_no_file_contains_a_path_of_the_build_machine(image: "Image") -> None:
    leaks = re.compile(rb"/root/(base|app)|/build/src|" + re.escape(str(Path(__file__).parents[2]).encode()))
    files = [path for path in image.files() if path.is_file() and not path.is_symlink()]
    assert [path for path in files if leaks.search(path.read_bytes())] == []


WRITABLE = """
import os
for folder, names, files in os.walk("/"):
    if folder == "/":
        names[:] = set(names) - {"dev", "proc", "sys", "tmp"}
    for path in [folder, *(os.path.join(folder, name) for name in files)]:
        if os.access(path, os.W_OK, follow_symlinks=True):
            print(path)
"""


def test_the_user_can_write_only_to_tmp_even_if_the_root_is_writable(inside: "Inside") -> None:
    assert inside(WRITABLE, writable=True) == ""
    assert inside("import tempfile; print(tempfile.gettempdir())") == "/tmp\n"


READABLE = WRITABLE.replace("if os.access(path, os.W_OK", "if not os.access(path, os.R_OK")


def test_the_user_can_read_all_files(inside: "Inside") -> None:
    assert inside(READABLE) == ""


LOADED = """
import ctypes, os, pathlib
for library in sorted(pathlib.Path("/usr").rglob("*.so*")):
    try:
        ctypes.CDLL(str(library), mode=os.RTLD_NOW)
    except OSError as problem:
        print(problem)
"""


def test_every_library_can_be_loaded(inside: "Inside") -> None:
    # _cffi is for PyPy, and needs symbols that only PyPy has.
    assert [line for line in inside(LOADED).splitlines() if "zstandard/_cffi" not in line] == []


def test_hosts_certificates_time_zones_and_the_user_are_known(inside: "Inside") -> None:
    assert inside("import socket; print(socket.gethostbyname('localhost'))").strip() == "127.0.0.1"
    assert int(inside("import ssl; print(ssl.create_default_context().cert_store_stats()['x509_ca'])")) > 50
    assert inside("import zoneinfo; print(zoneinfo.ZoneInfo('Europe/Berlin'))").strip() == "Europe/Berlin"
    assert inside("import pwd; print(pwd.getpwuid(65532).pw_name)").strip() == "blog"


def test_the_image_has_package_records_for_scanners(image: "Image") -> None:
    records = [path.read_text(encoding="utf-8") for path in (image.root / "var/lib/dpkg/status.d").iterdir()]
    assert all("\nVersion: " in record for record in records)
    assert {"libc6", "libssl3t64"} <= {record.partition("\n")[0].removeprefix("Package: ") for record in records}
    assert (image.root / "etc/os-release").read_text(encoding="utf-8").startswith("PRETTY_NAME=")
    assert re.match(r"\d+(\.\d+)?$", (image.root / "etc/debian_version").read_text(encoding="ascii").strip())


def test_every_library_of_the_distribution_belongs_to_a_recorded_package(image: "Image") -> None:
    names = {path.name for path in (image.root / "var/lib/dpkg/status.d").iterdir()}
    licences = {path.name for path in (image.root / "usr/share/doc").iterdir()}
    assert names == licences
    assert len(names) >= 11


def test_a_scanner_names_the_distribution_and_its_packages(image: "Image", need: "Need", tmp_path: Path) -> None:
    trivy = shutil.which("trivy", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    need(trivy, "install it with: make trivy, or see https://trivy.dev")
    command = [str(trivy), "rootfs", "--offline-scan", "--skip-db-update", "--format=cyclonedx", "--quiet"]
    command += ["--cache-dir", str(tmp_path), str(image.root)]
    components = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["components"]
    (system,) = (each for each in components if each["type"] == "operating-system")
    assert system["name"] == "debian"
    purls = [unquote(each["purl"]) for each in components if each.get("purl", "").startswith("pkg:deb/")]
    recorded = {path.name for path in (image.root / "var/lib/dpkg/status.d").iterdir()}
    assert {purl.partition("@")[0] for purl in purls} == {f"pkg:deb/debian/{name}" for name in recorded}


def test_the_image_has_the_expected_configuration(image: "Image") -> None:
    config = image.config
    assert (config["User"], config["WorkingDir"]) == ("65532:65532", "/app")
    assert (config["Entrypoint"], config["Cmd"]) == (["/usr/local/bin/blog"], ["serve"])
    assert list(config["ExposedPorts"]) == ["8000/tcp"]
    assert config["StopSignal"] in {"SIGTERM", "15"}
    assert image.environ["BLOG_HOST"] == "0.0.0.0"
    assert set(image.environ) == {
        "PATH", "LANG", "PYTHONDONTWRITEBYTECODE", "BLOG_HOST", "BLOG_BASE_URL", "BLOG_POSTS_DIR",
        "BLOG_CACHE_DIR", "BLOG_REVISION",
    }  # fmt: skip
    assert not config.get("Volumes")


def test_the_image_has_its_labels(image: "Image") -> None:
    labels = {name.removeprefix("org.opencontainers.image."): text for name, text in image.config["Labels"].items()}
    assert labels["title"] == "blog"
    assert labels["description"]
    assert labels["licenses"] == "MIT"
    assert labels["source"] == "https://git.example/ada/blog"
    assert labels["version"] == "7.8.9"
    assert re.fullmatch("[0-9a-f]{40}", labels["revision"])


def test_two_builds_of_one_commit_have_the_same_digest(image: "Image", make_image: "MakeImage") -> None:
    again = make_image()
    assert again.layers == image.layers
    assert again.digest == image.digest
