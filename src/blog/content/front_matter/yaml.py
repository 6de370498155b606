"""YAML of front matter and of site.yaml."""

import re
from collections.abc import Hashable
from typing import Any

import yaml

from blog.content.characters import SURROGATE
from blog.content.front_matter.split import MAX_FRONT_MATTER_CHARACTERS, FrontMatterError
from blog.content.front_matter.values import TooDeepError, UnusableError, Value, composed
from blog.content.yaml_words import escaped_unusable, hint, refuse_markup, unusable

# The parser in C recurses on the machine's stack, so texts that nest deeper than any front matter needs are refused before it.
_MOST_BRACKETS = 200
_NESTED_BLOCKS = re.compile(r"(?:[-?:][ \t]+){20}")
_TAB_BEHIND_KEY = re.compile(r":[ \t]*\t[ \t]*")
# Hexo reads a tab before a line as two spaces, and texts that were written for it have them.
_TABS_BEFORE_LINE = re.compile(r"^\t+", re.MULTILINE)
_TOML_LINE = re.compile(r"^[\w.-]+[ \t]*=[ \t]*\S", re.ASCII | re.MULTILINE)


class _Loader(yaml.CBaseLoader):
    """The loader in C. It keeps scalars as text."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a word", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{key} is given twice", key_node.start_mark)
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


class _PythonLoader(yaml.BaseLoader):
    """The loader in Python: slower, with more precise error messages."""

    def construct_scalar(self, node: yaml.ScalarNode) -> str:
        """The text of a scalar. Unlike the loader in C, this one accepts surrogates, which cannot be encoded in a page."""
        text = str(super().construct_scalar(node))
        if SURROGATE.search(text):
            problem = r"\ud800 to \udfff are surrogates; write the character itself"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return text


_PythonLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _load(text: str) -> object:
    refuse_markup(text)
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 -- BaseLoader makes only text, lists and mappings
    except yaml.YAMLError:
        # Load it again for a better error message. Unlike the loader in C, this one accepts no tab behind a colon.
        untabbed = _TABS_BEFORE_LINE.sub(lambda tabs: "  " * len(tabs[0]), _TAB_BEHIND_KEY.sub(": ", text))
        return yaml.load(untabbed, Loader=_PythonLoader)  # noqa: S506 -- BaseLoader makes only text, lists and mappings


def _excess(text: str) -> str | None:
    """Why a text is refused before parsing; None if it is not too long and not nested too deeply."""
    if len(text) > MAX_FRONT_MATTER_CHARACTERS:
        return f"longer than {MAX_FRONT_MATTER_CHARACTERS:,} characters"
    if text.count("[") + text.count("{") > _MOST_BRACKETS or _NESTED_BLOCKS.search(text):
        return "not valid YAML: nested too deeply"
    return None


def _problem(problem: Exception, text: str, first_line: int) -> tuple[int, str]:
    if isinstance(problem, yaml.MarkedYAMLError):
        mark = problem.problem_mark or problem.context_mark
        line, cause = mark.line if mark else 0, ""
        if not isinstance(problem, yaml.constructor.ConstructorError):
            line, cause = hint(text, line)
        return first_line + line, f"not valid YAML: {problem.problem}{cause or _not_toml(text)}"
    if isinstance(problem, RecursionError):
        return first_line, "not valid YAML: nested too deeply"
    return first_line, f"not valid YAML: {_shorten(str(problem).partition(chr(10))[0] or type(problem).__name__)}"


def _not_toml(text: str) -> str:
    return "; this looks like TOML, which stands between +++ lines" if _TOML_LINE.search(text) else ""


def read_yaml(text: str, first_line: int = 1) -> dict[str, Value]:
    """A YAML mapping whose scalars are all text; empty values are omitted.

    Raises:
        FrontMatterError: not YAML, not a mapping, a key given twice, an alias, or nested too deeply.
    """
    if excess := _excess(text):
        raise FrontMatterError((first_line, excess))
    if fault := unusable(text):
        raise FrontMatterError((first_line + fault[0], fault[1]))
    try:
        data = _load(text)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as problem:
        raise FrontMatterError(_problem(problem, text, first_line)) from problem
    if data in ("", None):
        return {}
    if not isinstance(data, dict):
        raise FrontMatterError((first_line, f"not a list of `key: value` lines{_not_toml(text)}"))
    try:
        return {key: value for key, value in _mapping_of(data).items() if value != ""}
    except UnusableError:
        line, reason = escaped_unusable(text)
        raise FrontMatterError((first_line + line, reason)) from None
    except TooDeepError:
        raise FrontMatterError((first_line, "not valid YAML: nested too deeply")) from None


def _mapping_of(data: object) -> dict[str, Value]:
    value = composed(data)
    return value if isinstance(value, dict) else {}


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 -- fits one line of a terminal
