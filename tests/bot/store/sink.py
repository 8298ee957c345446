"""A platform on loopback that remembers what arrived; it lives in the test, so no kill reaches it.

One line in, ``<sender> <account> <key>``; one line out, the message's id. As at Discord, a message
that comes again to the account ``NONCES`` within ``WINDOW`` seconds is answered as the first time,
and dropped.
"""

import random
import socket
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

NONCES = "discord"
WINDOW = 60.0


@dataclass
class Sink:
    """``arrived``: account, key and id of each message, in order; ``at``: when the last came.

    Each takes up to ``slowest`` seconds, by chance, so that many are in flight at once.
    """

    slowest: float
    port: int = 0
    arrived: list[tuple[str, str, str]] = field(default_factory=list)
    by_sender: Counter[str] = field(default_factory=Counter)
    dropped: int = 0
    at: float = 0.0
    _known: dict[str, tuple[str, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def receive(self, sender: str, account: str, key: str) -> str:
        now = time.monotonic()
        with self._lock:
            self.at = now
            self.by_sender[sender] += 1
            message_id, first = self._known.get(key, ("", 0.0))
            if account == NONCES and message_id and now - first < WINDOW:
                self.dropped += 1
                return message_id
            message_id = str(len(self.arrived))
            self._known[key] = (message_id, now)
            self.arrived.append((account, key, message_id))
            return message_id

    def keys(self, account: str) -> list[str]:
        """Of the messages of an account, in the order in which they came."""
        return [key for at, key, _ in self.arrived if at == account]


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        sink: Sink = self.server.sink  # type: ignore[attr-defined]
        try:
            # What was cut in the middle of a line did not arrive.
            while (line := self.rfile.readline()).endswith(b"\n"):
                message_id = sink.receive(*line.decode().split())
                time.sleep(random.uniform(0, sink.slowest))
                self.wfile.write(f"{message_id}\n".encode())
        except ConnectionError:
            pass


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    address_family = socket.AF_INET


@contextmanager
def sink(slowest: float) -> Iterator[Sink]:
    found = Sink(slowest)
    with _Server(("127.0.0.1", 0), _Connection) as server:
        server.sink = found  # type: ignore[attr-defined]
        found.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
