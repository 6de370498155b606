"""Builds the root file system of the image in its build stage: `rootfs.py base FOLDER`, then `rootfs.py app FOLDER`.

The base is the interpreter without developer tools, the dependencies, and from the distribution only the shared libraries that these need
and the files that those read. Paths of libraries are looked up, because amd64 and arm64 have different ones. The app is the blog with its posts
and cache. It changes more often than the base, so each has its own layer.
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

# Developer tools, and bindings to libraries that are not in the image. The server imports none of them.
NOT_SHIPPED = frozenset({
    "test", "tests", "idle_test", "idlelib", "ensurepip", "venv", "tkinter", "turtledemo", "turtle.py", "lib2to3", "pydoc_data",
    "__phello__", "_pyrepl", "curses", "dbm", "site-packages", "sitecustomize.py", "EXTERNALLY-MANAGED", "__pycache__",
})  # fmt: skip
NOT_SHIPPED_NATIVE = re.compile(r"(_test|_ctypes_test|_xxtest|xx|_tkinter|_curses|_dbm|_gdbm|readline|nis\.)")
NOT_SHIPPED_PACKAGES = re.compile(
    r"(pip|setuptools|wheel|hatchling|pathspec|pluggy|tomlkit|trove_classifiers|_distutils_hack|distutils-precedence)\b.*|__pycache__"
)
NOT_SHIPPED_IN_PACKAGES = frozenset(
    {"test", "tests", "__pycache__", "RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
)
# Files for a compiler.
SOURCES_OF_EXTENSIONS = frozenset({".c", ".h", ".cc", ".cpp", ".hpp", ".pxd", ".pyx", ".pxi", ".pyi", ".a", ".o"})

USER, USER_ID = "blog", 65532
FILES = {
    "etc/passwd": f"root:x:0:0:root:/:/sbin/nologin\n{USER}:x:{USER_ID}:{USER_ID}:{USER}:/:/sbin/nologin\n",
    "etc/group": f"root:x:0:\n{USER}:x:{USER_ID}:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
    "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
}
# Mount points, which a container runtime cannot create in a read-only root.
MOUNT_POINTS = ("dev", "proc", "sys", "tmp")
# glibc opens the first of these libraries by name when a thread is cancelled, and aborts the process if it is missing; Pillow opens the second to draw
# text that is written from right to left.
OPENED_BY_NAME = ("libgcc_s.so.1", "libfribidi.so.0")


def base(root: Path) -> None:
    """Copy the interpreter, the dependencies, and the parts of the distribution that they need."""
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
    # Trivy recognises Debian by this file alone, and passes over the packages of a distribution that it does not recognise.
    copy(Path("/etc/debian_version"), root)
    # localtime is a link to the zone of the machine; in a container TZ sets it.
    zones = shutil.ignore_patterns("localtime")
    shutil.copytree("/usr/share/zoneinfo", root / "usr/share/zoneinfo", symlinks=True, ignore=zones)
    link_merged_folders(root)
    index_libraries(root)
    compile_modules(root, legacy=True)
    remove_sources(root)
    for name in MOUNT_POINTS:
        (root / name).mkdir()
    normalize(root)
    (root / "tmp").chmod(0o1777)


def app(root: Path) -> None:
    """Copy the blog as installed in the build stage, with its posts and its filled cache."""
    copy(Path(shutil.which("blog") or ""), root)
    for installed in (PACKAGES / "blog", *PACKAGES.glob("readyblog-*.dist-info")):
        shutil.copytree(
            installed, within(root, installed), ignore=lambda _folder, names: NOT_SHIPPED_IN_PACKAGES & set(names)
        )
    shutil.copytree("/app", root / "app")
    compile_modules(root, legacy=False)
    normalize(root)


def within(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def copy(path: Path, root: Path) -> None:
    """Copy a file, following symbolic links, to the same path in the root."""
    target = within(root, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, target)


def copy_stdlib(target: Path) -> None:
    def ignored(folder: str, names: list[str]) -> set[str]:
        native = Path(folder).name == "lib-dynload"
        return {
            name
            for name in names
            if name in NOT_SHIPPED or name.startswith("config-") or (native and NOT_SHIPPED_NATIVE.match(name))
        }

    shutil.copytree(STDLIB, target, ignore=ignored)


def copy_packages(target: Path) -> None:
    def ignored(folder: str, names: list[str]) -> set[str]:
        top = Path(folder) == PACKAGES
        tools = {name for name in names if top and NOT_SHIPPED_PACKAGES.fullmatch(name)}
        return tools | {
            name for name in names if name in NOT_SHIPPED_IN_PACKAGES or Path(name).suffix in SOURCES_OF_EXTENSIONS
        }

    shutil.copytree(PACKAGES, target, ignore=ignored)


def binaries(root: Path) -> Iterator[Path]:
    """All ELF files in a folder."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def strip(root: Path) -> None:
    for binary in binaries(root):
        subprocess.run(["strip", "--strip-unneeded", binary], check=True)


