"""Refuse a checkout of several sellers, with the reason."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from graphene import Node
from saleor.checkout.error_codes import CheckoutErrorCode

from ..allocation.allocate import GiftCardMismatchError, UnbalancedCheckoutError
from ..config import OrderGroupsConfig, SellerSource
from ..money.minor_units import InexactAmountError
from ..sellers.assignments import fetch_sellers
from ..sellers.partition import SellerLines
from ..sellers.product_data import find_unanswered
from .context import Completion

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutLineInfo


def refuse_sellers(
    partitions: Sequence[SellerLines], config: OrderGroupsConfig
) -> None:
    """Refuse goods that may not be sold; the error names their lines.

    :raises ValidationError: on `lines`, with the global IDs of lines and variants.
    """
    for partition in partitions:
        if partition.seller is None:
            _refuse_unknown_sellers(partition, config.seller_source)
        if partition.seller is None and not config.allow_shop_goods:
            _refuse(
                partition.lines, "Goods without a seller are not sold in this channel"
            )
        if partition.seller is not None and not partition.seller.is_active:
            _refuse(
                partition.lines, f"The seller {partition.seller.name} is not active"
            )


def _refuse_unknown_sellers(partition: SellerLines, source: SellerSource) -> None:
    """Refuse goods that lack a seller only because the seller source has no answer."""
    if reasons := find_unanswered(partition.product_ids, source):
        lines = [info for info in partition.lines if info.product.pk in reasons]
        reason = reasons[lines[0].product.pk].rstrip(".")
        _refuse(lines, f"It is not known who sells these goods ({reason})")


def refuse_changed_lines(
    completion: Completion, partitions: Sequence[SellerLines], config: OrderGroupsConfig
) -> None:
    """Refuse lines that were added or removed while the payment flow took the money.

    If all lines belong to one seller, Saleor's own order has the lines that were paid.

    :raises ValidationError: the orders would not be those that were paid.
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
    if {partition.seller for partition in partitions} == {
        sellers.get(pk) for pk in products
    } and (len(partitions) == 1):
        return
    raise ValidationError(
        "The checkout's lines were changed while it was paid.",
        code=CheckoutErrorCode.INVALID.value,
    )


@contextmanager
def refuse_wrong_amounts() -> Iterator[None]:
    """Turn errors of the allocation into validation errors that name the wrong amounts.

    The mutations that complete a checkout have different enums of error codes; all of
    them have the codes that are used here.

    :raises ValidationError: the block has raised an error of the allocation.
    """
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
                # The error enums of all mutations that complete a checkout have this
                # code.
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
