"""The combined method: the sellers' methods in the one method of a checkout.

A checkout in Saleor has one delivery method and one price. If the customer has chosen a
method for each seller, the checkout gets a method of the plugin, priced at their sum.
Its private metadata hold the sellers' methods. Saleor stores the metadata together with
the price in one statement, and completion reads them.
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

# Stored checkouts contain this key: it must never change.
METADATA_KEY = "saleor_order_groups.parcels"
# The prefix of shipping apps' methods: Saleor parses every other ID as a number.
ID_PREFIX = "app:saleor_order_groups:"
# The length of the columns.
MAX_NAME = 255

# None is the shop itself, which sells its own goods.
SellerId = UUID | None


@dataclass(frozen=True)
class SellerMethod:
    """The chosen method of one seller.

    `method_id` is its primary key; name and price are those of the offer.
    """

    seller_id: SellerId
    method_id: int
    name: str
    price: Money


@dataclass
class CombinedMethod(ShippingMethodData):
    """The method that is offered for the whole checkout; `methods` are the sellers'."""

    methods: tuple[ShippingMethodData, ...] = ()


def get_combined_id(choices: Mapping[SellerId, int]) -> str:
    """Return the ID of the combined method for these choices.

    Different choices have different IDs. An older request, which still sees older
    choices, can therefore never overwrite the combined method of newer choices.

    :param choices: primary keys of the methods by seller.
    """
    pairs = sorted(
        f"{seller_id}:{method_id}" for seller_id, method_id in choices.items()
    )
    digest = hashlib.sha256(" ".join(pairs).encode()).hexdigest()[:32]
    return base64.b64encode(f"{ID_PREFIX}{digest}".encode()).decode()


def is_combined(shipping_method_id: str) -> bool:
    """Tell whether a method ID, as checkouts store it, is that of a combined method."""
    # Built-in methods have numbers. The length of the prefix is a multiple of three, so
    # its base64 is a prefix of the whole ID's base64.
    return shipping_method_id.startswith(base64.b64encode(ID_PREFIX.encode()).decode())


def combine_methods(
    choices: Mapping[SellerId, int],
    chosen: Mapping[SellerId, ShippingMethodData],
    currency: str,
) -> CombinedMethod:
    """Return the combined method of the sellers' methods.

    :param choices: all stored choices, including those of sellers that have nothing to
        ship now.
    :param chosen: the methods to combine, by seller; at least one.
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
        # All chosen methods have the same tax rate; otherwise no combined method is
        # offered.
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
    """Return the methods that a combined method consists of, by seller.

    None if the method is not a combined one.

    :param private_metadata: the private metadata of the method.
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
