"""One Saleor order for each share of a checkout.

Private names of `saleor.checkout.complete_checkout` are used here because Saleor's own
order creation, which makes exactly one order, is written in terms of them: what it does
once for an order is done once for all orders, in the same sequence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.sites.models import Site
from django.db import connection
from saleor.account.models import Address
from saleor.checkout import calculations
from saleor.checkout import complete_checkout as saleor_completion
from saleor.checkout.delivery_context import PRIVATE_META_APP_SHIPPING_ID
from saleor.checkout.models import Checkout
from saleor.checkout.utils import (
    calculate_checkout_weight,
    get_checkout_metadata,
    get_or_create_checkout_metadata,
)
from saleor.core.taxes import zero_taxed_money
from saleor.discount import DiscountValueType
from saleor.discount.models import OrderDiscount, OrderLineDiscount
from saleor.giftcard.const import GIFT_CARD_PAYMENT_GATEWAY_ID
from saleor.giftcard.events import gift_cards_used_in_order_event
from saleor.giftcard.models import GiftCard
from saleor.order import OrderOrigin, OrderStatus
from saleor.order.fetch import OrderInfo, OrderLineInfo
from saleor.order.models import Order, OrderLine
from saleor.order.utils import (
    update_gift_card_balance,
    update_order_display_gross_prices,
)
from saleor.payment.model_helpers import get_subtotal
from saleor.warehouse.management import allocate_preorders, allocate_stocks
from saleor.warehouse.reservations import is_reservation_enabled

from .changes import is_still_paid
from .delivery_completion import describe_deliveries
from .figures import (
    CheckoutPrices,
    LinePrice,
    allocate_checkout,
    fetch_prices,
    get_order_level_discount,
    select_gift_cards,
)
from .gift_cards import USED_MEANWHILE, lock_gift_cards, save_spent_cards
from .models import Seller
from .money import to_decimal, to_money, to_taxed_money
from .parcels import read_parcels
from .sellers import SellerLines
from .shares import GiftCardMismatchError, Share

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.app.models import App
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo
    from saleor.plugins.manager import PluginsManager
    from saleor.site.models import SiteSettings


@dataclass(frozen=True)
class Completion:
    """One call of Saleor's order creation, from either of its two flows.

    `order_data` is what the payment flow prepared before it took the money; the
    transaction flow prepares it here.
    """

    checkout_info: "CheckoutInfo"
    checkout_lines: list["CheckoutLineInfo"]
    manager: "PluginsManager"
    user: "User | None"
    app: "App | None"
    metadata_list: list | None = None
    private_metadata_list: list | None = None
    is_automatic: bool = False
    force_update: bool = False
    order_data: dict[str, Any] | None = None
    site_settings: "SiteSettings" = field(
        default_factory=lambda: Site.objects.get_current().settings
    )

    @property
    def checkout(self) -> Checkout:
        """The checkout, locked by Saleor."""
        return self.checkout_info.checkout


@dataclass(frozen=True)
class PlacedOrder:
    """An order, whose it is, and what was made with it."""

    order: Order
    seller: Seller | None
    lines: list[OrderLineInfo]
    gift_cards: list[GiftCard]

    def has_settled_status(self) -> bool:
        """Tell whether Saleor would find the status that the order was placed with.

        Nothing of it fulfils itself, and who fulfils it sets the status.
        """
        return self.order.status == OrderStatus.UNFULFILLED and not any(
            info.line.is_gift_card for info in self.lines
        )

    def is_paid_with_gift_cards(self) -> bool:
        """Tell whether a gift card that is a transaction is to be charged.

        The order's transactions are those that `save_orders` has.
        """
        return any(
            transaction.app_identifier == GIFT_CARD_PAYMENT_GATEWAY_ID
            for transaction in self.order.payment_transactions.all()
        )

    def get_order_info(self) -> OrderInfo:
        """Return the order as Saleor's after-commit actions take it."""
        return OrderInfo(
            order=self.order,
            customer_email=self.order.user_email,
            channel=self.order.channel,
            payment=self.order.get_last_payment(),
            lines_data=self.lines,
        )


