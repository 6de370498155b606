"""Writes the tables of chart/README.md from the comments in chart/values.yaml (`make chart`)."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[1] / "chart"
BEGIN, END = "<!-- values: begin -->", "<!-- values: end -->"


@dataclass(frozen=True, slots=True)
class Value:
    """A key of values.yaml that has a comment."""

    section: str
    path: tuple[str, ...]
    comment: str


def values(text: str) -> Iterator[Value]:
    r"""The keys that have a comment, in their order. A key without one is part of the default of the key above it.

    >>> [(value.path, value.comment) for value in values("## A\n# Why.\na:\n  # What.\n  b: 1\n  c: 2\n")]
    [(('a',), 'Why.'), (('a', 'b'), 'What.')]
    """
    section, comment, parents = "", list[str](), list[tuple[int, str]]()
    for line in text.splitlines():
        stripped = line.lstrip()
        indent = len(line) - len(stripped)
        if stripped.startswith("## "):
            section, comment = stripped.removeprefix("## "), []
        elif stripped.startswith("# "):
            comment.append(stripped.removeprefix("# "))
        elif stripped and not stripped.startswith("- ") and ":" in stripped:
            parents = [(depth, name) for depth, name in parents if depth < indent]
            parents.append((indent, stripped.partition(":")[0]))
            if comment:
                yield Value(section, tuple(name for _, name in parents), " ".join(comment))
            comment = []
        else:
            comment = []


def value_at(defaults: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        defaults = defaults[name]
    return defaults


def uncommented(defaults: dict[str, Any], known: set[tuple[str, ...]], path: tuple[str, ...] = ()) -> Iterator[str]:
    """The keys without documentation: neither they nor the keys above them have a comment."""
    for name, value in defaults.items():
        here = (*path, name)
        if here not in known and isinstance(value, dict) and value:
            yield from uncommented(value, known, here)
        elif here not in known:
            yield ".".join(here)
        elif isinstance(value, dict) and any(each[: len(here)] == here and each != here for each in known):
            yield from uncommented(value, known, here)


def tables(text: str) -> str:
    defaults = yaml.safe_load(text)
    found = list(values(text))
    missing = list(uncommented(defaults, {value.path for value in found}))
    if missing:
        sys.exit(f"chart/values.yaml: no comment above {', '.join(missing)}")
    lines: list[str] = []
    for number, value in enumerate(found):
        if number == 0 or value.section != found[number - 1].section:
            lines += ["", f"### {value.section}", "", "| value | default | meaning |", "|---|---|---|"]
        default = json.dumps(value_at(defaults, value.path), ensure_ascii=False).replace("|", "\\|")
        lines.append(f"| `{'.'.join(value.path)}` | `{default}` | {value.comment.replace('|', chr(92) + '|')} |")
    return "\n".join(lines)


def with_tables(readme: str, text: str) -> str:
    """The README with new tables from the text of values.yaml."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables(text)}\n\n{END}{after}"


def main() -> None:
    readme = CHART / "README.md"
    text = with_tables(readme.read_text(encoding="utf-8"), (CHART / "values.yaml").read_text(encoding="utf-8"))
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
