"""Load generator for `make kind`: requests pages until SIGTERM, then prints the failed requests; exit code 1 if there are any.

It runs inside the cluster in the blog's image, so it uses only the standard library. Half of the clients reuse their connection, the others
open one for each request, because a rollout can fail requests of either kind.
"""

import http.client
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PATHS = ("/", "/blog", "/rss", "/api/health")
CLIENTS = 4
PAUSE = 0.02


@dataclass(slots=True)
class Client:
    host: str
    keep_alive: bool
    responses: int = 0
    failures: list[str] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        connection = http.client.HTTPConnection(self.host, timeout=10)
        while not stop.wait(PAUSE):
            path = PATHS[(self.responses + len(self.failures)) % len(PATHS)]
            try:
                connection.request("GET", path)
                response = connection.getresponse()
                response.read()
                problem = "" if response.status == http.client.OK else f"{response.status}"
            except (OSError, http.client.HTTPException) as error:
                problem = repr(error)
                connection.close()
            if problem:
                self.failures.append(f"{time.strftime('%H:%M:%S')} {path}: {problem}")
            else:
                self.responses += 1
            if not self.keep_alive:
                connection.close()


def main(origin: str) -> int:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    clients = [Client(urlsplit(origin).netloc, keep_alive=bool(number % 2)) for number in range(CLIENTS)]
    threads = [threading.Thread(target=client.run, args=(stop,)) for client in clients]
    for thread in threads:
        thread.start()
    print("running", flush=True)
    for thread in threads:
        thread.join()
    failures = [problem for client in clients for problem in client.failures]
    summary = f"{sum(client.responses for client in clients)} responses, {len(failures)} failed"
    print("\n".join([*failures[:20], summary]), flush=True)
    return 1 if failures or not all(client.responses for client in clients) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
