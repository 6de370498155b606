"""A load on a server: connections that always have requests under way."""

import selectors
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from tests.conftest import Process

PIPELINED = 8


class Load:
    """Repeats a request on many connections, in a thread, for the time of a block. Each response must have the same number of bytes."""

    def __init__(self, server: "Process", connections: int, request: bytes) -> None:
        self._server, self._count, self._request = server, connections, request
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.responses = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(30)

    def _run(self) -> None:
        with self._server.connect() as connection:
            connection.sendall(self._request)
            batch = len(connection.recv(1 << 16)) * PIPELINED
        requests, selector = self._request * PIPELINED, selectors.DefaultSelector()
        connections = [self._server.connect() for _ in range(self._count)]
        missing = dict.fromkeys(connections, batch)
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ, connection)
            connection.sendall(requests)
        while not self._ended.is_set():
            for key, _ in selector.select(1):
                connection = key.data
                missing[connection] -= len(connection.recv(1 << 16))
                if missing[connection] <= 0:
                    missing[connection] += batch
                    self.responses += PIPELINED
                    connection.sendall(requests)
        for connection in connections:
            connection.close()
