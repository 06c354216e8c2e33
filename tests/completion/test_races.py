"""Twenty customers at once, in real server processes: one voucher, or one gift card."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from graphene import Node
from saleor.checkout.models import Checkout
from saleor.discount.models import VoucherCode
from saleor.giftcard.models import GiftCard
from saleor.order.models import Order
from saleor.payment.models import TransactionItem
from saleor.warehouse.models import Stock

from saleor_order_groups.models import OrderGroup
from saleor_order_groups.verification.runner import verify
from tests.helpers.checkouts import CHECKOUT_COMPLETE

pytestmark = pytest.mark.django_db(transaction=True)

SEVERAL, ONE = ["alpha", "beta"], ["alpha"]
AT_ONCE = 20
# What it is called, whether the plugin is active, and whose goods are in each cart.
CASES = [
    ("Saleor alone", False, ONE),
    ("one seller", True, ONE),
    ("several sellers", True, SEVERAL),
]


@pytest.fixture
def race(start_server, make_cart, make_variant, pay):
    """Return a function that completes carts of the same goods at once.

    It returns how many were answered with which code, the carts and the seconds.
    """
    servers = [start_server(), start_server()]
    variants = {seller: make_variant(seller, "50.00") for seller in SEVERAL}

    def complete(job):
        number, checkout = job
        variables = {"id": Node.to_global_id("Checkout", checkout.pk)}
        answer = servers[number % 2].post(CHECKOUT_COMPLETE, variables)
        if "errors" in answer:
            [error] = answer["errors"]
            return f"server error: {error['extensions']['exception']['code']}"
        data = answer["data"]["checkoutComplete"]
        return data["errors"][0]["code"] if data["errors"] else "completed"

    def run(sellers, count, prepare, **fields):
        checkouts = []
        for _ in range(count):
            checkout = make_cart([], user=None, **fields)
            for seller in sellers:
                # As many goods in every cart, whoever sells them.
                checkout.lines.create(
                    variant=variants[seller],
                    quantity=len(SEVERAL) // len(sellers),
                    currency="USD",
                )
            prepare(checkout)
            pay(checkout)
            checkouts.append(checkout)
        for server in servers:
            server.wait()
        started = time.monotonic()
        with ThreadPoolExecutor(count) as pool:
            codes = Counter(pool.map(complete, enumerate(checkouts)))
        return codes, checkouts, time.monotonic() - started

    return run


@pytest.fixture
def run_each(race, order_groups_plugin, channel_USD):
    """Return a function that races carts of Saleor alone, of one seller and of several.

    What Saleor alone does is printed and not asserted: it is another each time.
    """

    def run(name, count, prepare, reset, check, **fields):
        for case, active, sellers in CASES:
            order_groups_plugin(channel_USD, active=active)
            reset()
            Stock.objects.update(quantity_allocated=0)
            codes, checkouts, seconds = race(sellers, count, prepare, **fields)
            print(f"\n{name}, {case}: {dict(codes)} in {seconds:.1f} s")  # noqa: T201
            if active:
                check(codes, assert_is_placed(codes, checkouts, len(sellers)))

    return run


def assert_is_placed(codes, checkouts, sellers):
    """Check that what was completed is there, and that what was refused is untouched.

    Return the orders.
    """
    tokens = [str(checkout.pk) for checkout in checkouts]
    orders = Order.objects.filter(checkout_token__in=tokens)
    assert orders.count() == codes["completed"] * sellers
    groups = OrderGroup.objects.filter(checkout_token__in=tokens)
    assert groups.count() == codes["completed"]
    refused = codes.total() - codes["completed"]
    assert Checkout.objects.filter(pk__in=tokens).count() == refused
    assert TransactionItem.objects.filter(checkout__in=tokens).count() == refused
    allocated = sum(Stock.objects.values_list("quantity_allocated", flat=True))
    assert allocated == codes["completed"] * len(SEVERAL)
    assert list(verify()) == []
    return orders


@pytest.mark.parametrize(
    ("_case", "fields", "count", "uses"),
    [
        ("limit", {"usage_limit": 5}, AT_ONCE, 5),
        ("single use", {"single_use": True}, 12, 1),
    ],
)
def test_voucher_in_carts_that_complete_at_once(
    run_each, use_voucher, voucher, _case, fields, count, uses
):
    # given
    voucher.channel_listings.update(discount_value=Decimal(10))
    type(voucher).objects.update(**fields)
    voucher.refresh_from_db()

    def reset():
        VoucherCode.objects.update(used=0, is_active=True)

    def check(codes, orders):
        # then: as many purchases as there are uses, and all others are told why not
        assert codes == {
            "completed": uses,
            "VOUCHER_NOT_APPLICABLE": count - uses,
        }
        assert {order.voucher_code for order in orders} == {voucher.code}
        code = VoucherCode.objects.get()
        assert code.used == (uses if "usage_limit" in fields else 0)
        assert code.is_active == ("usage_limit" in fields)

    # when
    run_each(
        _case, count, lambda checkout: use_voucher(checkout, voucher), reset, check
    )


def test_gift_card_in_carts_that_complete_at_once(run_each, gift_card):
    # given: 100.00 of 105.00 are the card's, 5.00 are authorized
    def reset():
        GiftCard.objects.update(
            initial_balance_amount=100, current_balance_amount=100, last_used_on=None
        )

    def check(codes, orders):
        # then: who comes after the commit is told what is to be paid now
        assert codes["completed"] == 1
        told = codes["GIFT_CARD_NOT_APPLICABLE"] + codes["CHECKOUT_NOT_FULLY_PAID"]
        assert told == AT_ONCE - 1
        assert sum(order.total_gross_amount for order in orders) == 5
        gift_card.refresh_from_db()
        assert gift_card.current_balance_amount == 0
        assert set(gift_card.orders.filter(pk__in=orders)) == set(orders)

    # when
    run_each(
        "gift card",
        AT_ONCE,
        lambda checkout: None,
        reset,
        check,
        gift_cards=[gift_card],
    )
