"""Rows of the benches' tables, and the document they are written to."""

import importlib.metadata
import os
import platform
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

TARGET = Path(__file__).parent.parent / "docs/performance.md"


@dataclass(frozen=True, slots=True)
class Row:
    measure: str
    value: str
    least: str
    aim: str
    verdict: str


def verdict(value: float, least: float, aim: float) -> str:
    """Whether a figure reaches what was asked; bounds may be floors or ceilings."""
    floor = aim > least
    if (value >= aim) if floor else (value <= aim):
        return "aim"
    return "reached" if ((value >= least) if floor else (value <= least)) else "**short**"


def ratio(measure: str, value: float, least: float, aim: float) -> Row:
    return Row(measure, f"{value:.2f}", f"{least:g}", f"{aim:g}", verdict(value, least, aim))


def amount(measure: str, value: float, unit: str, least: float, aim: float) -> Row:
    return Row(measure, f"{value:.2f} {unit}", f"{least:g} {unit}", f"{aim:g} {unit}", verdict(value, least, aim))


def progress(text: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)


def table(rows: list[Row]) -> str:
    lines = "\n".join(f"| {row.measure} | {row.value} | {row.least} | {row.aim} | {row.verdict} |" for row in rows)
    return f"| measure | here | at least | aim | |\n|---|---:|---:|---:|---|\n{lines}"


def machine() -> str:
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("uvicorn", "uvloop", "httptools", "fastapi")
    )
    return f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores; Python {platform.python_version()}, {versions}"


def put(name: str, text: str) -> None:
    """Write a part of docs/performance.md anew, between its markers."""
    print(text)
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = TARGET.read_text(encoding="utf-8").partition(begin)
    TARGET.write_text(f"{before}{begin}\n{text}{end}{rest.partition(end)[2]}", encoding="utf-8")
