"""A Saleor with one order of a seller: it answers as it is told to."""

import copy
from typing import Any

from tests.apps.server import AppServer, HttpAnswer, HttpRequest

PRICE = {"gross": {"amount": 12.5, "currency": "USD"}}
AMOUNT = {"amount": 12.5, "currency": "USD"}
ADDRESS = {
    "firstName": "Ada", "lastName": "Byron", "companyName": "",
    "streetAddress1": "Main Street 1", "streetAddress2": "", "city": "Springfield",
    "cityArea": "", "postalCode": "12345", "countryArea": "IL", "countryCode": "US",
    "phone": None,
}  # fmt: skip
ORDER = {
    "id": "U2VsbGVyT3JkZXI6MQ==", "number": "17", "externalReference": None,
    "channelSlug": "main", "createdAt": "2026-03-04T05:06:07+00:00",
    "updatedAt": "2026-03-04T05:06:07+00:00",
    "status": "UNFULFILLED", "chargeStatus": "FULL",
    "availableActions": ["CANCEL", "FULFILL", "REFUND"],
    "seller": {"id": "seller-1", "name": "Alpha"},
    "lines": [
        {
            "id": "line-1", "productName": "Honey", "variantName": "", "productSku": "H",
            "quantity": 2, "quantityFulfilled": 0, "quantityToFulfill": 2,
            "unitPrice": PRICE, "totalPrice": PRICE, "metadata": [],
            "warehouses": [{"id": "warehouse-1", "name": "Hall"}],
        }
    ],
    "fulfillments": [], "refunds": [],
    "subtotal": PRICE, "shippingPrice": PRICE, "total": PRICE,
    "totalCharged": AMOUNT, "totalRefunded": AMOUNT, "refundable": AMOUNT,
    "deliveryMethodName": "Parcel", "collectionPointName": None,
    "shippingAddress": ADDRESS, "billingAddress": None,
    "userEmail": None, "customerNote": "",
}  # fmt: skip


class FakeSaleor:
    """Saleor's API for the portal and the ERP.

    `asked`: the names of the fields that were asked for, with the variables.
    `failures`: by the name of a field, the next answer of the server instead.
    """

    def __init__(self) -> None:
        self.order: dict[str, Any] = copy.deepcopy(ORDER)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.failures: dict[str, HttpAnswer] = {}
        self.errors: list[dict[str, Any]] = []
        self.valid_token = "access-1"
        self._server = AppServer(self._respond)
        self.url = f"{self._server.url}/graphql/"

    def stop(self) -> None:
        self._server.stop()

    def count(self, field: str) -> int:
        return len([name for name, _ in self.asked if name == field])

    def expire_token(self, new: str) -> None:
        self.valid_token = new

    def _respond(self, request: HttpRequest) -> HttpAnswer:
        query, variables = request.json["query"], request.json["variables"]
        field = next(
            name for name in FIELDS if f"{name}(" in query or f"{name} {{" in query
        )
        self.asked.append((field, variables))
        if field in self.failures:
            return self.failures.pop(field)
        if field == "tokenCreate":
            is_right = variables["password"] == "secret"
            errors = [] if is_right else [{"code": "INVALID_CREDENTIALS"}]
            tokens = {"token": self.valid_token, "refreshToken": "refresh-1"}
            return make_answer(field, tokens | {"errors": errors})
        if field == "tokenRefresh":
            return make_answer(field, {"token": self.valid_token, "errors": []})
        if request.headers.get("authorization") != f"Bearer {self.valid_token}":
            return make_failure("ExpiredSignatureError")
        access = {
            "seller": self.order["seller"],
            "isActive": True,
            "rights": ["FULFILL"],
        }
        if field == "sellerAccess":
            return make_answer(field, [access])
        if field == "sellerOrders":
            flags = {"hasNextPage": False, "hasPreviousPage": False}
            page = {"totalCount": 1, "edges": [{"node": self.order}], "pageInfo": flags}
            return make_answer(field, page)
        if field == "sellerOrder":
            order = self.order if variables["id"] == self.order["id"] else None
            data = {"sellerOrder": order, "sellerAccess": [access]}
            return HttpAnswer({"data": data})
        order = None if self.errors else self.order
        return make_answer(field, {"sellerOrder": order, "errors": self.errors})


# The more specific first: a document of the portal may ask for two fields.
FIELDS = [
    "tokenCreate",
    "tokenRefresh",
    "sellerOrderConfirm",
    "sellerOrderCancel",
    "sellerOrderFulfill",
    "sellerFulfillmentUpdateTracking",
    "sellerFulfillmentCancel",
    "sellerOrderRefund",
    "sellerOrderSetReference",
    "sellerOrders",
    "sellerOrder",
    "sellerAccess",
]


def make_answer(field: str, value: object) -> HttpAnswer:
    return HttpAnswer({"data": {field: value}})


def make_failure(code: str) -> HttpAnswer:
    error = {"message": "Refused.", "extensions": {"exception": {"code": code}}}
    return HttpAnswer({"errors": [error]}, status=200)
