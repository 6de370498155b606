"""Random file operations in the folders of a serving process: it must survive each of them, and recover when the files are valid again."""

import contextlib
import os
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Process, Serve, WritePost

OPERATIONS = int(os.environ.get("BLOG_WALK_OPERATIONS", "300"))
SEED = int(os.environ.get("BLOG_WALK_SEED", "1"))
BATCH, BATCHES_PER_ROUND = 10, 6

GOOD = "---\ntitle: Good\ndate: 2026-03-01\ntags: [a]\n---\n\nWords. ![A dot](images/dot.svg)\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
ODD_NAMES = [
    b"b\xff",
    b"a\nb",
    "größe".encode(),
    b"x" * 200,
    b".hidden",
    b"_under",
    b"-rf",
    b"%2e",
    b"a b",
    b"\xe2\x80\xa8",
]
ENDINGS = [b".md", b".html", b".css", b".svg", b".yaml", b"", b"~", b".md.swp"]
CONTENTS: list[bytes] = [
    b"",
    GOOD.encode(),
    SVG.encode(),
    b"\0" * 100,
    b"\xff\xfe",
    b'---\ntitle: x\ndate: 2026-01-01\ntags: ["q\\ud800"]\n---\n',
    f'<svg viewBox="0 0 {"9" * 400} 1"/>'.encode(),
    b"{% include 'base.html' %}",
    b"{{ 1 / 0 }}",
    b'{{ "\\ud800" }}',
    b"title: [",
    b"---\ntitle: Soon\ndate: 2999-01-01\n---\n",
    b"word " * 200_000,
    b"url(nowhere.woff2)",
]  # fmt: skip


# open() fails for a symbolic link instead of following it, and for a FIFO without a reader instead of waiting.
WRITING = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, WRITING, 0o644), "wb") as file:
        file.write(content)


