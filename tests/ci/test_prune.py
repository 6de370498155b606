"""Old packages of main are deleted, and nothing that a release or another image needs."""

import importlib.util
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.ci.conftest import Script, StandIn

PRUNE = Path(__file__).parents[2] / ".ci" / "prune.py"
NOW = datetime.now(UTC)
VARIABLES = {"GITHUB_REPOSITORY": "Ada/Blog", "OWNER_KIND": "users", "KEEP": "1", "DAYS": "90"}


def digest(letter: str) -> str:
    return "sha256:" + letter * 64


def version(number: int, letter: str, *tags: str, days: int = 200) -> dict[str, Any]:
    created = (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": number,
        "name": digest(letter),
        "created_at": created,
        "metadata": {"container": {"tags": list(tags)}},
    }


VERSIONS = [
    version(1, "a", "v1.0.0", "latest"),
    version(2, "b"),  # the image of the release
    version(3, "c", "sha-1111111"),  # expired
    version(4, "d"),  # its image
    version(5, "e", f"sha256-{'c' * 64}.sig"),  # its signature
    version(6, "f", "sha-2222222", days=100),  # the newest one: KEEP
    version(7, "0"),  # its image
    version(8, "1", f"sha256-{'a' * 64}.sig"),  # the signature of the release
    version(9, "2", days=5),  # young: perhaps a push that is not finished
    version(10, "3", "sha-3333333", "v0.9.0"),  # a commit that was released
    version(11, "4", "by-hand"),
]
INDEX = {"a": "b", "c": "d", "f": "0"}


def run(script: "Script", stand_in: "StandIn", python: str, **more: str) -> tuple[list[str], Any]:
    listed = json.dumps([VERSIONS[:6], VERSIONS[6:]])
    calls = stand_in("gh", f"case \"$*\" in *DELETE*) ;; *charts*) echo '[[]]' ;; *) echo '{listed}' ;; esac")
    lists = "".join(
        f"*@{digest(letter)}) echo '{json.dumps({'manifests': [{'digest': digest(image)}]})}' ;; "
        for letter, image in INDEX.items()
    )
    stand_in("docker", f"case \"$*\" in {lists} *) echo '{{}}' ;; esac")
    done = script(python, PRUNE, **VARIABLES, **more)
    deleted = [line for line in calls.read_text(encoding="utf-8").splitlines() if "DELETE" in line]
    return [line.rpartition("/")[2] for line in deleted], done


def test_what_expired_is_deleted_with_its_images_and_signatures(
    script: "Script", stand_in: "StandIn", python: str
) -> None:
    deleted, done = run(script, stand_in, python)
    assert done.returncode == 0, done.stderr
    assert set(deleted) == {"3", "4", "5"}


def test_a_dry_run_deletes_nothing(script: "Script", stand_in: "StandIn", python: str) -> None:
    deleted, done = run(script, stand_in, python, DRY_RUN="true")
    assert deleted == []
    assert digest("c") in done.stdout


def test_nothing_is_deleted_if_an_image_that_stays_cannot_be_read(
    script: "Script", stand_in: "StandIn", python: str
) -> None:
    calls = stand_in("gh", f"echo '{json.dumps([VERSIONS])}'")
    stand_in("docker", "echo 503 >&2; exit 1")
    done = script(python, PRUNE, **VARIABLES)
    assert done.returncode == 1
    assert "503; nothing more is deleted" in done.stderr
    assert "DELETE" not in calls.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def prune() -> ModuleType:
    specification = importlib.util.spec_from_file_location("prune", PRUNE)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("tags", "disposable"),
    [
        (["sha-0123456"], True),
        (["0.1.1-main.42.1.g0123456"], True),
        (["sha-0123456", "latest"], False),
        (["v1.2.3"], False),
        (["1.2.3"], False),
        ([], False),
    ],
)
def test_only_names_of_main_are_disposable(prune: ModuleType, tags: list[str], disposable: bool) -> None:  # noqa: FBT001 -- a case
    assert prune.Version.parse(version(1, "a", *tags)).disposable is disposable
