"""READ FIRST: how a checkout of several sellers becomes its orders.

`place_order_group` runs where Saleor would create the one order, under the lock that
Saleor holds on the checkout row, in a savepoint of its own: Saleor commits what an
erring completion has written, and half a group must never be committed.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from graphene import Node
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.core.tracing import traced_atomic_transaction
from saleor.order.models import Order

from .changes import refresh_prices, refuse_other_total
from .config import OrderGroupsConfig, SellerSource, get_config
from .events import announce_group, announce_orders
from .finishing import save_orders
from .groups import create_group, find_first_order
from .money import InexactAmountError
from .payments import refuse_unsupported_transactions, share_payments
from .placement import Completion, place_orders
from .sellers import (
    SellerLines,
    ensure_sellers,
    fetch_sellers,
    get_product_ids,
    group_by_seller,
)
from .shares import GiftCardMismatchError, UnbalancedCheckoutError
from .sources import find_unanswered

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo


def place_order_group(
    completion: Completion,
    create_saleor_order: Callable[[], Order],
    use_voucher: Callable[[], None],
) -> Order:
    """Create the orders and the group of a checkout; return its first order.

    Completing again returns the same order and writes nothing.

    :param create_saleor_order: Saleor's own creation of the one order.
    :param use_voucher: counts the checkout's voucher, once for all orders: a failure
        releases it.
    :raises ValidationError: the checkout is refused; nothing has been written.
    """
    config = get_config(completion.checkout_info.channel.slug, completion.manager)
    if not config.active:
        return create_saleor_order()
    with traced_atomic_transaction():
        if first_order := find_first_order(completion.checkout.token):
            return first_order

        parts = _group_lines(completion, config)
        if needs_split(parts) and _price_again(completion):
            parts = _group_lines(completion, config)
        refuse_sellers(parts, config)
        refuse_changed_lines(completion, parts, config)
        use_voucher()
        if not needs_split(parts):
            order = create_saleor_order()
            if parts and config.group_single_seller:
                group = create_group(completion, [(order, parts[0].seller)])
                announce_group(completion, group)
            return order

        refuse_unsupported_transactions(completion.checkout)
        with _refuse_wrong_amounts():
            placed = place_orders(completion, parts)
            orders = [order.order for order in placed]
            group = create_group(
                completion, [(order.order, order.seller) for order in placed]
            )
            transactions = share_payments(completion.checkout, group, orders)
        save_orders(placed, transactions)
        announce_orders(completion, placed)
        announce_group(completion, group)
    return orders[0]


def _group_lines(
    completion: Completion, config: OrderGroupsConfig
) -> list[SellerLines]:
    lines = completion.checkout_lines
    sellers = ensure_sellers(get_product_ids(lines), config.seller_source)
    return group_by_seller(lines, sellers)


def _price_again(completion: Completion) -> bool:
    """Look at the prices again under the lock; return whether the lines may be others.

    :raises ValidationError: the checkout is not the one that was paid.
    """
    # The payment flow has its order's data; an error of the tax app has it asked anyway.
    if completion.order_data is not None or completion.force_update:
        return False
    is_priced = refresh_prices(
        completion.checkout_info, completion.checkout_lines, completion.manager
    )
    refuse_other_total(completion.checkout)
    return is_priced


def is_split(
    checkout_info: "CheckoutInfo", lines: Sequence["CheckoutLineInfo"]
) -> bool:
    """Tell whether completing makes several orders, refusing what cannot be sold.

    :raises ValidationError: the checkout would be refused.
    """
    config = get_config(checkout_info.channel.slug, checkout_info.manager)
    if not config.active:
        return False
    parts = group_by_seller(
        lines, fetch_sellers(get_product_ids(lines), config.seller_source)
    )
    refuse_sellers(parts, config)
    if not needs_split(parts):
        return False
    refuse_unsupported_transactions(checkout_info.checkout)
    return True


def needs_split(parts: Sequence[SellerLines]) -> bool:
    """Tell whether the goods are of more than one seller."""
    return len(parts) > 1


def refuse_sellers(parts: Sequence[SellerLines], config: OrderGroupsConfig) -> None:
    """Refuse goods that may not be sold, naming their lines.

    :raises ValidationError: on `lines`, with the lines' global IDs.
    """
    for part in parts:
        if part.seller is None:
            _refuse_unknown_sellers(part, config.seller_source)
        if part.seller is None and not config.allow_shop_goods:
            _refuse(part.lines, "Goods without a seller are not sold in this channel")
        if part.seller is not None and not part.seller.is_active:
            _refuse(part.lines, f"The seller {part.seller.name} is not active")


def _refuse_unknown_sellers(part: SellerLines, source: SellerSource) -> None:
    """Refuse goods that look like the shop's own because the source does not answer."""
    if reasons := find_unanswered(part.product_ids, source):
        lines = [info for info in part.lines if info.product.pk in reasons]
        reason = reasons[lines[0].product.pk].rstrip(".")
        _refuse(lines, f"It is not known who sells these goods ({reason})")


def refuse_changed_lines(
    completion: Completion, parts: Sequence[SellerLines], config: OrderGroupsConfig
) -> None:
    """Refuse lines that were added or removed while the payment flow took the money.

    Where all are one seller's, Saleor's own order has the lines that were paid.

    :raises ValidationError: the orders would be other ones than what was paid.
    """
    if completion.order_data is None:
        return
    paid: Counter[int] = Counter()
    products: set[int] = set()
    for info in completion.order_data["lines"]:
        paid[info.variant.pk] += info.quantity
        products.add(info.variant.product_id)
    present: Counter[int] = Counter()
    for line_info in completion.checkout_lines:
        present[line_info.variant.pk] += line_info.line.quantity
    if paid == present:
        return
    sellers = fetch_sellers(products, config.seller_source)
    if {part.seller for part in parts} == {sellers.get(pk) for pk in products} and (
        len(parts) == 1
    ):
        return
    raise ValidationError(
        "The checkout's lines were changed while it was paid.",
        code=CheckoutErrorCode.INVALID.value,
    )


@contextmanager
def _refuse_wrong_amounts() -> Iterator[None]:
    """Say which amounts cannot be divided; the codes are of those that all entries have."""
    try:
        yield
    except GiftCardMismatchError as error:
        code = CheckoutErrorCode.GIFT_CARD_NOT_APPLICABLE
        raise ValidationError({"gift_cards": _cannot_split(error, code)}) from error
    except UnbalancedCheckoutError as error:
        raise _cannot_split(error, CheckoutErrorCode.TAX_ERROR) from error
    except InexactAmountError as error:
        raise _cannot_split(error, CheckoutErrorCode.GRAPHQL_ERROR) from error


def _cannot_split(error: Exception, code: CheckoutErrorCode) -> ValidationError:
    return ValidationError(
        f"The checkout cannot be split between its sellers. {error}", code=code.value
    )


def _refuse(lines: Sequence["CheckoutLineInfo"], reason: str) -> None:
    names = ", ".join(
        f"{line_info.product.name} ({line_info.variant})" for line_info in lines
    )
    raise ValidationError(
        {
            "lines": ValidationError(
                f"{reason}: {names}.",
                # One of the codes that the errors of all entries have.
                code=CheckoutErrorCode.UNAVAILABLE_VARIANT_IN_CHANNEL.value,
                params={
                    "lines": [
                        Node.to_global_id("CheckoutLine", line_info.line.pk)
                        for line_info in lines
                    ],
                    "variants": [
                        Node.to_global_id("ProductVariant", line_info.variant.pk)
                        for line_info in lines
                    ],
                },
            )
        }
    )
