"""What html-validate and Lighthouse say about the demo site."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import CHROMIUM_FLAGS, Site, npm_command, require

pytestmark = [pytest.mark.browser, pytest.mark.validator]
# The recommended rules of html-validate, but for these.
RULES: dict[str, Any] = {
    # HTML has it in either case.
    "doctype-style": ["error", {"style": "lowercase"}],
    # Ids of the service begin with an underscore, so that no heading's id is the same.
    "valid-id": ["error", {"relaxed": True}],
    # The list below the search field is that of a combobox, for which HTML has no element.
    "prefer-native-element": ["error", {"exclude": ["listbox"]}],
    # How long a title is, its author decides.
    "long-title": "off",
}
# The fourth category, performance, is the time of a machine that runs other tests too. Its causes are asserted elsewhere: bytes, requests and shifts.
CATEGORIES = ("accessibility", "best-practices", "seo")


def test_html_validate_recommends_nothing(demo: Site, tmp_path: Path) -> None:
    command = npm_command("html-validate")
    config = {"root": True, "extends": ["html-validate:recommended"], "rules": RULES}
    (tmp_path / "config.json").write_text(json.dumps(config))
    for number, path in enumerate((*demo.paths, "/search", "/search?q=readiness", "/there-is-no-such-page")):
        (tmp_path / f"{number}.html").write_bytes(httpx.get(demo.origin + path).content)
    run = [
        command,
        "--config",
        "config.json",
        "--formatter",
        "json",
        *sorted(it.name for it in tmp_path.glob("*.html")),
    ]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    found = [
        (message["ruleId"], message["message"], message.get("selector"))
        for file in json.loads(done.stdout)
        for message in file["messages"]
    ]
    assert (found, done.returncode) == ([], 0)


def _report(url: str, folder: Path) -> dict[str, Any]:
    chromium = shutil.which("chromium")
    require(chromium, "apt-get install chromium")
    run = [
        npm_command("lighthouse"), url, "--quiet", "--output=json", f"--output-path={folder / 'report.json'}",
        f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags=--headless=new {' '.join(CHROMIUM_FLAGS)}",
    ]  # fmt: skip
    environ = {**os.environ, "CHROME_PATH": str(chromium)}
    subprocess.run(run, env=environ, check=True, capture_output=True, timeout=300)
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return report


@pytest.mark.parametrize("path", ["/", "/blog/a-readiness-probe-that-can-say-no"], ids=["home", "post"])
def test_lighthouse_finds_nothing_on_a_phone(demo: Site, tmp_path: Path, path: str) -> None:
    report = _report(demo.origin + path, tmp_path)
    scores = {name: report["categories"][name]["score"] for name in CATEGORIES}
    assert scores == dict.fromkeys(CATEGORIES, 1)