def place_orders(
    completion: Completion, parts: Sequence[SellerLines]
) -> list[PlacedOrder]:
    """Make the orders of all sellers; each table is locked and written once.

    What belongs to the orders is inserted here. They themselves follow in `save_orders`,
    once they are paid: the foreign keys to them are checked when the transaction commits.

    :raises InsufficientStock: of any seller's lines, naming all of them.
    :raises UnbalancedCheckoutError: the figures do not add up.
    """
    data = completion.order_data or _prepare_order_data(completion)
    # What the caller holds is kept: a payment flow that fails is handled with it.
    data = dict(data)
    order_lines = list(data.pop("lines"))
    lines_by_part = _match_lines(parts, order_lines)
    gift_cards = list(select_gift_cards(completion.checkout))
    due = data["total"].gross
    if gift_cards and not is_still_paid(completion.checkout_info, due):
        raise GiftCardMismatchError(USED_MEANWHILE)
    shares = allocate_checkout(
        completion.checkout_info,
        completion.checkout_lines,
        parts,
        [[_get_price(info) for info in lines] for lines in lines_by_part],
        CheckoutPrices.from_order_data(data),
        gift_cards,
    )

    orders = _make_orders(completion, parts, lines_by_part, shares, data)
    placed = [
        PlacedOrder(order=order, seller=part.seller, lines=lines, gift_cards=[])
        for order, part, lines in zip(orders, parts, lines_by_part, strict=True)
    ]
    _create_discounts(completion, orders, shares)
    _create_lines(placed)
    _allocate_stock(completion, order_lines)
    _spend_gift_cards(completion, placed, shares, gift_cards)
    return placed


# ------------------------------------------------------------------ figures


def _prepare_order_data(completion: Completion) -> dict[str, Any]:
    """Return what `_create_order_from_checkout` reads from the checkout.

    Same keys as `_prepare_order_data` of the payment flow.
    """
    checkout_info, manager = completion.checkout_info, completion.manager
    checkout, lines = completion.checkout, completion.checkout_lines
    prices = fetch_prices(
        checkout_info, lines, manager=manager, force_update=completion.force_update
    )
    data = saleor_completion._process_shipping_data_for_order(
        checkout_info,
        prices.shipping_undiscounted_base,
        prices.shipping_base,
        prices.shipping,
        manager,
        lines,
    )
    data |= saleor_completion._process_user_data_for_order(checkout_info, manager)
    data |= {
        "lines": saleor_completion._create_lines_for_order(
            manager,
            checkout_info,
            lines,
            checkout_info.tax_configuration.prices_entered_with_tax,
            site_settings=completion.site_settings,
        ),
        "language_code": checkout.language_code,
        "total": prices.due,
        "total_price_left": prices.total,
        "shipping_tax_rate": calculations.checkout_shipping_tax_rate(
            manager=manager, checkout_info=checkout_info, lines=lines
        ),
        "tax_error": checkout.tax_error,
    }
    if checkout_info.voucher:
        voucher_code = checkout_info.voucher_code
        data["voucher"] = checkout_info.voucher
        data["voucher_code"] = voucher_code.code if voucher_code else None
    return data


def _match_lines(
    parts: Sequence[SellerLines], order_lines: Sequence[OrderLineInfo]
) -> list[list[OrderLineInfo]]:
    """Put each order line with its seller; the payment flow made them in an earlier step."""
    positions = {
        product_id: position
        for position, part in enumerate(parts)
        for product_id in part.product_ids
    }
    matched: list[list[OrderLineInfo]] = [[] for _ in parts]
    for line_info in order_lines:
        assert line_info.variant is not None
        matched[positions[line_info.variant.product_id]].append(line_info)
    return matched


def _get_price(line_info: OrderLineInfo) -> LinePrice:
    # The order's line: the payment flow made it before it took the money.
    line = line_info.line
    return LinePrice(total=line.total_price, needs_shipping=line.is_shipping_required)


# ------------------------------------------------------------------ rows


