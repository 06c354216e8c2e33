"""A seller's orders: read them, and act on them.

Each act takes a `key`. Saleor does the same act with the same key once, and answers a
repetition with the first answer.
"""

from collections.abc import Callable
from typing import Any

AMOUNTS = """
    fragment Price on TaxedMoney { gross { amount currency } }
    fragment Amount on Money { amount currency }
"""
ADDRESS = """
    fragment Address on SellerOrderAddress {
      firstName lastName companyName streetAddress1 streetAddress2
      city cityArea postalCode countryArea countryCode phone
    }
"""
ORDER = (
    AMOUNTS
    + ADDRESS
    + """
    fragment Order on SellerOrder {
      id number externalReference channelSlug createdAt updatedAt
      status chargeStatus availableActions
      seller { id name }
      lines {
        id productName variantName productSku
        quantity quantityFulfilled quantityToFulfill
        unitPrice { ...Price } totalPrice { ...Price }
        warehouses { id name }
        metadata { key value }
      }
      fulfillments {
        id number status trackingNumber createdAt
        lines { lineId quantity warehouseName }
      }
      refunds {
        id status reason createdAt includesShipping
        amount { ...Amount } lines { lineId quantity }
      }
      subtotal { ...Price } shippingPrice { ...Price } total { ...Price }
      totalCharged { ...Amount } totalRefunded { ...Amount } refundable { ...Amount }
      deliveryMethodName collectionPointName
      shippingAddress { ...Address } billingAddress { ...Address }
      userEmail customerNote
    }
"""
)
ACCESS = """
    query Access {
      sellerAccess { seller { id name } isActive rights }
    }
"""
LIST = """
    query List(
      $seller: ID, $where: SellerOrderWhereInput, $search: String
      $sort: SellerOrderSortingInput
      $first: Int, $after: String, $last: Int, $before: String
    ) {
      sellerOrders(
        sellerId: $seller, where: $where, search: $search, sortBy: $sort
        first: $first, after: $after, last: $last, before: $before
      ) {
        totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { node { ...Order } }
      }
    }
"""
# A page needs less of each order than the order's own page does.
ROW = """
    fragment Order on SellerOrder {
      id number createdAt status chargeStatus externalReference
      seller { name }
      total { gross { amount currency } }
      lines { quantityToFulfill }
    }
"""
GET = (
    ORDER
    + """
    query Get($id: ID!) {
      sellerOrder(id: $id) { ...Order }
      sellerAccess { seller { id name } isActive rights }
    }
"""
)
ERRORS = "errors { field message code lineId }"


def _write_act(name: str, variables: str, arguments: str) -> str:
    return f"""{ORDER}
    mutation Act({variables}) {{
      {name}({arguments}) {{ sellerOrder {{ ...Order }} {ERRORS} }}
    }}
"""


CONFIRM = _write_act(
    "sellerOrderConfirm", "$id: ID!, $key: String", "id: $id, idempotencyKey: $key"
)
CANCEL = _write_act(
    "sellerOrderCancel",
    "$id: ID!, $reason: String, $key: String",
    "id: $id, reason: $reason, idempotencyKey: $key",
)
FULFILL = _write_act(
    "sellerOrderFulfill",
    "$id: ID!, $input: SellerOrderFulfillInput!, $key: String",
    "id: $id, input: $input, idempotencyKey: $key",
)
UPDATE_TRACKING = _write_act(
    "sellerFulfillmentUpdateTracking",
    "$id: ID!, $number: String!, $notify: Boolean",
    "id: $id, trackingNumber: $number, notifyCustomer: $notify",
)
CANCEL_FULFILLMENT = _write_act(
    "sellerFulfillmentCancel", "$id: ID!, $key: String", "id: $id, idempotencyKey: $key"
)
REFUND = _write_act(
    "sellerOrderRefund",
    "$id: ID!, $input: SellerOrderRefundInput!, $key: String",
    "id: $id, input: $input, idempotencyKey: $key",
)
SET_REFERENCE = _write_act(
    "sellerOrderSetReference",
    "$id: ID!, $reference: String",
    "id: $id, externalReference: $reference",
)

Order = dict[str, Any]


class RefusedError(Exception):
    """An act was refused: `errors` has each `SellerOrderError`."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(
            "; ".join(f"{each['code']}: {each['message']}" for each in errors)
        )
        self.errors = errors


class SellerOrders:
    """The orders that one caller sees.

    :param execute: runs a document with variables as the caller; returns the data.
    """

    def __init__(
        self, execute: Callable[[str, dict[str, Any]], dict[str, Any]]
    ) -> None:
        self._execute = execute

    # Read

    def get_access(self) -> list[dict[str, Any]]:
        """Return the caller's sellers, with the rights for each."""
        return self._execute(ACCESS, {})["sellerAccess"]

    def get_page(self, fragment: str = ROW, **arguments: Any) -> dict[str, Any]:
        """Return a page of orders.

        :param fragment: the fields that are wanted of each order.
        :param arguments: the variables of `LIST`.
        """
        return self._execute(fragment + LIST, arguments)["sellerOrders"]

    def get(self, order_id: str) -> tuple[Order | None, list[str]]:
        """Return an order, and the caller's rights for its seller.

        The order is None if it does not exist, or is another seller's.
        """
        data = self._execute(GET, {"id": order_id})
        order = data["sellerOrder"]
        rights = [
            access["rights"]
            for access in data["sellerAccess"]
            if order and access["seller"]["id"] == order["seller"]["id"]
        ]
        return order, rights[0] if rights else []

    # Act

    def confirm(self, order_id: str, key: str) -> Order:
        return self._act(CONFIRM, id=order_id, key=key)

    def cancel(self, order_id: str, reason: str, key: str) -> Order:
        return self._act(CANCEL, id=order_id, reason=reason, key=key)

    def fulfill(self, order_id: str, given: dict[str, Any], key: str) -> Order:
        """Ship.

        :param given: `SellerOrderFulfillInput`.
        """
        return self._act(FULFILL, id=order_id, input=given, key=key)

    def update_tracking(self, fulfillment_id: str, number: str, notify: bool) -> Order:
        return self._act(
            UPDATE_TRACKING, id=fulfillment_id, number=number, notify=notify
        )

    def cancel_fulfillment(self, fulfillment_id: str, key: str) -> Order:
        return self._act(CANCEL_FULFILLMENT, id=fulfillment_id, key=key)

    def refund(self, order_id: str, given: dict[str, Any], key: str) -> Order:
        """Refund, or ask the shop for a refund.

        :param given: `SellerOrderRefundInput`.
        """
        return self._act(REFUND, id=order_id, input=given, key=key)

    def set_reference(self, order_id: str, reference: str) -> Order:
        return self._act(SET_REFERENCE, id=order_id, reference=reference)

    def _act(self, document: str, **variables: Any) -> Order:
        [payload] = self._execute(document, variables).values()
        if payload["errors"]:
            raise RefusedError(payload["errors"])
        return payload["sellerOrder"]
