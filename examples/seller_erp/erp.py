"""The ERP's work on an order.

A webhook is written into the book and answered. `work` does the rest, again and again.
An act without an answer is sent again with the same key, and is carried out once.
"""

import logging
from typing import Any

from ..seller_api.graphql import ApiError, NoAnswerError, execute
from ..seller_api.orders import ORDER, Order, RefusedError, SellerOrders
from .book import Book, Entry

EVENTS = ("SELLER_ORDER_CREATED", "SELLER_ORDER_UPDATED")
SUBSCRIPTION = (
    ORDER
    + """
    subscription {
      event {
        ... on SellerOrderCreated { sellerOrder { ...Order } }
        ... on SellerOrderUpdated { sellerOrder { ...Order } }
      }
    }
"""
)
PAGE_SIZE = 100
# Nothing is left to ship.
ENDED = ("FULFILLED", "CANCELED", "EXPIRED", "RETURNED")

logger = logging.getLogger(__name__)


class Erp:
    """The ERP of a seller.

    :param token: the token of an app that is linked to the seller, with the right
        FULFILL.
    """

    def __init__(self, api: str, token: str, book: Book) -> None:
        def run(query: str, variables: dict[str, Any]) -> dict[str, Any]:
            return execute(api, query, variables, token)

        self.orders = SellerOrders(run)
        self.book = book

    def handle(self, order: Order) -> None:
        """Take the order of a webhook."""
        self.book.keep(order)

    def catch_up(self) -> None:
        """Read the orders that have changed since the book's newest one.

        Saleor gives up a webhook after some attempts: an ERP that was down for long
        has missed some.
        """
        newest = self.book.get_newest_time()
        where = {"updatedAt": {"gte": newest}} if newest else None
        after = None
        while True:
            page = self.orders.get_page(
                ORDER,
                where=where,
                sort={"field": "UPDATED_AT", "direction": "ASC"},
                first=PAGE_SIZE,
                after=after,
            )
            for edge in page["edges"]:
                self.book.keep(edge["node"])
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def work(self) -> None:
        """Do everything that is due for the orders of the book."""
        for entry in self.book.get_unfinished():
            order_id = entry.order["id"]
            try:
                self._work_on(entry)
            except RefusedError as error:
                # A person has to look at it.
                self.book.finish(order_id, f"refused: {error}")
            except (ApiError, NoAnswerError) as error:
                # The next round tries again.
                logger.warning("%s: %s", entry.reference, error)

    def _work_on(self, entry: Entry) -> None:
        order, shipment = entry.order, entry.shipment
        if order["externalReference"] != entry.reference:
            order = self.orders.set_reference(order["id"], entry.reference)
            self.book.keep(order)
        if shipment is None and is_ready(order):
            shipment = make_shipment(order, f"PARCEL-{order['number']}")
            self.book.plan(order["id"], shipment)
        if shipment is not None:
            # One shipment for each order: the key is the order's reference.
            order = self.orders.fulfill(order["id"], shipment, key=entry.reference)
            self.book.keep(order)
            self.book.finish(order["id"], "shipped")
        elif order["status"] in ENDED:
            self.book.finish(order["id"], "nothing to ship")


def is_ready(order: Order) -> bool:
    """Tell whether the order is confirmed and paid, with something left to ship."""
    return (
        order["status"] in ("UNFULFILLED", "PARTIALLY_FULFILLED")
        and order["chargeStatus"] in ("FULL", "OVERCHARGED")
        and any(line["quantityToFulfill"] for line in order["lines"])
    )


def make_shipment(order: Order, tracking_number: str) -> dict[str, Any]:
    """Return a shipment of everything that is left, as `sellerOrderFulfill` takes it."""
    lines = [
        {"lineId": line["id"], "quantity": line["quantityToFulfill"]}
        for line in order["lines"]
        if line["quantityToFulfill"]
    ]
    return {"lines": lines, "trackingNumber": tracking_number}
