"""The HTTP server of all fake apps: it hands each request to the app."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class HttpRequest:
    """What arrived; the names of the headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def event(self) -> str:
        """Return the event that Saleor tells of, or asks about."""
        return self.headers["saleor-event"]


@dataclass(frozen=True)
class HttpAnswer:
    """What is sent back: bytes as they are, anything else as JSON."""

    content: object = b""
    status: int = 200


class AppServer:
    """Listens until it is stopped, on a free local port if none is named."""

    def __init__(
        self, respond: Callable[[HttpRequest], HttpAnswer], port: int = 0
    ) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(length)
                answer = respond(HttpRequest(self.command, self.path, headers, body))
                content = answer.content
                if not isinstance(content, bytes):
                    content = json.dumps(content).encode()
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        # It looks every 50 ms whether it has to stop.
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def serve(respond: Callable[[HttpRequest], HttpAnswer]) -> Iterator[str]:
    """Let an app listen in the block; the value is its URL."""
    server = AppServer(respond)
    try:
        yield server.url
    finally:
        server.stop()
