"""The runbook, docs/operations.md: its queries are valid, and what they ask for exists."""

import re
from typing import Any

import promql_parser
import pytest

from tests.chart.boards import BOARDS, FOREIGN, OF_PROMETHEUS, OPERATIONS, RUNBOOK, SPANS

METRIC = re.compile(r"\b(?:blog|http|process|python|container|kube|scrape)_[a-z0-9_]+\b(?!\()")


def test_the_runbook_has_queries() -> None:
    assert len(RUNBOOK) > 15


@pytest.mark.parametrize("query", RUNBOOK)
def test_a_query_of_the_runbook_is_valid(query: str) -> None:
    promql_parser.parse(query)


def test_every_metric_of_the_runbook_exists(families: set[str]) -> None:
    named = {name for span in SPANS for name in METRIC.findall(span) if not name.endswith("_")}
    assert {name for name in named if name not in families | FOREIGN | OF_PROMETHEUS} == set()


def test_every_value_of_the_chart_in_the_runbook_exists(defaults: dict[str, Any]) -> None:
    sections = [name for name, value in defaults.items() if isinstance(value, dict)]
    named = {span for span in SPANS if re.fullmatch(rf"(?:{'|'.join(sections)})(?:\.\w+)+", span)}
    assert len(named) > 10
    for path in named:
        here: Any = defaults
        for name in path.split("."):
            assert name in here, path
            here = here[name]


def test_the_boards_that_the_runbook_names_exist() -> None:
    named = set(re.findall(r"\bboard ([A-Z]\w+(?: and traces)?)\b", OPERATIONS))
    titles = {board["title"].partition(": ")[2] for board in BOARDS.values()}
    assert {"Overview", "Browser", "Runtime", "Logs and traces"} <= named <= titles
