"""What changes in a checkout while it is completed.

Saleor looks at lines, prices and payments before it locks the checkout. A change of the
lines commits before the prices that it makes stale are marked as such.
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

# The total that Saleor has found to be paid; none where an app may leave it unpaid.
_paid_total: ContextVar[Money | None] = ContextVar("paid_total", default=None)


class CheckoutChangedError(ValidationError):
    """The checkout is not the one that the customer completes."""


@contextmanager
def completing_what_was_paid(checkout: Checkout) -> Iterator[None]:
    """Hold what is placed in this block to the total that the checkout has now.

    Of a checkout that is refused for it Saleor calculates the prices again, next time.
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
    """Let Saleor price the locked checkout again where its prices are not the lines'.

    Gifts of promotions may come and go with that. Return whether it was priced.

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
    """Refuse a locked checkout that costs another amount than the one that was paid.

    :raises CheckoutChangedError: on `lines`; completing again tells what is to be paid.
    """
    paid = _paid_total.get()
    if paid is not None and not _is_same(paid, checkout.total.gross):
        refuse_changed_checkout()


def refuse_changed_checkout() -> NoReturn:
    """Refuse to complete what the customer has not seen.

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
    """Tell whether the transactions cover what is due after gift cards.

    Only `checkoutComplete`, in a channel without unpaid orders, demands it.
    """
    if _paid_total.get() is None or checkout_info.channel.allow_unpaid_orders:
        return True
    checkout = checkout_info.checkout
    update_checkout_payment_statuses(checkout, due, checkout_has_lines=True, save=False)
    return checkout.authorize_status == CheckoutAuthorizeStatus.FULL


def _are_prices_of(
    checkout_info: "CheckoutInfo", lines: list["CheckoutLineInfo"]
) -> bool:
    """Tell whether the checkout's prices are certainly those of the lines.

    A line costs what its quantity costs, before or after its tax, and all sum to the
    total. Where a tax app computes otherwise, the answer is False: it is asked again.
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
