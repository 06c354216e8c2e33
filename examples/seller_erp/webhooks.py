"""Take Saleor's webhooks, and check that Saleor has signed them.

Saleor signs each webhook with its RSA key, as a detached JWS (RFC 7515, appendix F).
The public key is at `/.well-known/jwks.json` of the server.
"""

import json
import threading
import urllib.request
from collections.abc import Callable
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urljoin

import jwt

from ..seller_api.orders import Order

MOST_BYTES = 4 * 1024 * 1024


class Signatures:
    """Checks signatures with the keys of one Saleor.

    :param api: the address of Saleor's API; the webhook cannot name another one.
    """

    def __init__(self, api: str) -> None:
        self._url = urljoin(api, "/.well-known/jwks.json")
        self._keys: dict[str, jwt.PyJWK] = {}
        self._lock = threading.Lock()

    def are_valid(self, body: bytes, signature: str) -> bool:
        """Tell whether Saleor has signed exactly these bytes."""
        try:
            key = self._get_key(jwt.get_unverified_header(signature)["kid"])
            jwt.api_jws.decode(
                signature, key=key, algorithms=["RS256"], detached_payload=body
            )
        except (jwt.PyJWTError, KeyError, ValueError, OSError):
            return False
        return True

    def _get_key(self, key_id: str) -> jwt.PyJWK:
        """Return a key; Saleor is asked when the key is not known yet."""
        with self._lock:
            if key_id not in self._keys:
                with urllib.request.urlopen(self._url, timeout=10) as response:
                    keys = json.load(response)["keys"]
                self._keys = {key["kid"]: jwt.PyJWK(key) for key in keys}
            return self._keys[key_id]


def make_server(
    signatures: Signatures,
    handle: Callable[[Order], None],
    port: int = 0,
    host: str = "127.0.0.1",
) -> ThreadingHTTPServer:
    """Return a server for webhooks.

    :param handle: gets the order of each webhook. It must be quick: Saleor waits for
        the answer, and sends the webhook again if there is none.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_POST(self) -> None:
            self.send_response(self._take())
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _take(self) -> int:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > MOST_BYTES:
                return 413
            body = self.rfile.read(int(length))
            if not signatures.are_valid(body, self.headers.get("Saleor-Signature", "")):
                return 401
            if order := _read_order(body):
                handle(order)
            return 200

        def log_message(self, format: str, *args: object) -> None:
            """Write no log."""

    return ThreadingHTTPServer((host, port), Handler)


def _read_order(body: bytes) -> Order | None:
    """Return the order; None if the app lost its access before the webhook was made."""
    payload: dict[str, Any] = json.loads(body, parse_float=Decimal)
    return payload.get("sellerOrder")
