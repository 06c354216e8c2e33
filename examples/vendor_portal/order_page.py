"""The page of one order: the fields that the API shows, and the forms."""

from typing import Any

from ..seller_api.orders import Order
from .markup import Html, tag
from .order_forms import Attempt, Forms, show_lines
from .pages import (
    Viewer,
    facts,
    make_page,
    show_errors,
    show_money,
    show_time,
    show_word,
)

DONE = {
    "confirm": "The order is confirmed.",
    "cancel": "The order is canceled.",
    "fulfill": "The items are marked as shipped.",
    "tracking": "The tracking number is saved.",
    "cancel-fulfillment": "The shipment is canceled.",
    "refund": "The refund is recorded.",
}


NOTHING = Attempt("", {}, [])


def order_page(
    viewer: Viewer,
    order: Order,
    rights: list[str],
    attempt: Attempt = NOTHING,
    done: str = "",
) -> bytes:
    """Return the page.

    :param done: the name of the act that has just been carried out.
    """
    forms = Forms(viewer, order, attempt)
    actions = order["availableActions"]
    notice = (
        tag("p", DONE[done], class_="done", role="status") if done in DONE else None
    )
    return make_page(
        viewer,
        f"Order #{order['number']}",
        notice,
        show_errors([_explain(order, error) for error in attempt.errors]),
        _show_facts(order),
        forms.confirm() if "CONFIRM" in actions else None,
        forms.fulfill() if "FULFILL" in actions else show_lines(order),
        _show_shipments(forms, order, "FULFILL" in rights),
        _show_refunds(order),
        forms.refund() if "REFUND" in actions else None,
        forms.cancel() if "CANCEL" in actions else None,
    )


def _show_facts(order: Order) -> Html:
    return facts(
        ("Seller", order["seller"]["name"]),
        ("Date", show_time(order["createdAt"])),
        ("Status", show_word(order["status"])),
        ("Payment", show_word(order["chargeStatus"])),
        ("Reference", order["externalReference"]),
        ("Subtotal", show_money(order["subtotal"]["gross"])),
        ("Shipping", show_money(order["shippingPrice"]["gross"])),
        ("Total", show_money(order["total"]["gross"])),
        ("Charged", show_money(order["totalCharged"])),
        ("Refunded", show_money(order["totalRefunded"])),
        ("Delivery", order["deliveryMethodName"] or order["collectionPointName"]),
        ("Ship to", _show_address(order["shippingAddress"])),
        ("Bill to", _show_address(order["billingAddress"])),
        ("E-mail", order["userEmail"]),
        ("Note", order["customerNote"]),
    )


def _show_address(address: dict[str, Any] | None) -> str | None:
    if address is None:
        return None
    parts = [
        f"{address['firstName']} {address['lastName']}",
        address["companyName"],
        address["streetAddress1"],
        address["streetAddress2"],
        f"{address['postalCode']} {address['city']}",
        address["cityArea"],
        address["countryArea"],
        address["countryCode"],
        address["phone"],
    ]
    return ", ".join(part.strip() for part in parts if part and part.strip())


def _show_shipments(forms: Forms, order: Order, may_change: bool) -> Html | None:
    if not order["fulfillments"]:
        return None
    products = {line["id"]: line["productName"] for line in order["lines"]}
    shown = []
    for shipment in order["fulfillments"]:
        items = ", ".join(
            f"{each['quantity']} × {products[each['lineId']]}"
            for each in shipment["lines"]
        )
        words = [f"No. {shipment['number']}", show_word(shipment["status"]), items]
        tracking = shipment["trackingNumber"]
        words += [f"Tracking number {tracking}"] if tracking else []
        can_change = may_change and shipment["status"] == "FULFILLED"
        shown.append(
            tag(
                "li",
                " · ".join(words),
                forms.update_tracking(shipment) if can_change else None,
                forms.cancel_fulfillment(shipment) if can_change else None,
            )
        )
    return tag("section", tag("h2", "Shipments"), tag("ul", *shown))


def _show_refunds(order: Order) -> Html | None:
    if not order["refunds"]:
        return None
    shown = []
    for refund in order["refunds"]:
        is_waiting = refund["status"] == "NONE"
        status = "Waits for the shop" if is_waiting else show_word(refund["status"])
        words = [show_money(refund["amount"]), status, refund["reason"]]
        shown.append(tag("li", " · ".join(filter(None, words))))
    return tag("section", tag("h2", "Refunds"), tag("ul", *shown))


def _explain(order: Order, error: dict[str, Any]) -> str:
    """Return an error with the product that it is about."""
    text = error["message"] or show_word(error["code"])
    for line in order["lines"]:
        if line["id"] == error.get("lineId"):
            return f"{line['productName']}: {text}"
    return text
