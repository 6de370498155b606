"""A real Prometheus that scrapes the server of a test once a second, and its query API."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

SCRAPE_SECONDS = 1


class Prometheus:
    """The query API of a Prometheus that a test started. Before it is up, queries have no result."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def data(self, path: str, **parameters: str) -> Any:
        try:
            answer = self._client.get(path, params=parameters)
        except httpx.TransportError:
            return None
        return answer.json()["data"] if answer.status_code == 200 else None

    def result(self, expression: str) -> list[dict[str, Any]]:
        """The series of an expression that gives an instant vector."""
        data = self.data("/api/v1/query", query=expression)
        return list(data["result"]) if data else []

    def values(self, expression: str) -> list[float]:
        return [float(series["value"][1]) for series in self.result(expression)]

    def wait_until(self, expression: str, expected: float) -> None:
        """Wait until an expression has one series with a value.

        Raises:
            AssertionError: it has not after half a minute.
        """
        self.wait_for(lambda: self.values(expression) == [expected], f"{expression} is {expected}")

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline, f"timed out: {what}"
            time.sleep(0.1)

    def exemplars(self, query: str) -> list[dict[str, str]]:
        now = time.time()
        data = self.data("/api/v1/query_exemplars", query=query, start=str(now - 300), end=str(now + 60))
        return [exemplar["labels"] for series in data or () for exemplar in series["exemplars"]]


@contextmanager
def scraping(
    program: str, folder: Path, target: int, groups: Iterable[Mapping[str, Any]] = (), **labels: str
) -> Iterator[Prometheus]:
    """Run a Prometheus that scrapes a port of this machine as the job `blog`, with more labels, and evaluates groups of rules as often."""
    static = {"targets": [f"127.0.0.1:{target}"], "labels": labels}
    scrape = {"scrape_interval": f"{SCRAPE_SECONDS}s", "scrape_timeout": f"{SCRAPE_SECONDS}s"}
    jobs = [{"job_name": "blog", "static_configs": [static]}]
    file, port = folder / "prometheus.yml", _free_port()
    rules = [{**group, "interval": f"{SCRAPE_SECONDS}s"} for group in groups]
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": rules}), encoding="utf-8")
    configuration = {"global": scrape, "rule_files": ["rules.yaml"], "scrape_configs": jobs}
    file.write_text(yaml.safe_dump(configuration), encoding="utf-8")
    places = [f"--config.file={file}", f"--storage.tsdb.path={folder}/tsdb", f"--web.listen-address=127.0.0.1:{port}"]
    with (folder / "prometheus.log").open("wb") as log:
        command = [program, *places, "--enable-feature=exemplar-storage"]
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
            yield Prometheus(client)
    finally:
        process.kill()
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
