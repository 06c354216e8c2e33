"""Find the built-in delivery methods that apply to the lines of each seller alone.

Saleor finds the methods of a checkout with several statements; repeating them for each
seller would be expensive. This module fetches the methods of address and channel once.
It then applies the rules that depend on the goods in Python, as Saleor's
`applicable_shipping_methods_for_instance` does in SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Prefetch, Q
from measurement.measures import Weight
from prices import Money
from saleor.checkout.delivery_context import is_shipping_required
from saleor.checkout.utils import calculate_checkout_weight
from saleor.core.taxes import zero_money
from saleor.product.models import Product
from saleor.shipping import ShippingMethodType
from saleor.shipping.interface import ShippingMethodData
from saleor.shipping.models import (
    ShippingMethod,
    ShippingMethodChannelListing,
    ShippingZone,
)
from saleor.shipping.postal_codes import is_shipping_method_applicable_for_postal_code
from saleor.shipping.utils import convert_to_shipping_method_data

from ..host.line_prices import get_discounted_prices
from ..models import SellerShippingMethod
from ..sellers.partition import SellerLines, get_product_ids

if TYPE_CHECKING:
    from saleor.account.models import Address
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo


@dataclass(frozen=True)
class _Candidate:
    """A method of the address and channel; without seller IDs it is for all sellers."""

    method: ShippingMethod
    listing: ShippingMethodChannelListing
    excluded_product_ids: frozenset[int]
    seller_ids: frozenset[UUID]


@dataclass(frozen=True, eq=False)
class Cart:
    """A checkout to find methods for, with all its lines and its partitions."""

    checkout_info: "CheckoutInfo"
    lines: list["CheckoutLineInfo"]
    partitions: Sequence[SellerLines]

    @property
    def address(self) -> "Address | None":
        """The shipping address; None if nothing ships or no address is set."""
        needs_shipping = any(
            is_shipping_required(list(p.lines)) for p in self.partitions
        )
        return self.checkout_info.shipping_address if needs_shipping else None


def find_methods(
    checkout_info: "CheckoutInfo",
    lines: list["CheckoutLineInfo"],
    partitions: Sequence[SellerLines],
) -> list[list[ShippingMethodData]]:
    """Return the methods for each partition, the cheapest first, in five statements.

    The list is empty for a partition that ships nothing, and for all without a shipping
    address. Methods that apps exclude are included.

    :param lines: all lines of the checkout, because a discount on the whole order is
        spread over all of them.
    """
    [found] = find_methods_of([Cart(checkout_info, lines, partitions)])
    return found


def find_methods_of(carts: Sequence[Cart]) -> list[list[list[ShippingMethodData]]]:
    """Return the result of `find_methods` for each cart, in five statements for all."""
    sent = [cart for cart in carts if cart.address]
    methods = _fetch_methods(sent) if sent else []
    return [_find(cart, methods) for cart in carts]


def _find(
    cart: Cart, methods: Sequence[ShippingMethod]
) -> list[list[ShippingMethodData]]:
    if not cart.address:
        return [[] for _ in cart.partitions]
    candidates = _select_candidates(cart, cart.address, methods)
    prices = get_discounted_prices(cart.checkout_info, cart.lines)
    found = []
    for partition in cart.partitions:
        needs_shipping = is_shipping_required(list(partition.lines))
        price = sum(
            (prices[line_info.line.pk] for line_info in partition.lines),
            start=zero_money(cart.checkout_info.checkout.currency),
        )
        weight = calculate_checkout_weight(list(partition.lines))
        found.append(
            [
                # Pass the tax class: without it Saleor queries the class of each
                # method.
                convert_to_shipping_method_data(
                    candidate.method, candidate.listing, candidate.method.tax_class
                )
                for candidate in candidates
                if needs_shipping and _applies(candidate, partition, price, weight)
            ]
        )
    return found


def _fetch_methods(carts: Sequence[Cart]) -> list[ShippingMethod]:
    """Fetch the methods of all channels and countries of the carts."""
    using = carts[0].checkout_info.database_connection_name
    channel_ids = {cart.checkout_info.channel.pk for cart in carts}
    countries = {cart.address.country.code for cart in carts if cart.address}
    product_ids = {pk for cart in carts for pk in get_product_ids(cart.lines)}
    is_sent_there = Q()
    for country in sorted(countries):
        is_sent_there |= Q(shipping_zone__countries__contains=country)
    listings = ShippingMethodChannelListing.objects.using(using).filter(
        channel_id__in=channel_ids
    )
    zone_channels = ShippingZone.channels.through.objects.filter(
        shippingzone_id=OuterRef("shipping_zone_id")
    )
    return list(
        ShippingMethod.objects.using(using)
        .filter(is_sent_there, Exists(listings.filter(shipping_method=OuterRef("pk"))))
        .annotate(
            zone_channel_ids=ArraySubquery(
                zone_channels.filter(channel_id__in=channel_ids).values("channel_id")
            )
        )
        .order_by("pk")
        .select_related("shipping_zone", "tax_class")
        .prefetch_related(
            "postal_code_rules",
            Prefetch("channel_listings", listings),
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


def _select_candidates(
    cart: Cart, address: "Address", methods: Sequence[ShippingMethod]
) -> list[_Candidate]:
    """Return those of the methods that are for the cart's address and channel."""
    channel_id = cart.checkout_info.channel.pk
    candidates = [
        _Candidate(
            method=method,
            listing=listing,
            excluded_product_ids=frozenset(
                product.pk for product in method.excluded_products.all()
            ),
            seller_ids=frozenset(
                row.seller_id for row in method.seller_shipping_methods.all()
            ),
        )
        for method in methods
        for listing in method.channel_listings.all()
        if listing.channel_id == channel_id
        and listing.currency == cart.checkout_info.checkout.currency
        and channel_id in method.zone_channel_ids  # type: ignore[attr-defined]
        and address.country in method.shipping_zone.countries
        and is_shipping_method_applicable_for_postal_code(address, method)
    ]
    return sorted(candidates, key=lambda one: (one.listing.price_amount, one.method.pk))


def _applies(
    candidate: _Candidate, partition: SellerLines, price: Money, weight: Weight
) -> bool:
    if candidate.seller_ids and (
        partition.seller is None or partition.seller.pk not in candidate.seller_ids
    ):
        return False
    if candidate.excluded_product_ids & partition.product_ids:
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
