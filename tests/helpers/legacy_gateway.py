"""A payment service provider behind Saleor's dummy gateway.

It knows one authorization and nothing of orders, remembers what it was asked, and can
answer as providers do: capture the whole at once, or refund in its own time.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
from saleor.payment import TransactionKind
from saleor.plugins.base_plugin import BasePlugin

from tests.helpers.dummy_gateway import REASON

dummy = pytest.importorskip("saleor.payment.gateways.dummy.plugin", reason=REASON)

PROVIDER = f"{__name__}.ProviderGateway"
RECORDER = f"{__name__}.EventRecorder"


@dataclass
class Provider:
    """What the provider was asked, and how it answers.

    `captures` is what every capture takes, whatever was asked for; `meet` is waited at
    while a request is being answered.
    """

    asked: list[tuple[str, Decimal]] = field(default_factory=list)
    captures: Decimal | None = None
    refunds_later: bool = False
    declines: bool = False
    meet: Callable[[], None] = lambda: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, name, response):
        with self.lock:
            self.asked.append((name, response.amount))
        self.meet()
        if self.declines:
            return replace(response, is_success=False, error="Declined.")
        return response


class ProviderGateway(dummy.DeprecatedDummyGatewayPlugin):
    """Saleor's dummy gateway, in front of the provider of the running test."""

    provider = Provider()

    def capture_payment(self, payment_information, previous_value):
        response = super().capture_payment(payment_information, previous_value)
        response = self.provider.answer("capture", response)
        if self.provider.captures is not None:
            response = replace(response, amount=self.provider.captures)
        return response

    def refund_payment(self, payment_information, previous_value):
        response = super().refund_payment(payment_information, previous_value)
        response = self.provider.answer("refund", response)
        if self.provider.refunds_later:
            number = len(self.provider.asked)
            response = replace(
                response,
                kind=TransactionKind.REFUND_ONGOING,
                transaction_id=f"refund-{number}",
            )
        return response

    def void_payment(self, payment_information, previous_value):
        response = super().void_payment(payment_information, previous_value)
        return self.provider.answer("void", response)


class ConfirmingGateway(dummy.DeprecatedDummyGatewayPlugin):
    """A gateway that sends the customer to their bank before it takes the money."""

    PLUGIN_ID = "tests.payments.confirming"

    def process_payment(self, payment_information, previous_value):
        response = super().process_payment(payment_information, previous_value)
        return replace(
            response,
            action_required=True,
            action_required_data={"url": "https://bank.example.com"},
        )


class EventRecorder(BasePlugin):
    """Remembers which of the orders' events Saleor fired, where its webhooks start."""

    PLUGIN_ID = "tests.recorder"
    DEFAULT_ACTIVE = True
    CONFIGURATION_PER_CHANNEL = False
    fired: list[tuple[str, int]] = []

    def _record(self, name, order):
        self.fired.append((name, order.number))


def _record_as(name):
    def hook(self, order, previous_value, webhooks=None):
        self._record(name, order)
        return previous_value

    return hook


for _name in (
    "order_cancelled",
    "order_confirmed",
    "order_fulfilled",
    "order_fully_paid",
    "order_fully_refunded",
    "order_paid",
    "order_refunded",
    "order_updated",
):
    setattr(EventRecorder, _name, _record_as(_name))
