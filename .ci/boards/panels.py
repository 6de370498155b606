"""Panels and boards as Grafana's JSON. A panel says what its numbers mean, from which value on they are bad, and where to look next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from targets import Target, source

# The chart replaces these by the names of the release, so that the boards of two blogs live side by side. As they are they fit docker/compose.yaml.
UID, RELEASE = "blog-compose", "compose/blog"
RUNBOOK = "https://github.com/example/blog/blob/main/docs/operations.md"
COLUMNS = 24
Steps = tuple[tuple[float | None, str], ...]
PLAIN: Steps = ((None, "green"),)


def above(orange: float, red: float | None = None) -> Steps:
    """Thresholds of a number that is better the lower it is."""
    return ((None, "green"), (orange, "orange"), *(((red, "red"),) if red is not None else ()))


def below(orange: float, green: float) -> Steps:
    """Thresholds of a number that is better the higher it is."""
    return ((None, "red"), (orange, "orange"), (green, "green"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A panel. ``section`` is the heading of docs/operations.md that says what to do, ``board`` the one with more about it."""

    title: str
    description: str
    targets: tuple[Target, ...]
    kind: str = "timeseries"
    unit: str = "short"
    width: int = 8
    height: int = 7
    steps: Steps = PLAIN
    section: str = "metrics"
    board: str = ""
    maximum: float | None = None
    decimals: int | None = None
    none: str = "none"
    options: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    transformations: tuple[dict[str, Any], ...] = ()

    def json(self, number: int, x: int, y: int) -> dict[str, Any]:
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": self.height},
            "datasource": source(self.targets[0].kind),
            "targets": [target.json(chr(ord("A") + position)) for position, target in enumerate(self.targets)],
            "fieldConfig": {"defaults": self._defaults(), "overrides": []},
            "options": _OPTIONS.get(self.kind, {}) | self.options,
            "links": self._links(),
            **({"transformations": list(self.transformations)} if self.transformations else {}),
        }

    def _defaults(self) -> dict[str, Any]:
        custom = _CUSTOM.get(self.kind, {}) | self.custom
        if self.kind == "timeseries" and len(self.steps) > 1:
            custom = custom | {"thresholdsStyle": {"mode": "dashed"}}
        more = {"max": self.maximum, "decimals": self.decimals}
        return {
            "unit": self.unit,
            "noValue": self.none,
            "min": 0,
            **{name: value for name, value in more.items() if value is not None},
            "color": {"mode": "palette-classic" if self.kind in {"timeseries", "piechart"} else "thresholds"},
            "thresholds": {
                "mode": "absolute",
                "steps": [{"value": value, "color": color} for value, color in self.steps],
            },
            "custom": custom,
        }

    def _links(self) -> list[dict[str, Any]]:
        links = [{"title": "What to do", "url": f"{RUNBOOK}#{self.section}", "targetBlank": True}]
        if self.board:
            links.append(
                {"title": "More about it", "url": f"/d/{UID}-{self.board}?${{__url_time_range}}&${{__all_variables}}"}
            )
        return links


_LEGEND = {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []}
_REDUCE = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_OPTIONS: dict[str, dict[str, Any]] = {
    "timeseries": {"legend": _LEGEND, "tooltip": {"mode": "multi", "sort": "desc"}},
    "stat": {"reduceOptions": _REDUCE, "colorMode": "value", "graphMode": "none", "textMode": "auto"},
    "bargauge": {"reduceOptions": _REDUCE, "orientation": "horizontal", "displayMode": "basic"},
    "piechart": {"reduceOptions": _REDUCE, "pieType": "donut", "legend": _LEGEND | {"placement": "right"}, "displayLabels": ["percent"]},
    "table": {"showHeader": True},
    "logs": {"showTime": True, "wrapLogMessage": True, "enableLogDetails": True, "sortOrder": "Descending", "dedupStrategy": "none"},
    "heatmap": {
        "calculate": False,
        "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64},
        "exemplars": {"color": "rgba(255,0,255,0.7)"},
        "yAxis": {"axisPlacement": "left", "unit": "s"},
        "rowsFrame": {"layout": "le"},
        "tooltip": {"mode": "single", "yHistogram": True},
        "cellGap": 1,
        "legend": {"show": True},
    },
}  # fmt: skip
_CUSTOM: dict[str, dict[str, Any]] = {
    "timeseries": {"drawStyle": "line", "lineWidth": 1, "fillOpacity": 10, "showPoints": "never", "spanNulls": False},
    "table": {"align": "auto", "filterable": True},
}


@dataclass(frozen=True, slots=True)
class Row:
    """Panels below a heading, from left to right."""

    title: str
    panels: tuple[Panel, ...]

    def json(self, number: int, y: int) -> tuple[list[dict[str, Any]], int]:
        """The heading and its panels, numbered from ``number``, and the first line below them."""
        heading = {
            "id": number,
            "type": "row",
            "title": self.title,
            "collapsed": False,
            "panels": [],
            "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1},
        }
        placed, x, y, tallest = [heading], 0, y + 1, 0
        for panel in self.panels:
            if x + panel.width > COLUMNS:
                x, y, tallest = 0, y + tallest, 0
            placed.append(panel.json(number + len(placed), x, y))
            x, tallest = x + panel.width, max(tallest, panel.height)
        return placed, y + tallest


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A dashboard. ``name`` ends its uid and names its file."""

    name: str
    title: str
    description: str
    variables: Sequence[dict[str, Any]]
    annotations: Sequence[dict[str, Any]]
    rows: Sequence[Row]

    def json(self) -> dict[str, Any]:
        return {
            "uid": f"{UID}-{self.name}",
            "title": f"{RELEASE}: {self.title}",
            "description": self.description,
            "tags": ["blog", UID],
            "schemaVersion": 39,
            "version": 1,
            "editable": True,
            "graphTooltip": 1,
            "refresh": "1m",
            "time": {"from": "now-6h", "to": "now"},
            "timezone": "",
            "links": [
                {"type": "dashboards", "title": "Boards", "tags": [UID], "asDropdown": False, "includeVars": True, "keepTime": True, "targetBlank": False},
                {"type": "link", "title": "Runbook", "url": RUNBOOK, "icon": "doc", "targetBlank": True, "tags": []},
            ],
            "annotations": {"list": list(self.annotations)},
            "templating": {"list": list(self.variables)},
            "panels": list(self._panels()),
        }  # fmt: skip

    def _panels(self) -> Iterator[dict[str, Any]]:
        number, y = 1, 0
        for row in self.rows:
            placed, y = row.json(number, y)
            number += len(placed)
            yield from placed
