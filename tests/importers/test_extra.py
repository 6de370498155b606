"""The packages of the extra are in the lock of the development set, and not in that of the image."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRA = PROJECT["project"]["optional-dependencies"]["import"]


def locked(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


def test_the_tests_have_the_extra_and_the_image_has_not() -> None:
    names = {re.split(r"[<>=]", requirement)[0] for requirement in EXTRA}
    assert names
    assert set(EXTRA) <= {entry for entry in PROJECT["dependency-groups"]["dev"] if isinstance(entry, str)}
    assert names <= locked("requirements-dev.txt")
    assert names & locked("requirements.txt") == set()
