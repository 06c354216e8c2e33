"""Count the use of a voucher under a lock, so that it never exceeds its limit.

Saleor reads the limit before it waits for the lock: purchases that wait for each other
would all find the last use free.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Q
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.discount.models import NotApplicable, VoucherCode
from saleor.discount.utils.voucher import get_customer_email_for_voucher_usage

from .changes import refuse_changed_checkout

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo


def use_voucher[Counted](
    checkout_info: "CheckoutInfo", count: Callable[[], Counted]
) -> Counted | None:
    """Count the use of the checkout's voucher in the transaction of the caller.

    :param count: Saleor's own counting, which reads the voucher again under the lock.
    :return: the result of `count`, None if the checkout has no voucher.
    :raises ValidationError: on `voucher_code`: the voucher is used up or has ended.
    :raises CheckoutChangedError: on `lines`: the customer has replaced the voucher that
        the orders would name.
    """
    code = checkout_info.checkout.voucher_code
    if checkout_info.voucher and checkout_info.voucher_code:
        if checkout_info.voucher_code.code != code:
            refuse_changed_checkout()
    if not code:
        return None
    try:
        _lock_limited_voucher(code, checkout_info)
        return count()
    except NotApplicable as error:
        raise ValidationError(
            {
                "voucher_code": ValidationError(
                    "The voucher has been used up, or has ended, since it was added to"
                    " the checkout.",
                    code=CheckoutErrorCode.VOUCHER_NOT_APPLICABLE.value,
                )
            }
        ) from error


def _lock_limited_voucher(code: str, checkout_info: "CheckoutInfo") -> None:
    """Wait for the other purchases with this voucher.

    The limit counts the uses of all codes of a voucher, so the voucher is locked too. A
    voucher without a limit is not locked: its purchases need not wait for each other.

    :raises NotApplicable: the customer has used another code of the voucher.
    """
    locked = (
        VoucherCode.objects.filter(code=code)
        .filter(
            Q(voucher__usage_limit__isnull=False)
            | Q(voucher__single_use=True)
            | Q(voucher__apply_once_per_customer=True)
        )
        .select_related("voucher")
        # Orders that refer to the voucher need not wait for this lock.
        .select_for_update(of=("self", "voucher"), no_key=True)
        .first()
    )
    if (
        locked
        and locked.voucher.apply_once_per_customer
        and not checkout_info.checkout.is_voucher_usage_increased
    ):
        email = get_customer_email_for_voucher_usage(checkout_info)
        locked.voucher.validate_once_per_customer(email)
