"""A receiver of webhooks."""

from dataclasses import dataclass, field

from tests.apps.server import HttpAnswer, HttpRequest


@dataclass
class Receiver:
    """Answer POST with the statuses in turn (then 200), GET with the manifest."""

    url: str = ""
    requests: list[HttpRequest] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    manifest: dict = field(default_factory=dict)

    def respond(self, request: HttpRequest) -> HttpAnswer:
        if request.method == "GET":
            return HttpAnswer(self.manifest)
        self.requests.append(request)
        return HttpAnswer(status=self.statuses.pop(0) if self.statuses else 200)
