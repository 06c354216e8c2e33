"""The forms of one order: one for each act that is possible now."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..seller_api.orders import Order
from .markup import Html, tag
from .pages import Viewer, field, get_address, hidden, select, show_money


@dataclass(frozen=True)
class Attempt:
    """An act that has failed: the form is shown again as the person sent it.

    :param keeps_key: nobody knows whether the act was carried out. The same key is
        sent again, so that it is carried out once.
    """

    act: str
    form: Mapping[str, str]
    errors: list[dict[str, Any]]
    keeps_key: bool = False


class Forms:
    """The forms of an order; each has a key, so that sending it twice acts once."""

    def __init__(self, viewer: Viewer, order: Order, attempt: Attempt) -> None:
        self.viewer, self.order, self.attempt = viewer, order, attempt

    def confirm(self) -> Html:
        return self._form("confirm", tag("button", "Confirm order"))

    def cancel(self) -> Html:
        reason = self._input("cancel", "Reason", "reason", maxlength=250)
        button = tag("button", "Cancel order", class_="quiet")
        return self._form("cancel", tag("h2", "Cancel"), reason, button)

    def fulfill(self) -> Html:
        rows = []
        for line in self.order["lines"]:
            left = line["quantityToFulfill"]
            name = f"quantity:{line['id']}"
            quantity = self._input("fulfill", "Ship", name, left, **_limit(left))
            cell = (
                tag("td", quantity, self._choose_warehouse(line)) if left else tag("td")
            )
            rows.append(_show_line(line, cell))
        return self._form(
            "fulfill",
            tag("h2", "Ship"),
            _show_table(rows),
            self._input("fulfill", "Tracking number", "tracking", maxlength=255),
            self._box("fulfill", "Tell the customer", "notify", checked=True),
            tag("button", "Ship"),
        )

    def refund(self) -> Html:
        rows = [
            tag(
                "tr",
                tag("td", line["productName"]),
                tag("td", self._input(
                    "refund", "Items", f"quantity:{line['id']}", "", **_limit(line["quantity"])
                )),
            )
            for line in self.order["lines"]
        ]  # fmt: skip
        return self._form(
            "refund",
            tag("h2", "Refund"),
            tag("p", f"Up to {show_money(self.order['refundable'])}."),
            self._input("refund", "Amount", "amount", inputmode="decimal"),
            tag("p", "Or by items:"),
            tag("table", *rows),
            self._box("refund", "Shipping", "shipping"),
            self._input("refund", "Reason", "reason", maxlength=250),
            tag("button", "Refund"),
        )

    def update_tracking(self, shipment: dict[str, Any]) -> Html:
        return self._form(
            "tracking",
            hidden("fulfillment", shipment["id"]),
            field("Tracking number", "tracking", shipment["trackingNumber"]),
            self._box("tracking", "Tell the customer", "notify"),
            tag("button", "Save", class_="quiet"),
        )

    def cancel_fulfillment(self, shipment: dict[str, Any]) -> Html:
        return self._form(
            "cancel-fulfillment",
            hidden("fulfillment", shipment["id"]),
            tag("button", "Cancel shipment", class_="quiet"),
            shipment_id=shipment["id"],
        )

    def _form(self, act: str, *content: object, shipment_id: str = "") -> Html:
        typed = self._get_typed(act)
        if typed and self.attempt.keeps_key and typed["fulfillment"] == shipment_id:
            key = typed["key"]
        else:
            key = secrets.token_urlsafe(16)
        address = get_address(self.order, act)
        return self.viewer.form(address, hidden("key", key), *content, class_=act)

    # Fields, as a person has filled them if the act failed

    def _get_typed(self, act: str) -> Mapping[str, str] | None:
        return self.attempt.form if act == self.attempt.act else None

    def _input(
        self, act: str, label: str, name: str, value: object = "", **attributes: object
    ) -> Html:
        if typed := self._get_typed(act):
            value = typed.get(name, "")
        return field(label, name, str(value), **attributes)

    def _box(self, act: str, label: str, name: str, checked: bool = False) -> Html:
        if typed := self._get_typed(act):
            checked = name in typed
        box = tag("input", type="checkbox", name=name, value="yes", checked=checked)
        return tag("label", box, f" {label}")

    def _choose_warehouse(self, line: dict[str, Any]) -> Html | None:
        """Return the choice; the API takes the first warehouse if none is named."""
        options = [(each["id"], each["name"]) for each in line["warehouses"]]
        if len(options) < 2:
            return None
        name = f"warehouse:{line['id']}"
        typed = self._get_typed("fulfill") or {}
        return select("from", name, options, typed.get(name, ""))


def show_lines(order: Order) -> Html:
    """Return the goods."""
    return _show_table([_show_line(line) for line in order["lines"]])


def _show_table(rows: list[Html]) -> Html:
    names = ["Product", "SKU", "Ordered", "Shipped", "Price", "Sum", ""]
    head = tag("thead", tag("tr", *(tag("th", name) for name in names)))
    return tag("table", head, tag("tbody", *rows))


def _show_line(line: dict[str, Any], last: Html | None = None) -> Html:
    name = " · ".join(filter(None, [line["productName"], line["variantName"]]))
    notes = [
        tag("small", f"{each['key']}: {each['value']}") for each in line["metadata"]
    ]
    cells = [
        line["productSku"],
        line["quantity"],
        line["quantityFulfilled"],
        show_money(line["unitPrice"]["gross"]),
        show_money(line["totalPrice"]["gross"]),
    ]
    return tag(
        "tr", tag("td", name, *notes), *(tag("td", cell) for cell in cells), last
    )


def _limit(most: int) -> dict[str, object]:
    return {"type": "number", "min": 0, "max": most}
