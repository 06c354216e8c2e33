"""A webhook receiver as an app would have one.

Saleor signs every delivery with its RSA key as a detached JWS (RFC 7515, appendix F);
the public key is at the server's /.well-known/jwks.json.
"""

import json
import queue
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import requests


@dataclass(frozen=True)
class Delivery:
    event: str
    signature: str
    body: bytes

    @property
    def payload(self) -> dict[str, Any]:
        return json.loads(self.body)


class Receiver:
    """Listens on a free port of localhost and keeps what arrives, in order."""

    def __init__(self) -> None:
        self._deliveries: queue.Queue[Delivery] = queue.Queue()
        deliveries = self._deliveries

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                deliveries.put(
                    Delivery(
                        event=self.headers.get("Saleor-Event", ""),
                        signature=self.headers.get("Saleor-Signature", ""),
                        body=body,
                    )
                )
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Stay silent: the demo prints deliveries itself."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def next(self, timeout: float) -> Delivery | None:
        """Return the next delivery, or None when none came in `timeout` seconds."""
        try:
            return self._deliveries.get(timeout=timeout)
        except queue.Empty:
            return None

    def silent_for(self, seconds: float) -> bool:
        time.sleep(seconds)
        return self._deliveries.empty()


def signed_by(delivery: Delivery, server_url: str, body: bytes | None = None) -> bool:
    """Tell whether the signature is the server's, over the body as received.

    `body` replaces the received one: a changed body must not verify.
    """
    session = requests.Session()
    session.trust_env = False
    jwks = session.get(f"{server_url}/.well-known/jwks.json", timeout=30).json()
    try:
        key_id = jwt.get_unverified_header(delivery.signature)["kid"]
        (key,) = [key for key in jwks["keys"] if key["kid"] == key_id]
        jwt.api_jws.decode(
            delivery.signature,
            key=jwt.PyJWK(key),
            algorithms=["RS256"],
            detached_payload=delivery.body if body is None else body,
        )
    except (jwt.PyJWTError, ValueError):
        return False
    return True
