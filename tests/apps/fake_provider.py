"""What the fake payment providers of the examples have in common."""

import json
import threading
import urllib.parse
import urllib.request
from dataclasses import dataclass

from tests.apps.server import AppServer, HttpAnswer, HttpRequest


class Refusal(Exception):
    """A request that the provider refuses."""


@dataclass(frozen=True)
class Asked:
    """A request that the provider has carried out."""

    method: str
    path: str
    key: str | None
    body: dict


class FakeProvider:
    """A provider's API over HTTP.

    A request with a key that was used returns what the first request returned; with
    other parameters it is refused. `asked`: what was carried out; `repeated`: keys that
    came again; `refusals`: why requests were refused.
    """

    key_header = "idempotency-key"

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.repeated: list[str] = []
        self.refusals: list[str] = []
        self._kept: dict[str, tuple[Asked, dict]] = {}
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}

    def start(self) -> None:
        self._server = AppServer(self.respond)
        self.url = self._server.url

    def stop(self) -> None:
        self._server.stop()

    def respond(self, request: HttpRequest) -> HttpAnswer:
        body = self.parse(request.body) if request.body else {}
        key = request.headers.get(self.key_header)
        asked = Asked(request.method, request.path, key, body)
        with self._lock:
            try:
                return HttpAnswer(self._answer(asked))
            except Refusal as refusal:
                self.refusals.append(str(refusal))
                return HttpAnswer({"error": str(refusal)}, 422)

    def _answer(self, asked: Asked) -> dict:
        if asked.key in self._kept:
            first, answer = self._kept[asked.key]
            if first != asked:
                raise Refusal(f"The key {asked.key} was used for another request.")
            self.repeated.append(asked.key)
            return answer
        answer = self.handle(asked.method, asked.path, asked.body)
        if asked.method != "GET":
            self.asked.append(asked)
        if asked.key:
            self._kept[asked.key] = asked, answer
        return answer

    def parse(self, body: bytes) -> dict:
        return json.loads(body)

    def handle(self, method: str, path: str, body: dict) -> dict:
        raise NotImplementedError

    def number(self, prefix: str) -> str:
        """Return the next ID of a kind of objects."""
        self._counts[prefix] = self._counts.get(prefix, 0) + 1
        return f"{prefix}{self._counts[prefix]}"


def check(is_right: bool, message: str) -> None:
    """Refuse a request that breaks a rule."""
    if not is_right:
        raise Refusal(message)


def parse_form(body: bytes) -> dict:
    return dict(urllib.parse.parse_qsl(body.decode()))


def post(url: str, payload: object) -> None:
    """Deliver a provider's webhook."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, json.dumps(payload).encode())
    with opener.open(request, timeout=60) as response:
        response.read()
