"""Lays out the root filesystem of the image, in its build stage: `rootfs.py base FOLDER`, then `rootfs.py app FOLDER`.

The base is the interpreter without what only developers need, the dependencies, and of the distribution no more than the shared
libraries that these ask for, with the files those read. Paths are looked up, never spelled: amd64 and arm64 differ in them.
The app is the blog itself with its posts and cache; it changes daily where the base changes monthly, so each is a layer.
"""

import compileall
import os
import py_compile
import re
import shutil
import ssl
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

STDLIB = Path(sysconfig.get_path("stdlib"))
PACKAGES = Path(sysconfig.get_path("purelib"))
INTERPRETER = Path(sys.executable).resolve()

# Tools of developers, and bindings to libraries that would have to come along: nothing here is imported by a server.
NOT_SHIPPED = frozenset({
    "test", "tests", "idle_test", "idlelib", "ensurepip", "venv", "tkinter", "turtledemo", "turtle.py", "lib2to3", "pydoc_data",
    "__phello__", "_pyrepl", "curses", "dbm", "sqlite3", "site-packages", "sitecustomize.py", "EXTERNALLY-MANAGED", "__pycache__",
})  # fmt: skip
NOT_SHIPPED_NATIVE = re.compile(r"(_test|_ctypes_test|_xxtest|xx|_tkinter|_curses|_dbm|_gdbm|_sqlite3|readline|nis\.)")
NOT_SHIPPED_PACKAGES = re.compile(
    r"(pip|setuptools|wheel|hatchling|pathspec|pluggy|tomlkit|trove_classifiers|_distutils_hack|distutils-precedence)\b.*|__pycache__"
)
NOT_SHIPPED_IN_PACKAGES = frozenset(
    {"test", "tests", "__pycache__", "RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
)
# What a compiler reads, not an interpreter.
SOURCES_OF_EXTENSIONS = frozenset({".c", ".h", ".cc", ".cpp", ".hpp", ".pxd", ".pyx", ".pxi", ".pyi", ".a", ".o"})

USER, USER_ID = "blog", 65532
FILES = {
    "etc/passwd": f"root:x:0:0:root:/:/sbin/nologin\n{USER}:x:{USER_ID}:{USER_ID}:{USER}:/:/sbin/nologin\n",
    "etc/group": f"root:x:0:\n{USER}:x:{USER_ID}:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
    "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
}
# A runtime that mounts the root read-only cannot make these first.
MOUNTED_OVER = ("dev", "proc", "sys", "tmp")
# glibc opens it by name when a thread ends early, and aborts the process where it is missing.
OPENED_BY_NAME = ("libgcc_s.so.1",)


def base(root: Path) -> None:
    """The interpreter, the dependencies, and what of the distribution they stand on."""
    copy(INTERPRETER, root)
    for name in ("python3", "python"):
        link(root / INTERPRETER.parent.relative_to("/") / name, INTERPRETER.name)
    copy_stdlib(within(root, STDLIB))
    copy_packages(within(root, PACKAGES))
    strip(root)
    libraries = shared_libraries(root)
    for library in libraries:
        copy(library, root)
    copy_package_records(root, libraries)
    for name, text in FILES.items():
        write(root / name, text)
    copy_trust(root)
    copy(Path("/etc/os-release"), root)
    # Its localtime is a link to a choice that is made outside of it, by TZ or not at all.
    zones = shutil.ignore_patterns("localtime")
    shutil.copytree("/usr/share/zoneinfo", root / "usr/share/zoneinfo", symlinks=True, ignore=zones)
    link_merged_folders(root)
    index_libraries(root)
    compile_modules(root, beside=True)
    leave_out_sources(root)
    for name in MOUNTED_OVER:
        (root / name).mkdir()
    settle(root)
    (root / "tmp").chmod(0o1777)


def app(root: Path) -> None:
    """The blog as it was installed in the build stage, with its posts and filled cache."""
    copy(Path(shutil.which("blog") or ""), root)
    for installed in (PACKAGES / "blog", *PACKAGES.glob("readyblog-*.dist-info")):
        shutil.copytree(
            installed, within(root, installed), ignore=lambda _folder, names: NOT_SHIPPED_IN_PACKAGES & set(names)
        )
    shutil.copytree("/app", root / "app")
    compile_modules(root, beside=False)
    settle(root)


def within(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def copy(path: Path, root: Path) -> None:
    """Copy what a path leads to, below the same path."""
    place = within(root, path)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, place)


def copy_stdlib(place: Path) -> None:
    def left_out(folder: str, names: list[str]) -> set[str]:
        native = Path(folder).name == "lib-dynload"
        return {
            name
            for name in names
            if name in NOT_SHIPPED or name.startswith("config-") or (native and NOT_SHIPPED_NATIVE.match(name))
        }

    shutil.copytree(STDLIB, place, ignore=left_out)


def copy_packages(place: Path) -> None:
    def left_out(folder: str, names: list[str]) -> set[str]:
        top = Path(folder) == PACKAGES
        tools = {name for name in names if top and NOT_SHIPPED_PACKAGES.fullmatch(name)}
        return tools | {
            name for name in names if name in NOT_SHIPPED_IN_PACKAGES or Path(name).suffix in SOURCES_OF_EXTENSIONS
        }

    shutil.copytree(PACKAGES, place, ignore=left_out)


def binaries(root: Path) -> Iterator[Path]:
    """Every ELF file below a folder."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def strip(root: Path) -> None:
    for binary in binaries(root):
        subprocess.run(["strip", "--strip-unneeded", binary], check=True)


def shared_libraries(root: Path) -> list[Path]:
    """The libraries outside of the root that its binaries ask for, the loader among them, by the names they are asked by."""
    found: set[Path] = set()
    for binary in binaries(root):
        found |= needs(binary)
    for name in OPENED_BY_NAME:
        beside = {library.parent / name for library in found}
        opened = {path for path in beside if path.exists()}
        found |= opened | {need for path in opened for need in needs(path)}
    return sorted(path for path in found if not path.is_relative_to(root))


def needs(binary: Path) -> set[Path]:
    """What ldd resolves for a binary.

    Raises:
        LookupError: a library is nowhere.
    """
    said = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout
    if "not found" in said:
        raise LookupError(f"{binary} misses a library:\n{said}")
    return {real_folder(Path(path)) for path in re.findall(r"(/\S+) \(0x", said)}


def real_folder(path: Path) -> Path:
    """The path with the links in its folder followed, and its own name kept: /lib is one to /usr/lib, libz.so.1 is a name."""
    return path.parent.resolve() / path.name


def copy_package_records(root: Path, libraries: Iterable[Path]) -> None:
    """Tell scanners what the libraries are (the place is that of distroless images), and take their licences along."""
    for package in sorted({package_of(library) for library in libraries}):
        record = subprocess.run(["dpkg-query", "--status", package], capture_output=True, text=True, check=True).stdout
        write(root / "var/lib/dpkg/status.d" / package, record)
        copyright_file = Path("/usr/share/doc") / package / "copyright"
        if copyright_file.exists():
            copy(copyright_file, root)


def package_of(library: Path) -> str:
    """The package of a library; its list of files may still say /lib where the file has moved below /usr."""
    said = subprocess.run(
        ["dpkg-query", "--search", f"*/{library.name}"], capture_output=True, text=True, check=True
    ).stdout
    return said.partition(":")[0]


def copy_trust(root: Path) -> None:
    """The certificate authorities, where OpenSSL was compiled to look for them, and its configuration."""
    authorities = Path("/etc/ssl/certs/ca-certificates.crt")
    copy(authorities, root)
    copy(Path("/etc/ssl/openssl.cnf"), root)
    expected = Path(ssl.get_default_verify_paths().openssl_cafile)
    if expected != authorities:
        link(within(root, expected), str(authorities))
        link(within(root, expected.parent / "openssl.cnf"), "/etc/ssl/openssl.cnf")


def link_merged_folders(root: Path) -> None:
    """/lib and /lib64 are links into /usr, and the kernel looks for the loader there."""
    for folder in (Path("/lib"), Path("/lib64")):
        if folder.is_symlink() and within(root, folder.resolve()).exists():
            link(within(root, folder), str(folder.readlink()))


def index_libraries(root: Path) -> None:
    """The loader's index, for libraries in folders that are not compiled into it, such as /usr/local/lib."""
    shutil.copytree("/etc/ld.so.conf.d", root / "etc/ld.so.conf.d")
    shutil.copy("/etc/ld.so.conf", root / "etc/ld.so.conf")
    subprocess.run(["ldconfig", "-r", root, "-X"], check=True)
    shutil.rmtree(root / "var/cache", ignore_errors=True)


def compile_modules(root: Path, *, beside: bool) -> None:
    """Bytecode that is believed without a look at the source: a read-only root could not write it at the first start.

    Beside its source, rather than in __pycache__, it is imported without one.

    Raises:
        SystemExit: a module does not compile.
    """
    complete = compileall.compile_dir(
        root / "usr/local/lib",
        maxlevels=20,
        quiet=1,
        stripdir=str(root),
        prependdir="/",
        legacy=beside,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not complete:
        sys.exit("a module did not compile")


def leave_out_sources(root: Path) -> None:
    """A quarter of the image, read only for the text of a traceback's lines; file and line number are in the bytecode."""
    for source in list((root / "usr/local/lib").rglob("*.py")):
        source.unlink()


def settle(root: Path) -> None:
    """Readable by all, writable by root, of one date: two builds give the same layer."""
    moment = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    for path in (root, *root.rglob("*")):
        os.chown(path, 0, 0, follow_symlinks=False)
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or is_program(path) else 0o644)
        os.utime(path, (moment, moment), follow_symlinks=False)


def is_program(path: Path) -> bool:
    """Libraries come marked executable as often as not; what is run is in bin, and the kernel runs the loader."""
    return path.parent.name == "bin" or path.name.startswith("ld-")


if __name__ == "__main__":
    {"base": base, "app": app}[sys.argv[1]](Path(sys.argv[2]))
