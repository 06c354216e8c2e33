"""An app that lists shipping methods, and excludes some."""

from saleor.webhook.event_types import WebhookEventSyncType

from tests.apps.server import HttpAnswer, HttpRequest

FILTER = WebhookEventSyncType.CHECKOUT_FILTER_SHIPPING_METHODS
LIST = WebhookEventSyncType.SHIPPING_LIST_METHODS_FOR_CHECKOUT


class ShippingApp:
    """Answer Saleor's requests; keep what was asked."""

    def __init__(self):
        self.excluded = {}
        self.requests = []
        self.before_answer = lambda _event: None

    def answer(self, event, payload):
        self.requests.append((event, payload))
        self.before_answer(event)
        if event == LIST:
            return [
                {
                    "id": "express",
                    "name": "Express",
                    "amount": "9.00",
                    "currency": "USD",
                }
            ]
        return {
            "excluded_methods": [
                {"id": method_id, "reason": reason}
                for method_id, reason in self.excluded.items()
            ]
        }

    def respond(self, request: HttpRequest) -> HttpAnswer:
        return HttpAnswer(self.answer(request.event, request.json))

    def get_asked(self, event):
        return [payload for name, payload in self.requests if name == event]
