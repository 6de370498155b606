"""Prints Lighthouse's scores of a phone for four pages of the demo; `make lighthouse` calls it. Performance depends on the machine: leave it alone meanwhile."""

import json
import os
import subprocess
import sys

from screenshots import PAGES, ROOT, serve

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


def report(url: str) -> dict[str, float]:
    command = [
        str(ROOT / "node_modules/.bin/lighthouse"), url, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    ]  # fmt: skip
    environ = {"CHROME_PATH": "/usr/bin/chromium", **os.environ}
    result = json.loads(subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE, timeout=300).stdout)
    scores = {name: 100 * result["categories"][name]["score"] for name in CATEGORIES}
    return {**scores, "layout shift": round(result["audits"]["cumulative-layout-shift"]["numericValue"], 4)}


def main() -> int:
    process, origin = serve()
    try:
        found = {name: report(origin + PAGES[name]) for name in ("home", "post", "list", "search")}
    finally:
        process.terminate()
        process.wait()
    for name, scores in found.items():
        print(f"{name:8}", *(f"{what} {value:g}" for what, value in scores.items()), sep="  ")
    # Search engines are asked not to list results, which takes its score of seo from the search.
    del found["search"]["seo"]
    return int(any(scores.get(name, 100) < 100 for scores in found.values() for name in CATEGORIES))


if __name__ == "__main__":
    sys.exit(main())
