"""A tax app that knows the taxes beforehand, or computes them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.apps.server import HttpAnswer, HttpRequest

# Of each line and of the shipping: net, gross, rate in percent.
INCLUDED = {
    "SKU-0": ("32.52", "40.00", "23"),
    "SKU-1": ("55.56", "60.00", "8"),
    "SKU-2": ("5.00", "5.00", "0"),
    "shipping": ("4.20", "5.00", "19"),
}
ADDED = {
    "SKU-0": ("40.00", "49.20", "23"),
    "SKU-1": ("60.00", "64.80", "8"),
    "SKU-2": ("5.00", "5.00", "0"),
    "shipping": ("5.00", "5.95", "19"),
}


@dataclass
class TaxResponder:
    """Answer with the taxes, or with `status` and what `spoil` makes of the answer.

    `compute` makes the answer of the payload where the taxes are not known before.
    """

    url: str = ""
    taxes: dict[str, tuple[str, str, str]] = field(default_factory=lambda: INCLUDED)
    status: int = 200
    spoil: Callable[[dict], bytes] | None = None
    compute: Callable[[dict], dict] | None = None
    requests: list[tuple[str, dict]] = field(default_factory=list)

    def answer(self, body: bytes) -> bytes:
        [payload] = json.loads(body)
        if self.compute:
            return json.dumps(self.compute(payload)).encode()
        net, gross, rate = self.taxes["shipping"]
        answer = {
            "shipping_price_net_amount": net,
            "shipping_price_gross_amount": gross,
            "shipping_tax_rate": rate,
            "lines": [],
        }
        for line in payload["lines"]:
            net, gross, rate = self.taxes[line["sku"]]
            answer["lines"].append(
                {"total_net_amount": net, "total_gross_amount": gross, "tax_rate": rate}
            )
        return self.spoil(answer) if self.spoil else json.dumps(answer).encode()

    def respond(self, request: HttpRequest) -> HttpAnswer:
        self.requests.append((request.event, request.json[0]))
        return HttpAnswer(self.answer(request.body), self.status)

    def forget(self):
        self.requests.clear()
