"""Asks for pages without a break until it is told to stop (SIGTERM), then says what was lost; exit code 1 if anything was.

Runs inside the cluster, in the blog's own image, so it has nothing but the standard library. Half of its visitors keep their
connection, half come anew for every page: a rollout can lose either kind in its own way.
"""

import http.client
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PATHS = ("/", "/blog", "/rss", "/api/health")
VISITORS = 4
PAUSE = 0.02


@dataclass(slots=True)
class Visitor:
    host: str
    keeps: bool
    answers: int = 0
    lost: list[str] = field(default_factory=list)

    def visit(self, stop: threading.Event) -> None:
        connection = http.client.HTTPConnection(self.host, timeout=10)
        while not stop.wait(PAUSE):
            path = PATHS[(self.answers + len(self.lost)) % len(PATHS)]
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                problem = "" if answer.status == http.client.OK else f"{answer.status}"
            except (OSError, http.client.HTTPException) as error:
                problem = repr(error)
                connection.close()
            if problem:
                self.lost.append(f"{time.strftime('%H:%M:%S')} {path}: {problem}")
            else:
                self.answers += 1
            if not self.keeps:
                connection.close()


def main(origin: str) -> int:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    visitors = [Visitor(urlsplit(origin).netloc, keeps=bool(number % 2)) for number in range(VISITORS)]
    threads = [threading.Thread(target=visitor.visit, args=(stop,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    print("visiting", flush=True)
    for thread in threads:
        thread.join()
    lost = [problem for visitor in visitors for problem in visitor.lost]
    print(
        "\n".join([*lost[:20], f"{sum(visitor.answers for visitor in visitors)} answers, {len(lost)} lost"]), flush=True
    )
    return 1 if lost or not all(visitor.answers for visitor in visitors) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