def _make_orders(
    completion: Completion,
    parts: Sequence[SellerLines],
    lines_by_part: Sequence[Sequence[OrderLineInfo]],
    shares: Sequence[Share],
    data: dict[str, Any],
) -> list[Order]:
    checkout = completion.checkout
    currency = checkout.currency
    metadata, private_metadata = _get_metadata(completion)
    # Allowlist: a key that a later Saleor adds is not carried unseen.
    carried = {
        key: data[key]
        for key in (
            "language_code",
            "tracking_client_id",
            "tax_error",
            "voucher",
            "voucher_code",
            "user",
            "user_email",
            "customer_note",
        )
        if key in data
    }
    deliveries = _get_deliveries(parts, shares, data, currency)
    addresses = _copy_addresses(data, len(parts))
    numbers = _take_order_numbers(len(parts))
    status = _get_status(completion)
    orders = []
    for index, (part, lines, share) in enumerate(
        zip(parts, lines_by_part, shares, strict=True)
    ):
        subtotal = get_subtotal([info.line for info in lines], currency)
        undiscounted_shipping = to_money(share.shipping_undiscounted_base, currency)
        undiscounted_total = (
            sum(
                [info.line.undiscounted_total_price for info in lines],
                start=zero_taxed_money(currency),
            )
            + undiscounted_shipping
        )
        amounts: dict[str, Any] = {
            "subtotal": subtotal,
            "undiscounted_total": undiscounted_total,
            "undiscounted_base_shipping_price": undiscounted_shipping,
            "base_shipping_price": to_money(share.shipping_base, currency),
            "shipping_price": to_taxed_money(
                share.shipping_net, share.shipping_gross, currency
            ),
            "total": to_taxed_money(share.total_net, share.total_gross, currency),
        }
        orders.append(
            Order(
                **carried,
                **amounts,
                **addresses[index],
                **deliveries[index],
                number=numbers[index],
                status=status,
                origin=OrderOrigin.CHECKOUT,
                channel=completion.checkout_info.channel,
                currency=currency,
                checkout_token=str(checkout.token),
                redirect_url=checkout.redirect_url,
                tax_exemption=checkout.tax_exemption,
                should_refresh_prices=False,
                metadata=dict(metadata),
                private_metadata={
                    key: value
                    for key, value in private_metadata.items()
                    # There Saleor keeps an order's external shipping method.
                    if share.carries_shipping or key != PRIVATE_META_APP_SHIPPING_ID
                },
                lines_count=len(lines),
                weight=calculate_checkout_weight(list(part.lines)),
            )
        )
    # The country decides, and all orders have the same addresses.
    update_order_display_gross_prices(orders[0])
    for order in orders[1:]:
        order.display_gross_prices = orders[0].display_gross_prices
    return orders


def _get_deliveries(
    parts: Sequence[SellerLines],
    shares: Sequence[Share],
    data: dict[str, Any],
    currency: str,
) -> list[dict[str, Any]]:
    """Return each order's delivery: its seller's own, or the one that all share.

    :raises ValidationError: the sellers' own are not those that were priced.
    """
    parcels = read_parcels(data.get("shipping_method_private_metadata"), currency)
    if parcels is None:
        shared = {
            key: value
            for key, value in data.items()
            if key.startswith(("shipping_method", "shipping_tax", "collection_point"))
        }
        return [shared if share.carries_shipping else {} for share in shares]
    return [
        {**own, "shipping_tax_rate": data["shipping_tax_rate"]} if own else {}
        for own in describe_deliveries(parts, parcels)
    ]


def _get_status(completion: Completion) -> str:
    # As in Saleor's two flows: only the payment flow has certainly been paid.
    is_paid = (
        completion.order_data is not None
        or completion.checkout.payment_transactions.exists()
    )
    if (
        completion.checkout_info.channel.automatically_confirm_all_new_orders
        and is_paid
    ):
        return OrderStatus.UNFULFILLED
    return OrderStatus.UNCONFIRMED


def _get_metadata(completion: Completion) -> tuple[dict, dict]:
    # The transaction flow makes the checkout's metadata row, the payment flow does not.
    stored = (
        get_or_create_checkout_metadata(completion.checkout)
        if completion.order_data is None
        else get_checkout_metadata(completion.checkout)
    )
    metadata = dict(stored.metadata) if stored else {}
    private_metadata = dict(stored.private_metadata) if stored else {}
    for item in completion.metadata_list or []:
        metadata[item.key] = item.value
    for item in completion.private_metadata_list or []:
        private_metadata[item.key] = item.value
    return metadata, private_metadata


