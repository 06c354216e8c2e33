"""Which of Saleor's built-in delivery methods apply to each seller's lines alone.

Saleor asks the database which methods apply to a checkout; asking anew for each seller
would cost several statements each. The methods of the address and channel are fetched
once, and what depends on the goods is decided here, as Saleor's
`applicable_shipping_methods_for_instance` decides it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Prefetch
from measurement.measures import Weight
from prices import Money
from saleor.checkout.delivery_context import is_shipping_required
from saleor.checkout.utils import calculate_checkout_weight
from saleor.core.taxes import zero_money
from saleor.product.models import Product
from saleor.shipping import ShippingMethodType
from saleor.shipping.interface import ShippingMethodData
from saleor.shipping.models import ShippingMethod, ShippingMethodChannelListing
from saleor.shipping.postal_codes import is_shipping_method_applicable_for_postal_code
from saleor.shipping.utils import convert_to_shipping_method_data

from .line_prices import get_discounted_prices
from .models import SellerShippingMethod
from .sellers import SellerLines, get_product_ids

if TYPE_CHECKING:
    from saleor.account.models import Address
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo


@dataclass(frozen=True)
class _Candidate:
    """A method for the address and channel; no sellers means everybody's."""

    method: ShippingMethod
    listing: ShippingMethodChannelListing
    excluded_product_ids: frozenset[int]
    seller_ids: frozenset[UUID]


def find_methods(
    checkout_info: "CheckoutInfo",
    lines: list["CheckoutLineInfo"],
    parts: Sequence[SellerLines],
) -> list[list[ShippingMethodData]]:
    """Return the methods for each seller, the cheapest first; five statements in all.

    None for a seller who ships nothing, and none without a shipping address. What apps
    exclude is still among them.

    :param lines: all of the checkout: a discount of all is spread over all.
    """
    shipping = [is_shipping_required(list(part.lines)) for part in parts]
    address = checkout_info.shipping_address
    if not address or not any(shipping):
        return [[] for _ in parts]
    candidates = _fetch_candidates(checkout_info, address, get_product_ids(lines))
    prices = get_discounted_prices(checkout_info, lines)
    found = []
    for part, needs_shipping in zip(parts, shipping, strict=True):
        price = sum(
            (prices[line_info.line.pk] for line_info in part.lines),
            start=zero_money(checkout_info.checkout.currency),
        )
        weight = calculate_checkout_weight(list(part.lines))
        found.append(
            [
                # With the class, or Saleor would fetch it for each.
                convert_to_shipping_method_data(
                    candidate.method, candidate.listing, candidate.method.tax_class
                )
                for candidate in candidates
                if needs_shipping and _applies(candidate, part, price, weight)
            ]
        )
    return found


def _fetch_candidates(
    checkout_info: "CheckoutInfo", address: "Address", product_ids: Collection[int]
) -> list[_Candidate]:
    using = checkout_info.database_connection_name
    channel_id = checkout_info.channel.pk
    methods = ShippingMethod.objects.using(using)
    methods = (
        methods.applicable_shipping_methods_by_channel(
            methods.filter(
                shipping_zone__countries__contains=address.country.code,
                shipping_zone__channels__id=channel_id,
                channel_listings__currency=checkout_info.checkout.currency,
                channel_listings__channel_id=channel_id,
            ),
            channel_id,
        )
        .order_by("price_amount", "pk")
        .select_related("tax_class")
        .prefetch_related(
            "postal_code_rules",
            Prefetch(
                "channel_listings",
                ShippingMethodChannelListing.objects.using(using).filter(
                    channel_id=channel_id
                ),
            ),
            Prefetch(
                "excluded_products",
                Product.objects.using(using).filter(pk__in=product_ids).only("pk"),
            ),
            Prefetch(
                "seller_shipping_methods",
                SellerShippingMethod.objects.using(using).all(),
            ),
        )
    )
    return [
        _Candidate(
            method=method,
            listing=method.channel_listings.all()[0],
            excluded_product_ids=frozenset(
                product.pk for product in method.excluded_products.all()
            ),
            seller_ids=frozenset(
                row.seller_id for row in method.seller_shipping_methods.all()
            ),
        )
        for method in methods
        if is_shipping_method_applicable_for_postal_code(address, method)
    ]


def _applies(
    candidate: _Candidate, part: SellerLines, price: Money, weight: Weight
) -> bool:
    if candidate.seller_ids and (
        part.seller is None or part.seller.pk not in candidate.seller_ids
    ):
        return False
    if candidate.excluded_product_ids & part.product_ids:
        return False
    method, listing = candidate.method, candidate.listing
    if method.type == ShippingMethodType.PRICE_BASED:
        return _is_within(
            price.amount,
            listing.minimum_order_price_amount,
            listing.maximum_order_price_amount,
        )
    return _is_within(weight, method.minimum_order_weight, method.maximum_order_weight)


def _is_within[Value: (Decimal, Weight)](
    value: Value, minimum: Value | None, maximum: Value | None
) -> bool:
    return (minimum is None or minimum <= value) and (
        maximum is None or value <= maximum
    )
