"""What each seller sends, kept in the one delivery method that a checkout has.

A checkout of Saleor's has one method and one price. Where the customer chose a method
for each seller, it is a method of our own, priced at their sum; what it consists of is
in its private metadata, which Saleor stores with the price in one statement and carries
to the completion.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from prices import Money
from saleor.core.prices import quantize_price
from saleor.core.taxes import zero_money
from saleor.shipping.interface import ShippingMethodData

# Kept in the data of checkouts: it never changes.
METADATA_KEY = "saleor_order_groups.parcels"
# As the ID of a shipping app's method: Saleor takes any other one for a number.
ID_PREFIX = "app:saleor_order_groups:"
# The columns' length.
MAX_NAME = 255

# The shop itself, which sells its own goods, is None.
SellerId = UUID | None


@dataclass(frozen=True)
class SellerMethod:
    """One seller's delivery: the method's primary key, its name and price as offered."""

    seller_id: SellerId
    method_id: int
    name: str
    price: Money


@dataclass
class CombinedMethod(ShippingMethodData):
    """The method that is offered for the whole checkout; `methods` are the sellers'."""

    methods: tuple[ShippingMethodData, ...] = ()


def get_combined_id(choices: Mapping[SellerId, int]) -> str:
    """Return the ID of the sum of these choices, methods by seller.

    Other choices have another ID, so that what an older request makes of older choices
    never replaces a newer sum.
    """
    pairs = sorted(
        f"{seller_id}:{method_id}" for seller_id, method_id in choices.items()
    )
    digest = hashlib.sha256(" ".join(pairs).encode()).hexdigest()[:32]
    return base64.b64encode(f"{ID_PREFIX}{digest}".encode()).decode()


def is_combined(shipping_method_id: str) -> bool:
    """Tell whether a checkout's method, as Saleor identifies it, is a sum of ours."""
    # Built-in ones are numbers; the prefix is a whole number of base64's groups.
    return shipping_method_id.startswith(base64.b64encode(ID_PREFIX.encode()).decode())


def combine_methods(
    choices: Mapping[SellerId, int],
    chosen: Mapping[SellerId, ShippingMethodData],
    currency: str,
) -> CombinedMethod:
    """Return the sum of the sellers' methods.

    :param choices: all that are stored, also of sellers who have nothing to ship now.
    :param chosen: the methods that the sum consists of; at least one.
    """
    methods = list(chosen.values())
    seller_methods = [
        {
            "seller": seller_id and str(seller_id),
            "method": method.id,
            "name": method.name,
            "price": str(quantize_price(method.price, currency).amount),
        }
        for seller_id, method in chosen.items()
    ]
    return CombinedMethod(
        id=get_combined_id(choices),
        name=", ".join(dict.fromkeys(str(method.name) for method in methods))[
            :MAX_NAME
        ],
        price=sum(
            (quantize_price(method.price, currency) for method in methods),
            start=zero_money(currency),
        ),
        minimum_delivery_days=_combine(
            min, [method.minimum_delivery_days for method in methods]
        ),
        maximum_delivery_days=_combine(
            max, [method.maximum_delivery_days for method in methods]
        ),
        # They are taxed alike, or the sum is not offered.
        tax_class=methods[0].tax_class,
        private_metadata={METADATA_KEY: json.dumps(seller_methods)},
        methods=tuple(methods),
    )


def _combine(function: Any, days: Sequence[int | None]) -> int | None:
    known = [number for number in days if number is not None]
    return function(known) if len(known) == len(days) else None


def read_seller_methods(
    private_metadata: Mapping[str, Any] | None, currency: str
) -> dict[SellerId, SellerMethod] | None:
    """Return what a combined method consists of, by seller; None if it is another method.

    :param private_metadata: of the method.
    """
    if not private_metadata or METADATA_KEY not in private_metadata:
        return None
    seller_methods = [
        SellerMethod(
            seller_id=UUID(row["seller"]) if row["seller"] else None,
            method_id=int(row["method"]),
            name=row["name"],
            price=Money(Decimal(row["price"]), currency),
        )
        for row in json.loads(private_metadata[METADATA_KEY])
    ]
    return {method.seller_id: method for method in seller_methods}
