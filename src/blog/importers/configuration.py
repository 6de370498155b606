"""Configuration of other programs, read as data: YAML, TOML, JSON, and the literals in Python or JavaScript files. Nothing is executed."""

import ast
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blog.content.front_matter import FrontMatterError, read_yaml
from blog.importers.source_folder import SourceFolder


def read_configuration(folder: SourceFolder, path: Path | None) -> dict[str, Any]:
    """The values of a configuration file; none if there is none, or if it cannot be read, which is reported."""
    text = folder.read(path) if path else None
    if path is None or text is None:
        return {}
    try:
        match path.suffix:
            case ".toml":
                return tomllib.loads(text)
            case ".json":
                data = json.loads(text)
                return data if isinstance(data, dict) else {}
            case ".py":
                return _literals(text)
            case _:
                return read_yaml(text.replace("\t", "    "))
    except FrontMatterError as problem:
        line, reason = problem.problems[0]
    except SyntaxError as problem:
        line, reason = problem.lineno or 1, f"not valid Python: {problem.msg}"
    except (ValueError, RecursionError, MemoryError) as problem:
        line, reason = getattr(problem, "lineno", 1), f"cannot be read: {problem}"
    folder.report.lose(path, line, f"{reason}; the program's defaults are assumed")
    return {}


def _literals(text: str) -> dict[str, Any]:
    """The top-level names of a Python file that are set to literals."""
    found: dict[str, Any] = {}
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    try:
                        found[target.id] = ast.literal_eval(statement.value)
                    except (ValueError, TypeError, MemoryError, RecursionError):
                        continue
    return found


def site_values(
    title: Any = "", description: Any = "", author: Any = "", lang: Any = "", timezone: Any = ""
) -> dict[str, str]:
    """Values of site.yaml, of those that are texts."""
    if isinstance(author, Mapping):
        author = author.get("name", "")
    values = {"title": title, "description": description, "author": author, "lang": lang, "timezone": timezone}
    return {key: " ".join(value.split()) for key, value in values.items() if isinstance(value, str) and value.strip()}
