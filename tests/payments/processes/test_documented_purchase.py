"""docs/payments.md is output of a run: one purchase, bought again here."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.helpers.purchases import CART, ORDER_CANCEL, assert_in_line_with, wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("processes"),
]

PAGE = Path(__file__).parents[3] / "docs" / "payments.md"
BLOCK = re.compile(r"<!-- run: (.+?) -->\n(?:\n```\w*\n.*?\n```\n)?", re.DOTALL)
STATE = """
    fragment Amounts on TransactionItem {
      authorizedAmount { amount } chargedAmount { amount } chargePendingAmount { amount }
      refundedAmount { amount } canceledAmount { amount }
    }
    query State($id: ID!) {
      orderGroup(id: $id) {
        chargeStatus authorizeStatus status
        transactions { ...Amounts }
        orders {
          seller { name } status chargeStatus authorizeStatus
          transactions { ...Amounts }
        }
      }
    }
"""
COLUMNS = ("authorized", "chargePending", "charged", "refunded", "canceled")


class Page:
    """What the run shows, by the names that the page's blocks have."""

    def __init__(self, provider, purchase):
        self.blocks = {}
        self._provider = provider
        self._purchase = purchase
        names = {purchase.payment_id: "<the payment>"}
        sellers = ("alpha", "beta", "gamma")
        for seller, share_id, number in zip(
            sellers, purchase.share_ids, purchase.numbers, strict=True
        ):
            names[share_id] = f"<share of {seller}>"
            names[f'"number": "{number}"'] = f'"number": "<{seller}\'s>"'
            names[f"#{number}"] = f"#<{seller}'s>"
        self._names = names

    def show(self, name, value):
        """Keep JSON, with names for what differs from run to run."""
        text = json.dumps(value, indent=2)
        text = re.sub(r"\{\s+\"amount\": ([\d.]+)\s+\}", r'{ "amount": \1 }', text)
        for identity, known in self._names.items():
            text = text.replace(identity, known)
        self.blocks[name] = f"```json\n{text}\n```"

    def show_webhook(self, name, *, is_answered=True):
        """Keep what the app received last, and its answer."""
        event, payload = self._provider.received[-1]
        self.show(f"{name}, received", {"Saleor-Event": event, **payload})
        if is_answered:
            self.show(f"{name}, answered", self._provider.answers[-1])

    def show_state(self, name):
        """Keep what the API shows of the group as a table."""
        data = self._provider.saleor.post(
            STATE, self._provider.token, id=self._purchase.group_id
        )["orderGroup"]
        rows = [("", *COLUMNS, "chargeStatus", "authorizeStatus", "status")]
        [payment] = data["transactions"]
        rows.append(get_row("OrderGroup, its payment", payment, data))
        for order in data["orders"]:
            [share] = order["transactions"]
            rows.append(get_row(f"{order['seller']['name']}'s Order", share, order))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = []
        for row in rows:
            cells = [
                cell.rjust(width) if 0 < index <= len(COLUMNS) else cell.ljust(width)
                for index, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append("  ".join(cells).rstrip())
        self.blocks[name] = "```text\n" + "\n".join(lines) + "\n```"

    def fill_in(self, text):
        """Return the page's text with the run's blocks."""
        return BLOCK.sub(
            lambda match: f"{match[0].partition(chr(10))[0]}\n\n{self.blocks[match[1]]}\n",
            text,
        )


def get_row(name, transaction, source):
    amounts = [f"{transaction[f'{column}Amount']['amount']:.2f}" for column in COLUMNS]
    statuses = [source[key] for key in ("chargeStatus", "authorizeStatus", "status")]
    return (name, *amounts, *statuses)


def test_page_is_output_of_a_run(provider, buy, ask):
    # given
    purchase = buy(CART)
    alpha, beta, gamma = purchase.share_ids
    intent = provider.intents[purchase.reference]
    page = Page(provider, purchase)

    # when: authorization and completion
    page.show_webhook("initialize")
    page.show_state("completed")
    page.show("cancel refused", ask(gamma, "CANCEL"))
    page.show("payment refused", ask(purchase.payment_id, "CHARGE"))

    # and capture, reported later and answered at once
    provider.mode = "later"
    assert ask(beta, "CHARGE") == []
    wait_for(purchase, "charge_pending", ["31.5", 0, "31.5", 0])
    page.show_webhook("capture beta")
    page.show_state("capture beta, pending")
    [report] = provider.reports
    page.show(
        "capture beta, reported",
        {
            "id": report.transaction_id,
            "type": report.type,
            "pspReference": report.reference,
            "amount": report.amount,
        },
    )
    provider.send(report)
    page.show_state("capture beta, done")
    provider.mode = "now"
    assert ask(alpha, "CHARGE") == []
    wait_for(purchase, "charged", ["94.5", 63, "31.5", 0])
    page.show_webhook("capture alpha")
    page.show_state("capture alpha, done")

    # and refund
    assert ask(alpha, "REFUND", "11.11") == []
    wait_for(purchase, "refunded", ["11.11", "11.11", 0, 0])
    page.show_webhook("refund alpha")
    page.show_state("refund alpha, done")
    provider.mode = "refuse"
    assert ask(alpha, "REFUND", "60.00") == []
    provider.saleor.wait_for_webhooks(provider, 5)
    page.show_webhook("refund alpha beyond", is_answered=False)
    provider.mode = "now"

    # and cancelation
    provider.saleor.post(ORDER_CANCEL, provider.token, id=purchase.order_ids[2])
    page.show_state("gamma canceled")
    assert ask(gamma, "CANCEL") == []
    wait_for(purchase, "canceled", ["10.5", 0, 0, "10.5"])
    page.show_webhook("cancel gamma")
    page.show_state("cancel gamma, done")

    # then
    assert_in_line_with(purchase, intent)
    text = PAGE.read_text()
    assert sorted(match[1] for match in BLOCK.finditer(text)) == sorted(page.blocks)
    if os.environ.get("UPDATE_DOCS") == "1":
        PAGE.write_text(page.fill_in(text))
    assert PAGE.read_text() == page.fill_in(text)
