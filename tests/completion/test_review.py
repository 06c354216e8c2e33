"""Details of completion that somebody who trusts it with money asked about."""

from unittest import mock

from saleor.checkout import complete_checkout as saleor_completion
from saleor.discount.models import VoucherCode
from saleor.order.models import Order

from saleor_order_groups.models import OrderGroup

from .test_legacy_payments import pay_legacy  # noqa: F401

CART = [("alpha", "60.00"), ("beta", "40.00")]


def test_voucher_that_somebody_else_used_up_meanwhile_is_refused(
    make_cart, pay, complete, voucher_single_use, use_voucher
):
    # given
    checkout = make_cart(CART)
    use_voucher(checkout, voucher_single_use)
    pay(checkout)
    fetch_checkout_lines = saleor_completion.fetch_checkout_lines

    def fetch_after_another_use(*args, **kwargs):
        VoucherCode.objects.filter(code=checkout.voucher_code).update(is_active=False)
        return fetch_checkout_lines(*args, **kwargs)

    # when
    with mock.patch.object(
        saleor_completion, "fetch_checkout_lines", fetch_after_another_use
    ):
        data = complete(checkout)

    # then
    assert [error["code"] for error in data["errors"]] == ["VOUCHER_NOT_APPLICABLE"]
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
