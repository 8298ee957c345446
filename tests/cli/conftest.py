"""The command with a folder of its own, and a server that hands out feeds on loopback."""

import hashlib
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.command import Command


@pytest.fixture
def ribao(tmp_path: Path) -> Command:
    return Command(tmp_path / "data")


class Documents(ThreadingHTTPServer):
    """Serves ``documents`` by path, with an ETag; ``answered`` lists path and status."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.documents: Mapping[str, bytes] = {}
        self.answered: list[tuple[str, int]] = []

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: Documents

    def do_GET(self) -> None:
        body = self.server.documents.get(self.path)
        if body is None:
            self._answer(404)
            return
        etag = f'"{hashlib.sha256(body).hexdigest()}"'
        if self.headers["If-None-Match"] == etag:
            self._answer(304)
            return
        self._answer(200, body, etag)

    def _answer(self, status: int, body: bytes = b"", etag: str | None = None) -> None:
        self.server.answered.append((self.path, status))
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def documents() -> Iterator[Documents]:
    with Documents() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
