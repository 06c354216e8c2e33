"""A receiver of webhooks."""

import json
from dataclasses import dataclass, field


@dataclass
class ReceivedRequest:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answer POST with the statuses in turn (then 200), GET with the manifest."""

    url: str = ""
    requests: list[ReceivedRequest] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    manifest: dict = field(default_factory=dict)
