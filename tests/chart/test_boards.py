"""The boards: their generator, their form, and names in their queries that exist."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import promql_parser
import pytest
import yaml

from blog import urls
from blog.telemetry.rum.payload import Site, beacon_of
from tests.chart.boards import (
    BOARDS,
    FOLDER,
    FOREIGN,
    OF_PROMETHEUS,
    OPERATIONS,
    ROOT,
    SELECTORS,
    Query,
    panels,
    queries,
)
from tests.chart.promtool import run

if TYPE_CHECKING:
    from tests.chart.conftest import Need, Object, Render

on_every_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
PROMQL, LOGQL, TRACEQL = queries("prometheus"), queries("loki"), queries("tempo")


def test_the_generator_writes_what_is_committed(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / ".ci/boards", tmp_path], check=True)
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}, "run make boards"


def test_there_are_five_boards() -> None:
    assert set(BOARDS) == {"browser", "logs-traces", "overview", "readers", "runtime"}


@on_every_board
def test_panels_have_unique_ids_and_titles_and_do_not_overlap(board: dict[str, Any]) -> None:
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    assert len({panel["title"] for panel in panels(board)}) == len(panels(board))
    cells = [
        (x, y)
        for panel in board["panels"]
        for position in [panel["gridPos"]]
        for x in range(position["x"], position["x"] + position["w"])
        for y in range(position["y"], position["y"] + position["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


@on_every_board
def test_every_panel_says_what_it_shows_in_which_unit_and_where_to_look_next(board: dict[str, Any]) -> None:
    headings = {
        re.sub(r"[^\w ]", "", each).lower().replace(" ", "-")
        for each in re.findall(r"^#+ (.+)$", OPERATIONS, re.MULTILINE)
    }
    names = {each["uid"] for each in BOARDS.values()}
    for panel in panels(board):
        defaults = panel["fieldConfig"]["defaults"]
        assert panel["description"].endswith("."), panel["title"]
        assert defaults["unit"]
        assert defaults["noValue"]
        assert defaults["thresholds"]["steps"][0]["value"] is None
        for link in panel["links"]:
            page, _, anchor = link["url"].partition("#")
            leads = {anchor} & headings if anchor else {page.removeprefix("/d/").partition("?")[0]} & names
            assert leads, (panel["title"], link)
        assert panel["links"], panel["title"]


@on_every_board
def test_every_data_source_is_a_variable_of_the_board(board: dict[str, Any]) -> None:
    variables = {each["name"]: each for each in board["templating"]["list"]}
    for panel in panels(board):
        for target in panel["targets"]:
            kind = target["datasource"]["type"]
            assert target["datasource"] == panel["datasource"] == {"type": kind, "uid": f"${{{kind}}}"}
            assert variables[kind]["type"] == "datasource"
    used = set(re.findall(r"\$\{?([a-z]+)\b", json.dumps(board)))
    assert used - {"__"} <= set(variables), "a variable that the board does not have"


@pytest.mark.parametrize("query", PROMQL, ids=lambda query: query.id)
def test_a_query_selects_the_series_of_the_release(query: Query) -> None:
    selectors = re.findall(r"\b([a-zA-Z_]+)\{([^}]*)\}", re.sub(r"\[[{}]\]", "", query.text))
    assert selectors
    for metric, labels in selectors:
        if metric in FOREIGN | {"ALERTS"}:
            assert 'namespace=~"$namespace"' in labels
            assert re.search(r'pod=~"\$pod"|"\$release"|alertname=~', labels)
        else:
            assert 'job=~"$job",namespace=~"$namespace",instance=~"$instance"' in labels


def test_every_metric_in_the_boards_exists(families: set[str]) -> None:
    used = {name for query in PROMQL for name in re.findall(r"\b([a-zA-Z_]+)\{", re.sub(r"\[[{}]\]", "", query.text))}
    assert len(used) > 30
    assert used - families - FOREIGN - OF_PROMETHEUS == set()


def test_every_metric_of_the_blog_is_on_a_board(families: set[str]) -> None:
    text = " ".join(query.text for query in PROMQL)
    own = {re.sub(r"_(bucket|count|sum)$", "", name) for name in families if name.startswith(("blog_", "http_"))}
    assert {name for name in own if name not in text} == set()


@pytest.mark.parametrize("query", PROMQL, ids=lambda query: query.id)
def test_a_query_is_valid_promql(query: Query) -> None:
    promql_parser.parse(query.expanded())


def test_prometheus_parses_every_query(need: "Need", tmp_path: Path) -> None:
    rules = [{"record": f"panel:{number}", "expr": query.expanded()} for number, query in enumerate(PROMQL)]
    text = yaml.safe_dump({"groups": [{"name": "boards", "rules": rules}]})
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    found = run(need("promtool", "apt-get install prometheus"), tmp_path, "check", "rules", "--lint=none", "rules.yaml")
    assert f"SUCCESS: {len(PROMQL)} rules found" in found


def streams(text: str) -> list[str]:
    """The pipelines of a LogQL query: what stands between a selector of streams and its window, or the end."""
    return re.findall(r"\$\{(?:logs|beacons):raw\}(.*?)(?: \[[^\]]+\]|$)", text)


def refused(need: "Need", asked: list[tuple[str, str]]) -> list[list[str]]:
    """Those of the queries that Grafana's grammars of LogQL and TraceQL refuse, each with its text from the first error on."""
    node = need("node", "apt-get install nodejs")
    need(str(ROOT / "node_modules/@grafana/lezer-logql"), "npm ci")
    script = [node, str(ROOT / "tests/chart/grammars.mjs")]
    found = subprocess.run(script, input=json.dumps(asked), capture_output=True, text=True, check=True)
    return list(json.loads(found.stdout))


