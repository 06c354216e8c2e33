"""HTTP for the examples: requests, and a server for webhooks.

A real app also checks the signatures of webhooks, Saleor's and the provider's.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Handle = Callable[[str, dict], Any]


class RequestError(Exception):
    """The other side has refused a request."""


def send(
    method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> dict:
    """Send JSON, or bytes as they are; return the JSON of the answer.

    :raises RequestError: the answer is an error.
    """
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body, default=str).encode()
    headers = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return parse(response.read())
    except urllib.error.HTTPError as error:
        raise RequestError(f"{url}: {error.read().decode()}") from error


def parse(body: bytes) -> Any:
    """Return the value of JSON text; amounts stay exact."""
    return json.loads(body, parse_float=Decimal)


def make_server(handle: Handle, port: int = 0) -> ThreadingHTTPServer:
    """Return a server for an app's webhooks.

    :param handle: gets the name of Saleor's event, or the path that a provider calls,
        and the payload; returns the answer.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            event = self.headers["Saleor-Event"] or self.path
            answer = handle(event, parse(body))
            content = json.dumps(answer, default=str).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Write no log."""

    return ThreadingHTTPServer(("", port), Handler)