def _copy_addresses(data: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Return each order's own addresses: the first has the checkout's, as Saleor's has."""
    copies: list[dict[str, Any]] = []
    for index in range(count):
        copies.append(
            {
                name: address if index == 0 or not address else _unsaved_copy(address)
                for name, address in (
                    ("shipping_address", data.get("shipping_address")),
                    ("billing_address", data.get("billing_address")),
                )
            }
        )
    Address.objects.bulk_create(
        [address for row in copies[1:] for address in row.values() if address]
    )
    return copies


def _unsaved_copy(address: Address) -> Address:
    return Address(**address.as_data())


def _take_order_numbers(count: int) -> list[int]:
    """Take the next numbers of Saleor's own sequence, the lowest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('order_order_number_seq') FROM generate_series(1, %s)",
            [count],
        )
        return sorted(number for (number,) in cursor.fetchall())


def _create_discounts(
    completion: Completion, orders: Sequence[Order], shares: Sequence[Share]
) -> None:
    discount = get_order_level_discount(completion.checkout_info)
    if not discount:
        return
    if len(orders) > 1:
        discount["value_type"] = DiscountValueType.FIXED
    rows = []
    for order, share in zip(orders, shares, strict=True):
        amount = to_decimal(share.discount, order.currency)
        if len(orders) > 1:
            if not amount:
                continue
            discount["value"] = amount
        rows.append(
            OrderDiscount(**discount | {"order": order, "amount_value": amount})
        )
    OrderDiscount.objects.bulk_create(rows)


def _create_lines(placed: Sequence[PlacedOrder]) -> None:
    order_lines: list[OrderLine] = []
    discounts: list[OrderLineDiscount] = []
    for each in placed:
        for info in each.lines:
            info.line.order = each.order
            order_lines.append(info.line)
            discounts.extend(info.line_discounts or [])
    OrderLine.objects.bulk_create(order_lines)
    OrderLineDiscount.objects.bulk_create(discounts)


def _allocate_stock(
    completion: Completion, order_lines: Sequence[OrderLineInfo]
) -> None:
    """Allocate all sellers' lines at once, so that stocks are locked in one order."""
    checkout_info, site_settings = completion.checkout_info, completion.site_settings
    delivery_method_info = checkout_info.get_delivery_method_info()
    checkout_lines = [info.line for info in completion.checkout_lines]
    allocate_stocks(
        list(order_lines),
        checkout_info.get_country(),
        checkout_info.channel,
        site_settings,
        completion.app or completion.user,
        calculate_stocks_with_shipping_zones=site_settings.use_legacy_shipping_zone_stock_availability,
        collection_point_pk=delivery_method_info.warehouse_pk,
        additional_filter_lookup=delivery_method_info.get_warehouse_filter_lookup(),
        # Saleor reads the stocks' IDs from a generator that the reservations use up: with
        # them it sees no allocation, and sells the last item twice. Others' reservations
        # have been checked with the lines.
        check_reservations=False,
        checkout_lines=checkout_lines,
    )
    allocate_preorders(
        list(order_lines),
        checkout_info.channel.slug,
        check_reservations=is_reservation_enabled(site_settings),
        checkout_lines=checkout_lines,
    )


def _spend_gift_cards(
    completion: Completion,
    placed: Sequence[PlacedOrder],
    shares: Sequence[Share],
    gift_cards: Sequence[GiftCard],
) -> None:
    """Draw each order's part from each card, as `add_gift_cards_to_order` for one order.

    :raises GiftCardMismatchError: a card has another balance by now.
    """
    if not gift_cards:
        return
    allocated = [(card.pk, card.current_balance_amount) for card in gift_cards]
    gift_cards = lock_gift_cards(completion.checkout)
    if [(card.pk, card.current_balance_amount) for card in gift_cards] != allocated:
        raise GiftCardMismatchError(USED_MEANWHILE)
    spent = []
    for index, card in enumerate(gift_cards):
        for each, share in zip(placed, shares, strict=True):
            amount = to_money(share.gift_cards[index], each.order.currency)
            if not amount:
                continue
            balances: list[tuple[GiftCard, float]] = []
            update_gift_card_balance(card, amount, balances)
            each.gift_cards.append(card)
            gift_cards_used_in_order_event(
                balances, each.order, completion.user, completion.app
            )
            if card not in spent:
                spent.append(card)
    save_spent_cards(completion.checkout_info, spent)
