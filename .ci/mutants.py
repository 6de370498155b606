"""Changes one line of the service at a time, in a copy, and runs the tests that should fail.

The changes are in mutants.toml: a file, its old text, its new text, and the arguments of pytest. Prints the changes that no test notices, and
exits with 1 if there are any. `--only TEXT` makes those that contain TEXT, `--slice 1/4` the first quarter.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_suffix(".toml")
TESTS_PASSED, TESTS_FAILED = 0, 1
# A change may make a test hang.
TIMEOUT_SECONDS = 300
_OPERATORS = {"and", "or", "not"}


Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change, and the arguments of pytest for the tests that should fail with it."""

    file: str
    old: str
    new: str
    tests: str

    def __str__(self) -> str:
        return f"{self.file}: {self.old!r} -> {self.new!r}"

    def applied_to(self, text: str) -> str:
        """The changed text.

        Raises:
            ValueError: the old text is not there exactly once.
        """
        if (count := text.count(self.old)) != 1:
            raise ValueError(f"{self.file}: the old text occurs {count} times, not once: {self.old!r}")
        return text.replace(self.old, self.new)


def mutants() -> list[Mutant]:
    """Those of mutants.toml."""
    return [Mutant(**each) for each in tomllib.loads(LIST.read_text(encoding="utf-8"))["mutant"]]


def outdated(listed: Iterable[Mutant], root: Path = ROOT) -> list[str]:
    """What is wrong with each change that cannot be applied any more."""
    return [problem for each in listed if (problem := _problem(each, root))]


def _problem(mutant: Mutant, root: Path) -> str | None:
    try:
        mutant.applied_to((root / mutant.file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        return str(problem)
    files, words = _split(mutant.tests)
    if missing := [file for file in files if not (root / file).exists()]:
        return f"{mutant.file}: there is no {missing[0]}"
    text = "".join((root / file).read_text(encoding="utf-8") for file in files).lower()
    unknown = [word for word in words.split() if word not in _OPERATORS and word.lower() not in text]
    return f"{mutant.file}: -k {unknown[0]} selects no test of {' '.join(files)}" if unknown else None


def _split(tests: str) -> tuple[list[str], str]:
    """The files, and the expression behind ``-k``."""
    files, _, expression = tests.partition(" -k ")
    return files.split(), expression


def copy_to(folder: Path) -> Path:
    """Copy the files that git tracks, as they are on disk; link the packages of npm."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, tracked.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    if (ROOT / "node_modules").is_dir():
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder


def run_tests(folder: Path, tests: str) -> tuple[int, str]:
    """The exit code of pytest on a copy, and its output; tests that a change makes hang count as failed."""
    # The path of the copy comes before the installed package, also in servers that the tests start.
    environ = os.environ | {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    files, expression = _split(tests)
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *files]
    return run_bounded([*command, *(["-k", expression] if expression else [])], folder, environ)


def run_bounded(
    command: list[str], folder: Path, environ: Mapping[str, str], seconds: float = TIMEOUT_SECONDS
) -> tuple[int, str]:
    """The exit code and the output of a command, which is killed after a time together with the processes that it started."""
    process = subprocess.Popen(
        command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0
    )
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return TESTS_FAILED, process.communicate()[0]
    return process.returncode, output


@contextmanager
def changed(folder: Path, mutant: Mutant) -> Iterator[None]:
    """The copy with the change, until the end of the block."""
    file = folder / mutant.file
    text = file.read_text(encoding="utf-8")
    file.write_text(mutant.applied_to(text), encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(text, encoding="utf-8")


def verdict(mutant: Mutant, folder: Path) -> str | None:
    """What is wrong: no test fails, or the tests cannot be run; None if a test fails."""
    with changed(folder, mutant):
        code, output = run_tests(folder, mutant.tests)
    if code == TESTS_FAILED:
        problem = None
    elif code == TESTS_PASSED:
        problem = f"survived: {mutant}\n  tests: {mutant.tests}"
    else:
        problem = f"not run (pytest exits with {code}): {mutant}\n{output[-2000:]}"
    print(problem or f"noticed: {mutant}", flush=True)
    return problem


def main() -> int:
    """The exit code: 0 if every change is noticed, 1 if one is not, 2 if one cannot be made or the tests fail without it."""
    options = _parser().parse_args()
    chosen = slice_of([each for each in mutants() if options.only in str(each)], options.slice)
    if problems := outdated(chosen):
        print(*problems, sep="\n", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as base:
        folders = [copy_to(Path(base) / str(number)) for number in range(options.jobs)]
        if failing := _failing_unchanged(chosen, folders):
            print(*(f"fails without a change: {tests}" for tests in failing), sep="\n", file=sys.stderr)
            return 2
        return _report(_in_copies(verdict, chosen, folders))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="only the changes with this text in them")
    parser.add_argument("--slice", default="1/1", metavar="PART/PARTS", help="only this part of them, such as 1/4")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many run at once")
    return parser


def slice_of(listed: list[Mutant], part: str) -> list[Mutant]:
    """A part such as 1/4, the first quarter."""
    number, _, parts = part.partition("/")
    first, last = ((int(number) - 1) * len(listed) // int(parts), int(number) * len(listed) // int(parts))
    return listed[first:last]


def _failing_unchanged(chosen: Iterable[Mutant], folders: list[Path]) -> list[str]:
    """The tests that fail without a change: they would notice nothing."""
    each = list(dict.fromkeys(mutant.tests for mutant in chosen))
    codes = _in_copies(lambda tests, folder: run_tests(folder, tests)[0], each, folders)
    return [tests for tests, code in zip(each, codes, strict=True) if code != TESTS_PASSED]


def _in_copies(work: Callable[[Job, Path], Result], jobs: list[Job], folders: list[Path]) -> list[Result]:
    """The results of jobs, of which each has a copy for itself while it runs."""
    free: SimpleQueue[Path] = SimpleQueue()

    def with_a_copy(job: Job) -> Result:
        folder = free.get()
        try:
            return work(job, folder)
        finally:
            free.put(folder)

    for folder in folders:
        free.put(folder)
    with ThreadPoolExecutor(len(folders)) as pool:
        return list(pool.map(with_a_copy, jobs))


def _report(verdicts: list[str | None]) -> int:
    wrong = [each for each in verdicts if each]
    print(f"{len(verdicts) - len(wrong)} of {len(verdicts)} changes are noticed", *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
