"""The API of Stripe, with one payment intent."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs

from tests.apps.server import HttpAnswer, HttpRequest

INTENT = "pi_1"
# 100.00 of goods and 5.00 of shipping.
CENTS = 10500


@dataclass
class Stripe:
    """Answer as Stripe's API does, and keep what was asked."""

    url: str = ""
    requests: list[tuple[str, dict]] = field(default_factory=list)

    def answer(self, path, form):
        self.requests.append((path, form))
        match path:
            case "/v1/customers":
                return {"id": "cus_1", "object": "customer"}
            case "/v1/payment_intents":
                return make_intent(status="requires_action", amount_received=0)
            case "/v1/payment_intents/pi_1/cancel":
                return make_intent(status="canceled", amount_received=0)
            case "/v1/refunds":
                return {"id": "re_1", "object": "refund", "amount": form["amount"]}
            case "/v1/payment_methods/pm_1":
                return {"id": "pm_1", "object": "payment_method"}
        raise AssertionError(path)

    def respond(self, request: HttpRequest) -> HttpAnswer:
        form = parse_qs(request.body.decode())
        return HttpAnswer(
            self.answer(request.path, {name: value for name, (value,) in form.items()})
        )

    def get_requests(self, path):
        return [form for asked, form in self.requests if asked == path]


def make_intent(**values):
    return {
        "id": INTENT,
        "object": "payment_intent",
        "amount": CENTS,
        "currency": "usd",
        "client_secret": "secret",
        "payment_method": "pm_1",
        "setup_future_usage": None,
        **values,
    }