def test_grafanas_grammars_accept_every_query_of_lines_and_traces(need: "Need") -> None:
    asked = [(query.kind, query.expanded()) for query in LOGQL + TRACEQL] + SELECTORS
    assert {kind for kind, _ in SELECTORS} == {"loki", "tempo"}
    assert [text for _, text in asked if "$" in text] == []
    assert refused(need, asked) == []


@pytest.mark.parametrize(
    ("kind", "query", "rest"),
    [
        ("loki", '{a="b"} | logfmt | unwrpa lcp', "lcp"),
        ("loki", 'sum by (level (count_over_time({a="b"} [5m]))', '(count_over_time({a="b"} [5m]))'),
        ("tempo", '{resource.service.name="blog" & kind=server}', "& kind=server}"),
        ("tempo", "{kind=servr}", "servr}"),
    ],
)
def test_grafanas_grammars_refuse_a_misspelt_query(kind: str, query: str, rest: str, need: "Need") -> None:
    assert refused(need, [(kind, query)]) == [[query, rest]]


@pytest.mark.parametrize("query", LOGQL, ids=lambda query: query.id)
def test_a_query_of_log_lines_unwraps_what_it_takes_the_quantile_of(query: Query) -> None:
    (pipeline,) = streams(query.text)
    assert ("unwrap" in pipeline) == ("quantile_over_time" in query.text)


@pytest.fixture(scope="module")
def line_fields() -> set[str]:
    """The names that Alloy's faro.receiver gives the fields of a beacon (its payload.go), of one that the blog forwards."""
    names = ("lcp", "inp", "cls", "ttfb")
    beacon = {
        "meta": {"session": {"id": "s"}, "browser": {"name": "Firefox"}, "page": {"url": "https://a.example/about"}},
        "measurements": [{"type": "web-vitals", "values": dict.fromkeys(names, 1)}],
        "exceptions": [{"type": "Error", "value": "x"}],
        "events": [{"name": "faro.performance.navigation"}],
    }
    site = Site("blog", "1", "production", "https://a.example", lambda path: path if path == "/about" else None)
    sent = json.loads(beacon_of(json.dumps(beacon).encode(), site).body)
    meta = {f"{part}_{name}" for part, fields in sent["meta"].items() for name in fields}
    return meta | {
        "kind",
        "hash",
        "event_name",
        *sent["exceptions"][0],
        *sent["measurements"][0],
        *sent["measurements"][0]["values"],
    }


def test_a_query_of_beacons_uses_fields_that_they_have(line_fields: set[str]) -> None:
    sdk = (ROOT / "templates/assets/faro-web-sdk.iife.js").read_text(encoding="utf-8")
    for query in LOGQL:
        if "${beacons:raw}" in query.text:
            (pipeline,) = streams(query.text)
            fields = set(re.findall(r"\| (?:unwrap )?(\w+)(?=$|[ =!<>])", pipeline)) - {"logfmt", "unwrap", "__error__"}
            fields |= {name for names in re.findall(r"by \(([^)]*)\)", query.text) for name in names.split(", ")}
            assert fields <= line_fields, query.id
            assert all(name in sdk for name in re.findall(r"event_name=`([^`]+)`", query.text))
            assert re.search(r'\|= "kind=(measurement|exception|event)"', pipeline)