def shared_libraries(root: Path) -> list[Path]:
    """The libraries outside the root that its binaries need, including the loader, under the names that the binaries use."""
    libraries: set[Path] = set()
    for binary in binaries(root):
        libraries |= dependencies(binary)
    for name in OPENED_BY_NAME:
        candidates = {library.parent / name for library in libraries}
        opened = {path for path in candidates if path.exists()}
        libraries |= opened | {library for path in opened for library in dependencies(path)}
    return sorted(path for path in libraries if not path.is_relative_to(root))


def dependencies(binary: Path) -> set[Path]:
    """The libraries that ldd resolves for a binary.

    Raises:
        LookupError: a library is missing.
    """
    output = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout
    if "not found" in output:
        raise LookupError(f"{binary} needs a library that is missing:\n{output}")
    return {real_folder(Path(path)) for path in re.findall(r"(/\S+) \(0x", output)}


def real_folder(path: Path) -> Path:
    """The path with the links of its folder resolved, but not that of the file: /lib may be a link to /usr/lib, and libz.so.1 must keep its name."""
    return path.parent.resolve() / path.name


def copy_package_records(root: Path, libraries: Iterable[Path]) -> None:
    """Copy the package records of the libraries, for vulnerability scanners (at the path that distroless images use), and their licences."""
    for package in sorted({package_of(library) for library in libraries}):
        record = subprocess.run(["dpkg-query", "--status", package], capture_output=True, text=True, check=True).stdout
        write(root / "var/lib/dpkg/status.d" / package, record)
        copyright_file = Path("/usr/share/doc") / package / "copyright"
        if copyright_file.exists():
            copy(copyright_file, root)


def package_of(library: Path) -> str:
    """The package of a library. Searched by name only, because a package may list a file below /lib that is now below /usr/lib."""
    output = subprocess.run(
        ["dpkg-query", "--search", f"*/{library.name}"], capture_output=True, text=True, check=True
    ).stdout
    return output.partition(":")[0]


def copy_trust(root: Path) -> None:
    """Copy the certificate authorities to the path that OpenSSL was compiled with, and its configuration."""
    authorities = Path("/etc/ssl/certs/ca-certificates.crt")
    copy(authorities, root)
    copy(Path("/etc/ssl/openssl.cnf"), root)
    expected = Path(ssl.get_default_verify_paths().openssl_cafile)
    if expected != authorities:
        link(within(root, expected), str(authorities))
        link(within(root, expected.parent / "openssl.cnf"), "/etc/ssl/openssl.cnf")


def link_merged_folders(root: Path) -> None:
    """Create the links /lib and /lib64 into /usr, because the kernel looks for the loader there."""
    for folder in (Path("/lib"), Path("/lib64")):
        if folder.is_symlink() and within(root, folder.resolve()).exists():
            link(within(root, folder), str(folder.readlink()))


def index_libraries(root: Path) -> None:
    """Create the loader's index, for libraries in folders that it does not search by default, such as /usr/local/lib."""
    shutil.copytree("/etc/ld.so.conf.d", root / "etc/ld.so.conf.d")
    shutil.copy("/etc/ld.so.conf", root / "etc/ld.so.conf")
    subprocess.run(["ldconfig", "-r", root, "-X"], check=True)
    shutil.rmtree(root / "var/cache", ignore_errors=True)


def compile_modules(root: Path, *, legacy: bool) -> None:
    """Compile all modules to unchecked bytecode, because a read-only root cannot store bytecode at the first start.

    With ``legacy`` the bytecode is written beside its source instead of into __pycache__, so that it can be imported without the source.

    Raises:
        SystemExit: a module does not compile.
    """
    complete = compileall.compile_dir(
        root / "usr/local/lib",
        maxlevels=20,
        quiet=1,
        stripdir=str(root),
        prependdir="/",
        legacy=legacy,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not complete:
        sys.exit("a module did not compile")


def remove_sources(root: Path) -> None:
    """Remove the sources of modules, a quarter of the image. Tracebacks need them only for the text of lines; bytecode has file names and line numbers."""
    for source in list((root / "usr/local/lib").rglob("*.py")):
        source.unlink()


def normalize(root: Path) -> None:
    """Set owners, permissions and dates: readable by all, writable by root, and the same in every build."""
    moment = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    for path in (root, *root.rglob("*")):
        os.chown(path, 0, 0, follow_symlinks=False)
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or is_program(path) else 0o644)
        os.utime(path, (moment, moment), follow_symlinks=False)


def is_program(path: Path) -> bool:
    """Whether a file is run: it is in bin, or it is the loader. Libraries may be marked executable too."""
    return path.parent.name == "bin" or path.name.startswith("ld-")


if __name__ == "__main__":
    {"base": base, "app": app}[sys.argv[1]](Path(sys.argv[2]))
