"""A webhook receiver as an app would have one.

Saleor signs every delivery with its RSA key as a detached JWS (RFC 7515, appendix F);
the public key is at the server's /.well-known/jwks.json.
"""

import json
import threading
from collections.abc import Callable
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

    @property
    def group_event(self) -> dict[str, Any]:
        return self.payload["groupEvent"]


class Receiver:
    """Listens on a free port of localhost and keeps what arrives, in order."""

    def __init__(self) -> None:
        self._deliveries: list[Delivery] = []
        self._changed = threading.Condition()
        keep = self._keep

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                keep(
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

    def _keep(self, delivery: Delivery) -> None:
        with self._changed:
            self._deliveries.append(delivery)
            self._changed.notify_all()

    def count(self) -> int:
        return len(self._deliveries)

    def get(self, index: int, timeout: float) -> Delivery | None:
        """Return a delivery by its place in the order of arrival, counted from 0.

        None when it did not come in `timeout` seconds.
        """
        self._wait(lambda: self.count() > index, timeout)
        return self._deliveries[index] if self.count() > index else None

    def about(
        self,
        group_id: str,
        event_type: str | None = None,
        *,
        at_least: int,
        timeout: float,
    ) -> list[Delivery]:
        """Return the deliveries about a group, in the order of arrival.

        Wait until so many are there, for `timeout` seconds at most.
        """

        def select() -> list[Delivery]:
            return [
                delivery
                for delivery in self._deliveries
                if delivery.payload["orderGroup"]["id"] == group_id
                and event_type in (None, delivery.group_event["type"])
            ]

        self._wait(lambda: len(select()) >= at_least, timeout)
        return select()

    def _wait(self, is_there: Callable[[], bool], timeout: float) -> None:
        with self._changed:
            self._changed.wait_for(is_there, timeout)


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
