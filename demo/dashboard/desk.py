"""A web server beside Saleor: a page in the Dashboard's place, and the tests' wishes."""

import json
import threading
from collections.abc import Callable, Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

# What a test can ask for: a name, and a function of the JSON that the test sends.
Wishes = Mapping[str, Callable[[Any], Any]]


def start(directory: Path, port: int, wishes: Wishes, api_url: str) -> None:
    """Serve files, and each wish by POST at /wish/<its name>.

    An address without a file is one of the Dashboard's own pages: it gets index.html,
    in which the address of the API is written.
    """

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(directory))

        def do_GET(self) -> None:
            if Path(self.translate_path(self.path)).is_file():
                super().do_GET()
            else:
                page = (directory / "index.html").read_text()
                self._send(page.replace("@API_URL@", api_url).encode(), "text/html")

        def do_POST(self) -> None:
            wish = wishes[self.path.removeprefix("/wish/")]
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                answer = {"value": wish(json.loads(body))}
            except Exception as error:
                answer = {"error": str(error)}
            self._send(json.dumps(answer).encode(), "application/json")

        def _send(self, content: bytes, content_type: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", f"{content_type}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent: standard output has the description of the shop."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
