"""A random walk of file operations below a serving process: it must outlive each of them, and recover when the files are right again."""

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
BATCH, BATCHES_BEFORE_MENDING = 10, 6

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


# A link is refused and a FIFO without a reader fails at once, instead of being followed or waited for.
WRITING = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK


def _write(place: Path, content: bytes) -> None:
    with os.fdopen(os.open(place, WRITING, 0o644), "wb") as file:
        file.write(content)


def _clear(place: Path) -> None:
    """Remove whatever is there; nothing is no error."""
    if place.is_symlink() or not place.is_dir():
        place.unlink(missing_ok=True)
        return
    place.chmod(0o755)
    for where, folders, _ in os.walk(place):
        for folder in (Path(where, name) for name in folders):
            if not folder.is_symlink():
                folder.chmod(0o755)  # before os.walk lists it
    shutil.rmtree(place)


@dataclass
class Walk:
    """Changes anything below the root, and never the root itself, by chance; a seed repeats it."""

    root: Path
    chance: random.Random

    def step(self) -> str:
        """One operation; what it was, for the report of a failure."""
        operation = self.chance.choice(OPERATIONS_BY_CHANCE)
        place = self.place()
        # The walk deletes folders: were the root replaced by a link to "/", it would delete those of the machine.
        assert place.parent.resolve().is_relative_to(self.root.parent.resolve() / self.root.name), f"{place} is outside"
        with contextlib.suppress(OSError):
            if (place.is_symlink() or place.is_fifo()) and operation in FOLLOWING:
                place.unlink()  # a link may lead out of the walk's folder, and writing to a FIFO waits for a reader
            operation(self, place)
        return f"{operation.__name__.strip('_')} {os.fsencode(place)!r}"

    def place(self) -> Path:
        """A file or folder below the root; it need not exist."""
        folders = [self.root, *(Path(where) for where, _, _ in os.walk(self.root))]
        folder = self.chance.choice(folders)
        with contextlib.suppress(OSError):
            if (names := sorted(folder.iterdir())) and self.chance.random() < 0.7:
                return self.chance.choice(names)
        return folder / os.fsdecode(self.chance.choice(ODD_NAMES) + self.chance.choice(ENDINGS))

    def write(self, place: Path) -> None:
        if place.is_dir():
            _clear(place)
        _write(place, self.chance.choice(CONTENTS))

    def garbage(self, place: Path) -> None:
        _write(place, self.chance.randbytes(self.chance.randrange(2000)))

    def replace(self, place: Path) -> None:
        """As editors save: beside, then over it."""
        beside = place.with_name("4913")
        _clear(beside)
        _write(beside, self.chance.choice(CONTENTS))
        beside.replace(place)

    def rename(self, place: Path) -> None:
        place.rename(self.place())

    def delete(self, place: Path) -> None:
        _clear(place)

    def truncate(self, place: Path) -> None:
        os.truncate(place, self.chance.randrange(50))

    def huge(self, place: Path) -> None:
        os.truncate(place, 10**12)  # a hole: it takes no room

    def change_mode(self, place: Path) -> None:
        place.chmod(self.chance.choice([0o000, 0o444, 0o644, 0o755]))

    def symlink(self, place: Path) -> None:
        target = self.chance.choice(
            ["nowhere", place.name, "..", "/", "/dev/zero", "/proc/self/mem", str(self.place())]
        )
        self.delete(place)
        place.symlink_to(target)

    def fifo(self, place: Path) -> None:
        self.delete(place)
        os.mkfifo(place)

    def folder(self, place: Path) -> None:
        self.delete(place)
        place.mkdir()


FOLLOWING = {Walk.write, Walk.garbage, Walk.truncate, Walk.huge, Walk.change_mode}
OPERATIONS_BY_CHANCE: list[Callable[[Walk, Path], None]] = [
    Walk.write, Walk.write, Walk.write, Walk.replace, Walk.replace, Walk.garbage, Walk.rename, Walk.rename, Walk.delete,
    Walk.truncate, Walk.huge, Walk.change_mode, Walk.symlink, Walk.fifo, Walk.folder,
]  # fmt: skip


def _lay_out(root: Path, templates: Path, marker: Path, post: str) -> None:
    for place in root.iterdir():
        _clear(place)
    shutil.copytree(templates, root / "theme")
    (root / "posts/pages").mkdir(parents=True)
    (root / "posts/images").mkdir()
    (root / "posts/images/dot.svg").write_text(SVG)
    (root / "posts/good.md").write_text(GOOD)
    (root / "posts/pages/about.md").write_text("---\ntitle: About\n---\n\nWho writes here.\n")
    (root / "posts/site.yaml").write_text("title: Field notes\n")
    (root / "posts" / marker).write_text(post)


def _answers(server: "Process") -> None:
    assert server.popen.poll() is None, "the process has ended"
    assert server.get("/").status == 200
    assert server.get("/api/ready").status == 200


def test_the_walk_stays_below_its_root(tmp_path: Path) -> None:
    walk = Walk(tmp_path / "content", random.Random(SEED))
    assert {walk.place().parent for _ in range(100)} == {walk.root}
    walk.root.mkdir()
    assert {walk.place().parent for _ in range(100)} == {walk.root}
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
    _lay_out(root, templates, Path("round-0.md"), post("Round 0", "2026-01-01"))
    variables = {"BLOG_RELOAD": "true", "BLOG_TEMPLATES_DIR": str(root / "theme"), "BLOG_LOG_LEVEL": "warning"}
    server = serve(root / "posts", **variables).wait_until_ready()
    walk, done, steps = Walk(root, random.Random(SEED)), 0, list[str]()
    while done < OPERATIONS:
        for _ in range(BATCHES_BEFORE_MENDING):
            steps += [walk.step() for _ in range(BATCH)]
            done += BATCH
            try:
                _answers(server)
            except (AssertionError, OSError) as problem:
                raise AssertionError(
                    f"seed {SEED}, after {steps[-BATCH:]}: {problem}\n{server.output[-4000:]}"
                ) from problem
        _lay_out(root, templates, Path(f"round-{done}.md"), post(f"Round {done}", "2026-01-01"))
        deadline = time.monotonic() + 60
        while server.get(f"/blog/round-{done}").status != 200:
            assert time.monotonic() < deadline, (
                f"seed {SEED}, never current after {steps[-60:]}:\n{server.output[-4000:]}"
            )
            time.sleep(0.05)
        _answers(server)
    server.signal()
    assert server.wait() == 0
