"""The fields of a form become the input of an act.

The names of the acts are the last part of the forms' addresses.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ..seller_api.orders import SellerOrders

Form = Mapping[str, str]


class FormError(Exception):
    """A field cannot be read; the text is for the person."""


def confirm(orders: SellerOrders, order_id: str, form: Form) -> None:
    orders.confirm(order_id, form["key"])


def cancel(orders: SellerOrders, order_id: str, form: Form) -> None:
    orders.cancel(order_id, form.get("reason", ""), form["key"])


def fulfill(orders: SellerOrders, order_id: str, form: Form) -> None:
    lines = read_lines(form)
    if not lines:
        raise FormError("Enter a quantity to ship.")
    for line in lines:
        if warehouse := form.get(f"warehouse:{line['lineId']}"):
            line["warehouseId"] = warehouse
    given = {
        "lines": lines,
        "trackingNumber": form.get("tracking", ""),
        "notifyCustomer": "notify" in form,
    }
    orders.fulfill(order_id, given, form["key"])


def update_tracking(orders: SellerOrders, order_id: str, form: Form) -> None:
    number = form.get("tracking", "")
    orders.update_tracking(form["fulfillment"], number, "notify" in form)


def cancel_fulfillment(orders: SellerOrders, order_id: str, form: Form) -> None:
    orders.cancel_fulfillment(form["fulfillment"], form["key"])


def refund(orders: SellerOrders, order_id: str, form: Form) -> None:
    """Refund an amount, or else lines and shipping."""
    given: dict[str, Any] = {"reason": form.get("reason", "")}
    lines, with_shipping = read_lines(form), "shipping" in form
    if amount := form.get("amount", ""):
        if lines or with_shipping:
            raise FormError("Enter an amount, or choose items and shipping; not both.")
        given["amount"] = read_amount(amount)
    elif lines or with_shipping:
        given |= {"lines": lines, "shipping": with_shipping}
    else:
        raise FormError("Enter an amount, or choose items or shipping.")
    orders.refund(order_id, given, form["key"])


ACTS: dict[str, Callable[[SellerOrders, str, Form], None]] = {
    "confirm": confirm,
    "cancel": cancel,
    "fulfill": fulfill,
    "tracking": update_tracking,
    "cancel-fulfillment": cancel_fulfillment,
    "refund": refund,
}


def read_lines(form: Form) -> list[dict[str, Any]]:
    """Return the lines with a quantity, from the fields `quantity:<ID of the line>`."""
    lines = []
    for name, text in form.items():
        field, _, line_id = name.partition(":")
        if field == "quantity" and text:
            # Digits of other scripts, and numbers beyond GraphQL's Int, are refused.
            if not (text.isascii() and text.isdigit() and len(text) < 10):
                raise FormError("A quantity is a whole number.")
            if int(text):
                lines.append({"lineId": line_id, "quantity": int(text)})
    return lines


def read_amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0 or len(text) > 20:
        raise FormError("An amount is a number above zero, such as 12.50.")
    return amount