def _clear(path: Path) -> None:
    """Remove a file or a folder, if it exists."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    path.chmod(0o755)
    for where, folders, _ in os.walk(path):
        for folder in (Path(where, name) for name in folders):
            if not folder.is_symlink():
                folder.chmod(0o755)  # os.walk must be able to list it
    shutil.rmtree(path)


@dataclass
class Walk:
    """Random changes of files below the root, but never of the root itself. The seed makes them repeatable."""

    root: Path
    rng: random.Random

    def step(self) -> str:
        """Perform one operation; return its description for the report of a failure."""
        operation = self.rng.choice(WEIGHTED_OPERATIONS)
        path = self.random_path()
        # The walk deletes folders. If the root were replaced by a link to "/", it would delete those of the machine.
        assert path.parent.resolve().is_relative_to(self.root.parent.resolve() / self.root.name), f"{path} is outside"
        with contextlib.suppress(OSError):
            if (path.is_symlink() or path.is_fifo()) and operation in OPERATIONS_THAT_FOLLOW_LINKS:
                path.unlink()  # a link may lead out of the walk's folder, and writing to a FIFO waits for a reader
            operation(self, path)
        return f"{operation.__name__.strip('_')} {os.fsencode(path)!r}"

    def random_path(self) -> Path:
        """A file or folder below the root; it need not exist."""
        folders = [self.root, *(Path(where) for where, _, _ in os.walk(self.root))]
        folder = self.rng.choice(folders)
        with contextlib.suppress(OSError):
            if (names := sorted(folder.iterdir())) and self.rng.random() < 0.7:
                return self.rng.choice(names)
        return folder / os.fsdecode(self.rng.choice(ODD_NAMES) + self.rng.choice(ENDINGS))

    def write(self, path: Path) -> None:
        if path.is_dir():
            _clear(path)
        _write(path, self.rng.choice(CONTENTS))

    def garbage(self, path: Path) -> None:
        _write(path, self.rng.randbytes(self.rng.randrange(2000)))

    def replace(self, path: Path) -> None:
        """Save as editors do: write another file, then rename it."""
        temporary = path.with_name("4913")
        _clear(temporary)
        _write(temporary, self.rng.choice(CONTENTS))
        temporary.replace(path)

    def rename(self, path: Path) -> None:
        path.rename(self.random_path())

    def delete(self, path: Path) -> None:
        _clear(path)

    def truncate(self, path: Path) -> None:
        os.truncate(path, self.rng.randrange(50))

    def huge(self, path: Path) -> None:
        os.truncate(path, 10**12)  # a sparse file: it takes no space

    def change_mode(self, path: Path) -> None:
        path.chmod(self.rng.choice([0o000, 0o444, 0o644, 0o755]))

    def symlink(self, path: Path) -> None:
        target = self.rng.choice(
            ["nowhere", path.name, "..", "/", "/dev/zero", "/proc/self/mem", str(self.random_path())]
        )
        self.delete(path)
        path.symlink_to(target)

    def fifo(self, path: Path) -> None:
        self.delete(path)
        os.mkfifo(path)

    def folder(self, path: Path) -> None:
        self.delete(path)
        path.mkdir()


OPERATIONS_THAT_FOLLOW_LINKS = {Walk.write, Walk.garbage, Walk.truncate, Walk.huge, Walk.change_mode}
WEIGHTED_OPERATIONS: list[Callable[[Walk, Path], None]] = [
    Walk.write, Walk.write, Walk.write, Walk.replace, Walk.replace, Walk.garbage, Walk.rename, Walk.rename, Walk.delete,
    Walk.truncate, Walk.huge, Walk.change_mode, Walk.symlink, Walk.fifo, Walk.folder,
]  # fmt: skip


def _restore(root: Path, templates: Path, marker: Path, post: str) -> None:
    for path in root.iterdir():
        _clear(path)
    shutil.copytree(templates, root / "theme")
    (root / "posts/pages").mkdir(parents=True)
    (root / "posts/images").mkdir()
    (root / "posts/images/dot.svg").write_text(SVG)
    (root / "posts/good.md").write_text(GOOD)
    (root / "posts/pages/about.md").write_text("---\ntitle: About\n---\n\nWho writes here.\n")
    (root / "posts/site.yaml").write_text("title: Field notes\n")
    (root / "posts" / marker).write_text(post)


def _check_responses(server: "Process") -> None:
    assert server.popen.poll() is None, "the process has ended"
    assert server.get("/").status == 200
    assert server.get("/api/ready").status == 200


def test_the_walk_stays_below_its_root(tmp_path: Path) -> None:
    walk = Walk(tmp_path / "content", random.Random(SEED))
    assert {walk.random_path().parent for _ in range(100)} == {walk.root}
    walk.root.mkdir()
    assert {walk.random_path().parent for _ in range(100)} == {walk.root}
    walk.root.rmdir()
    (tmp_path / "outside/folder").mkdir(parents=True)
    walk.root.symlink_to("outside")
    with pytest.raises(AssertionError, match="is outside"):
        walk.step()


@pytest.mark.process
def test_no_operation_on_files_ends_the_process(
    serve: "Serve", templates: Path, tmp_path: Path, post: "WritePost"
) -> None:
    root = tmp_path / "content"
    root.mkdir()
    _restore(root, templates, Path("round-0.md"), post("Round 0", "2026-01-01"))
    variables = {"BLOG_RELOAD": "true", "BLOG_TEMPLATES_DIR": str(root / "theme"), "BLOG_LOG_LEVEL": "warning"}
    server = serve(root / "posts", **variables).wait_until_ready()
    walk, done, steps = Walk(root, random.Random(SEED)), 0, list[str]()
    while done < OPERATIONS:
        for _ in range(BATCHES_PER_ROUND):
            steps += [walk.step() for _ in range(BATCH)]
            done += BATCH
            try:
                _check_responses(server)
            except (AssertionError, OSError) as problem:
                raise AssertionError(
                    f"seed {SEED}, after {steps[-BATCH:]}: {problem}\n{server.output[-4000:]}"
                ) from problem
        _restore(root, templates, Path(f"round-{done}.md"), post(f"Round {done}", "2026-01-01"))
        deadline = time.monotonic() + 60
        while server.get(f"/blog/round-{done}").status != 200:
            assert time.monotonic() < deadline, (
                f"seed {SEED}, never current after {steps[-60:]}:\n{server.output[-4000:]}"
            )
            time.sleep(0.05)
        _check_responses(server)
    server.signal()
    assert server.wait() == 0