def test_the_labels_of_the_lines_of_browsers_are_set_in_the_compose_stack() -> None:
    alloy = (ROOT / "docker/compose/config.alloy").read_text(encoding="utf-8")
    (labels,) = re.findall(r"extra_log_labels\s*=\s*\{(.*?)\}", alloy)
    (selector,) = {
        each["query"] for board in BOARDS.values() for each in board["templating"]["list"] if each["name"] == "beacons"
    }
    (label,) = re.findall(r"\{(\w+)=", selector)
    assert f'{label} = ""' in labels


def test_the_boards_of_a_release_have_its_names_and_show_it_first(render: "Render") -> None:
    values: Object = {
        "prometheusRule": {"runbookUrl": "https://runbooks.example/blog", "availability": 0.99},
        "faro": {"appName": "garden"},
        "tracing": {"serviceName": "notes"},
    }
    data = render(values, name="notes", namespace="garden").one("ConfigMap", "-dashboard")["data"]
    assert set(data) == {f"garden-notes-blog-{name}.json" for name in BOARDS}
    for name in BOARDS:
        text = data[f"garden-notes-blog-{name}.json"]
        board = json.loads(text)
        assert "compose" not in text
        assert len(text.splitlines()) == 1
        assert board["title"].startswith("garden/notes-blog: ")
        assert re.fullmatch(rf"blog-[0-9a-f]{{16}}-{name}", board["uid"])
        assert len(board["uid"]) <= 40
        assert board["tags"] == ["blog", board["uid"].removesuffix(f"-{name}")]
        current = {each["name"]: each["current"].get("value") for each in board["templating"]["list"]}
        expected = {
            "namespace": "garden", "job": "notes-blog", "release": "notes-blog", "availability": "0.99", "service": "notes",
            "beacons": '{app_name="garden"}', "logs": '{namespace="garden",pod=~"notes-blog-[a-z0-9]+-[a-z0-9]+",container="blog"}',
        }  # fmt: skip
        assert {key: value for key, value in current.items() if key in expected} == {
            key: expected[key] for key in current if key in expected
        }
        links = [link["url"] for panel in panels(board) for link in panel["links"]]
        assert all(link.startswith(("https://runbooks.example/blog#", f"/d/{board['tags'][1]}-")) for link in links)


def test_the_selectors_of_log_lines_can_be_set(render: "Render") -> None:
    streams_of = {"logs": '{app="notes"}', "beacons": '{app="notes", source="browser"}'}
    data = render({"dashboard": streams_of}).one("ConfigMap", "-dashboard")["data"]
    variables = [each for text in data.values() for each in json.loads(text)["templating"]["list"]]
    assert {each["name"]: each["query"] for each in variables if each["name"] in streams_of} == streams_of


def test_the_boards_are_found_by_grafanas_sidecar_and_fit_an_annotation(render: "Render") -> None:
    found = render().one("ConfigMap", "-dashboard")
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert len(json.dumps(found)) < 200_000


def test_the_boards_of_the_release_differ_from_the_committed_ones_in_names_alone(render: "Render") -> None:
    data = render().one("ConfigMap", "-dashboard")["data"]
    for name, board in BOARDS.items():
        rendered = json.loads(data[f"web-blog-{name}.json"])
        assert [panel | {"links": []} for panel in rendered["panels"]] == [
            panel | {"links": []} for panel in board["panels"]
        ]


def test_the_compose_stack_opens_a_board_that_exists() -> None:
    compose = yaml.safe_load((ROOT / "docker/compose.yaml").read_text(encoding="utf-8"))
    path = compose["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert Path(path).stem in BOARDS
    (job,) = [
        each
        for each in yaml.safe_load((ROOT / "docker/compose/prometheus.yaml").read_text(encoding="utf-8"))[
            "scrape_configs"
        ]
        if each["job_name"] == "blog"
    ]
    current = {each["name"]: each["current"].get("value") for each in BOARDS["overview"]["templating"]["list"]}
    assert (current["job"], current["namespace"]) == ("blog", job["static_configs"][0]["labels"]["namespace"])


def test_files_and_probes_are_left_out_of_the_time_to_answer() -> None:
    (text,) = {query.text for query in PROMQL if query.panel == "Time to answer"}
    (left_out,) = re.findall(r'handler!~"([^"]+)"', text)
    for path in (urls.HEALTH, urls.READY, urls.RELOAD_EVENTS, urls.METRICS, *urls.FILE_ROUTES):
        assert re.fullmatch(left_out, path), path
    for path in (urls.POST_ROUTE, urls.API_POSTS, "/", "none"):
        assert not re.fullmatch(left_out, path), path
