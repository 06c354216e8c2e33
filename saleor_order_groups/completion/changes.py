"""Notice changes of a checkout while it is being completed.

Saleor reads lines, prices and payments before it locks the checkout. A change of the
lines is committed before the prices that it makes stale are marked as stale.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NoReturn

from django.core.exceptions import ValidationError
from django.utils import timezone
from prices import Money
from saleor.checkout import CheckoutAuthorizeStatus
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.checkout.models import Checkout
from saleor.core.prices import quantize_price

from ..host.internals import fetch_checkout_data, update_checkout_payment_statuses
from ..host.line_prices import get_base_prices, get_discounted_prices

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo
    from saleor.plugins.manager import PluginsManager

# The total that Saleor has found to be paid. It is None where an app completes the
# checkout, which may leave it unpaid.
_paid_total: ContextVar[Money | None] = ContextVar("paid_total", default=None)


class CheckoutChangedError(ValidationError):
    """The checkout has changed since the customer asked to complete it."""


@contextmanager
def completing_what_was_paid(checkout: Checkout) -> Iterator[None]:
    """Allow the block to place the checkout only at the total that it has now.

    If the checkout is refused for another total, its prices are marked as stale: Saleor
    calculates them again at the next completion.

    :raises CheckoutChangedError: as the block has raised it.
    """
    token = _paid_total.set(checkout.total.gross)
    try:
        yield
    except CheckoutChangedError:
        now = timezone.now()
        Checkout.objects.filter(pk=checkout.pk).update(
            price_expiration=now, discount_expiration=now
        )
        raise
    finally:
        _paid_total.reset(token)


def refresh_prices(
    checkout_info: "CheckoutInfo",
    lines: list["CheckoutLineInfo"],
    manager: "PluginsManager",
) -> bool:
    """Let Saleor price the locked checkout again if its prices do not fit its lines.

    Expired prices are calculated again too. That may add or remove the gift lines of
    promotions. Return whether Saleor has priced the checkout.

    :raises ValidationError: the tax app gave no prices.
    """
    checkout = checkout_info.checkout
    are_of_lines = _are_prices_of(checkout_info, lines)
    if are_of_lines and checkout.price_expiration > timezone.now():
        return False
    fetch_checkout_data(
        checkout_info, manager, lines, requestor=None, force_update=not are_of_lines
    ).get()
    if checkout.tax_error is not None:
        raise ValidationError(
            "Configured Tax App returned invalid response.",
            code=CheckoutErrorCode.TAX_ERROR.value,
        )
    return True


def refuse_other_total(checkout: Checkout) -> None:
    """Refuse a locked checkout whose total is not the one that was paid.

    :raises CheckoutChangedError: on `lines`. The customer learns the new total by
        completing again.
    """
    paid = _paid_total.get()
    if paid is not None and not _is_same(paid, checkout.total.gross):
        refuse_changed_checkout()


def refuse_changed_checkout() -> NoReturn:
    """Refuse to complete a checkout that the customer has not seen in this state.

    :raises CheckoutChangedError: on `lines`.
    """
    raise CheckoutChangedError(
        {
            "lines": ValidationError(
                "The checkout changed while it was completed: complete it again.",
                code=CheckoutErrorCode.INVALID.value,
            )
        }
    )


def is_still_paid(checkout_info: "CheckoutInfo", due: Money) -> bool:
    """Tell whether the transactions cover the amount that is due after gift cards.

    Only `checkoutComplete` demands that, in a channel that does not allow unpaid
    orders. Elsewhere the answer is True.
    """
    if _paid_total.get() is None or checkout_info.channel.allow_unpaid_orders:
        return True
    checkout = checkout_info.checkout
    update_checkout_payment_statuses(checkout, due, checkout_has_lines=True, save=False)
    return checkout.authorize_status == CheckoutAuthorizeStatus.FULL


def _are_prices_of(
    checkout_info: "CheckoutInfo", lines: list["CheckoutLineInfo"]
) -> bool:
    """Tell whether the checkout's prices are certainly those of its lines.

    Each line's net or gross must be the price of its quantity, with or without the
    line's part of the discount, and all lines and the shipping must sum to the total.
    Where a tax app calculates otherwise, the answer is False, and the app is asked
    again.
    """
    checkout = checkout_info.checkout
    base, discounted = (
        get_base_prices(lines),
        get_discounted_prices(checkout_info, lines),
    )
    gross = checkout.shipping_price.gross
    for line_info in lines:
        line = line_info.line
        price = line.total_price
        if not any(
            _is_same(amount, expected)
            for amount in (price.gross, price.net)
            for expected in (discounted[line.pk], base[line.pk])
        ):
            return False
        gross += price.gross
    return _is_same(gross, checkout.total.gross)


def _is_same(price: Money, other: Money) -> bool:
    return quantize_price(price, price.currency) == quantize_price(
        other, other.currency
    )
