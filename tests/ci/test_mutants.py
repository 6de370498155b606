"""The list of changes that tests must notice: each can still be made. `make mutants` makes them."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "mutants.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ci_mutants", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_each_old_text_occurs_exactly_once_and_each_test_exists(script: ModuleType) -> None:
    mutants = script.mutants()
    assert len(mutants) >= 40
    assert script.outdated(mutants) == []
    assert [str(each) for each in mutants if each.old == each.new] == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("two = 2\n", "occurs 0 times", id="gone"),
        pytest.param("one = 1\none = 1\n", "occurs 2 times", id="twice"),
        pytest.param(None, "No such file", id="no-file"),
    ],
)
def test_a_change_that_cannot_be_made_is_named(
    script: ModuleType, tmp_path: Path, text: str | None, problem: str
) -> None:
    if text is not None:
        (tmp_path / "a.py").write_text(text)
    mutant = script.Mutant(file="a.py", old="one = 1", new="one = 2", tests="")
    (said,) = script.outdated([mutant], tmp_path)
    assert problem in said
    assert "a.py" in said


def test_a_test_that_is_gone_is_named(script: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one = 1\n")
    mutant = script.Mutant(file="a.py", old="one = 1", new="one = 2", tests="tests/test_gone.py -k one")
    assert script.outdated([mutant], tmp_path) == ["a.py: there is no tests/test_gone.py"]


def test_an_expression_that_selects_no_test_is_named(script: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one = 1\n")
    (tmp_path / "test_a.py").write_text("def test_one(): pass\n")
    mutant = script.Mutant(file="a.py", old="one = 1", new="one = 2", tests="test_a.py -k one or two")
    assert script.outdated([mutant], tmp_path) == ["a.py: -k two selects no test of test_a.py"]


def test_the_slices_contain_each_change_once(script: ModuleType) -> None:
    numbers = list(range(70))
    assert [number for part in range(1, 5) for number in script.slice_of(numbers, f"{part}/4")] == numbers


def test_tests_that_hang_count_as_failed_and_are_killed_with_their_servers(script: ModuleType, tmp_path: Path) -> None:
    command = ["sh", "-c", "sleep 600 & echo $! > server; wait"]
    assert script.run_bounded(command, tmp_path, {}, seconds=1)[0] == script.TESTS_FAILED
    server = int((tmp_path / "server").read_text())
    # The process may stay as a zombie, which has no command line, or be gone.
    command_line = Path(f"/proc/{server}/cmdline")
    assert not command_line.exists() or not command_line.read_bytes()


@pytest.mark.parametrize(
    ("test", "wrong"),
    [
        pytest.param("from a import one\ndef test_one(): assert one == 1\n", None, id="noticed"),
        pytest.param("def test_one(): pass\n", "survived: a.py", id="survived"),
        pytest.param("import nothing_of_this_name\n", "not run (pytest exits with", id="broken-test"),
    ],
)
def test_a_change_that_no_test_notices_is_named(
    script: ModuleType, tmp_path: Path, test: str, wrong: str | None
) -> None:
    (tmp_path / "a.py").write_text("one = 1\n")
    (tmp_path / "test_a.py").write_text(test)
    mutant = script.Mutant(file="a.py", old="one = 1", new="one = 2", tests="test_a.py")
    said = script.verdict(mutant, tmp_path)
    assert said is None if wrong is None else wrong in said
    assert (tmp_path / "a.py").read_text() == "one = 1\n"
