"""Any sequence of what customers and staff do keeps every invariant.

Carts are edited, previewed, paid or not, completed through any entry and again through
another one; their orders are canceled and expire. After every step `verify_order_groups`
finds nothing, and stock, gift cards and voucher uses are what the orders say.

The environment variable EXAMPLES tells how many sequences are tried.
"""

import datetime
import os
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from graphene import Node
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from saleor.checkout.models import Checkout
from saleor.discount import DiscountValueType, VoucherType
from saleor.discount.models import Voucher, VoucherChannelListing, VoucherCode
from saleor.giftcard.models import GiftCard, GiftCardEvent
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderStatus
from saleor.order.models import Order, OrderLine
from saleor.order.tasks import expire_orders_task
from saleor.warehouse.models import Allocation, Stock

from saleor_order_groups.models import OrderGroup
from saleor_order_groups.verification.runner import verify
from tests.helpers.previews import get_spent, read_placed, show, sides

EXAMPLES = int(os.environ.get("EXAMPLES", "8"))

LINES_ADD = """
    mutation Change($id: ID!, $lines: [CheckoutLineInput!]!) {
      checkoutLinesAdd(id: $id, lines: $lines) { errors { field code } }
    }
"""
LINES_UPDATE = """
    mutation Change($id: ID!, $lines: [CheckoutLineUpdateInput!]!) {
      checkoutLinesUpdate(id: $id, lines: $lines) { errors { field code } }
    }
"""
CODE_ADD = """
    mutation Change($id: ID!, $code: String!) {
      checkoutAddPromoCode(id: $id, promoCode: $code) { errors { field code } }
    }
"""
CODE_REMOVE = """
    mutation Change($id: ID!, $code: String!) {
      checkoutRemovePromoCode(id: $id, promoCode: $code) { errors { field code } }
    }
"""
CANCEL = """
    mutation Cancel($id: ID!) {
      orderCancel(id: $id) { errors { field code } }
    }
"""
# Seller and price, of which a customer chooses.
GOODS = [
    (None, "9.99"),
    ("alpha", "60.00"),
    ("alpha", "0.05"),
    ("beta", "33.33"),
    ("gamma", "0.00"),
]
CARDS = {"card-small": "7.77", "card-large": "80.00"}
VOUCHERS = {
    "TEN-OFF": (VoucherType.ENTIRE_ORDER, DiscountValueType.FIXED, "10.01", False),
    "THIRD": (VoucherType.ENTIRE_ORDER, DiscountValueType.PERCENTAGE, "33", False),
    "ONCE": (VoucherType.ENTIRE_ORDER, DiscountValueType.FIXED, "3.00", True),
    "SHIP": (VoucherType.SHIPPING, DiscountValueType.FIXED, "1.33", False),
}
# Saleor answers with an internal error where no line has the lowest price.
LOWEST_PRICE = "ONCE"
USAGE_LIMIT = 3
ENTRIES = st.sampled_from(["by the customer", "by an app", "by an app that keeps it"])


class Shop:
    """What the steps need of the fixtures."""

    def __init__(self, request, channel):
        self.channel = channel
        for name in (
            "make_cart",
            "make_variant",
            "pay",
            "complete",
            "create_from_checkout",
            "preview",
            "user_api_client",
            "staff_api_client",
        ):
            setattr(self, name, request.getfixturevalue(name))

    def ask(self, query, variables, client=None):
        response = (client or self.user_api_client).post_graphql(query, variables)
        [answer] = get_graphql_content(response)["data"].values()
        return answer["errors"]


def make_vouchers(channel):
    for code, (type_, value_type, value, once) in VOUCHERS.items():
        voucher = Voucher.objects.create(
            type=type_,
            discount_value_type=value_type,
            apply_once_per_order=once,
            usage_limit=USAGE_LIMIT,
        )
        VoucherCode.objects.create(code=code, voucher=voucher)
        VoucherChannelListing.objects.create(
            voucher=voucher,
            channel=channel,
            discount_value=Decimal(value),
            currency=channel.currency_code,
        )


def make_cards():
    for code, balance in CARDS.items():
        GiftCard.objects.create(
            code=code,
            currency="USD",
            initial_balance_amount=Decimal(balance),
            current_balance_amount=Decimal(balance),
        )


class Purchases(RuleBasedStateMachine):
    shop: Shop

    @initialize()
    def open_shop(self):
        self.savepoint = transaction.savepoint()
        self.variants = [
            self.shop.make_variant(seller, price, stock=5) for seller, price in GOODS
        ]
        make_vouchers(self.shop.channel)
        make_cards()
        self.checkout = None
        self.completed = []

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    # ---------------------------------------------------------------- the cart

    def change(self, query, **variables):
        variables["id"] = Node.to_global_id("Checkout", self.checkout.pk)
        errors = self.shop.ask(query, variables)
        self.checkout.refresh_from_db()
        return errors

    @precondition(lambda self: self.checkout is None)
    @rule(
        goods=st.lists(st.sampled_from(range(5)), min_size=2, max_size=4, unique=True),
        codes=st.lists(st.sampled_from([*VOUCHERS, *CARDS]), max_size=2),
    )
    def start_cart(self, goods, codes):
        self.checkout = self.shop.make_cart([])
        for number in goods:
            self.add_line(number, 1)
        for code in codes:
            self.add_code(code)

    @precondition(lambda self: self.checkout)
    @rule(number=st.sampled_from(range(5)), quantity=st.integers(1, 3))
    def add_line(self, number, quantity):
        self.change(
            LINES_ADD,
            lines=[
                {
                    "variantId": Node.to_global_id(
                        "ProductVariant", self.variants[number].pk
                    ),
                    "quantity": quantity,
                }
            ],
        )

    @precondition(lambda self: self.checkout and self.checkout.lines.exists())
    @rule(quantity=st.integers(0, 4))
    def change_line(self, quantity):
        line, *others = self.checkout.lines.order_by("variant__sku")
        if not (quantity or others) and self.checkout.voucher_code == LOWEST_PRICE:
            return
        self.change(
            LINES_UPDATE,
            lines=[
                {
                    "variantId": Node.to_global_id("ProductVariant", line.variant_id),
                    "quantity": quantity,
                }
            ],
        )

    @precondition(lambda self: self.checkout)
    @rule(code=st.sampled_from([*VOUCHERS, *CARDS]))
    def add_code(self, code):
        if code != LOWEST_PRICE or self.checkout.lines.exists():
            self.change(CODE_ADD, code=code)

    @precondition(lambda self: self.checkout)
    @rule(code=st.sampled_from([*VOUCHERS, *CARDS]))
    def remove_code(self, code):
        self.change(CODE_REMOVE, code=code)

    @precondition(lambda self: self.checkout and self.checkout.lines.exists())
    @rule(
        share=st.sampled_from([1, 2]), name=st.sampled_from(["authorized", "charged"])
    )
    def pay(self, share, name):
        due = sides(self.shop.preview(self.checkout)["totalPrice"])[1]
        self.shop.pay(self.checkout, **{f"{name}_value": round(due / share, 2)})

    # ---------------------------------------------------------------- completion

    @precondition(lambda self: self.checkout and self.checkout.lines.exists())
    @rule(entry=ENTRIES)
    def complete(self, entry):
        before = self.count_rows()
        seen = self.shop.preview(self.checkout)
        data = self.place(entry, self.checkout)
        if data["errors"]:
            assert self.count_rows() == before
            assert Checkout.objects.filter(pk=self.checkout.pk).exists()
            return
        group = OrderGroup.objects.get(checkout_token=self.checkout.pk)
        placed = read_placed(group)
        if len(placed) > 1:
            assert show(seen["orderGroupPreview"]["orders"]) == placed
        assert sides(seen["totalPrice"]) == (
            group.placed_total_net_amount,
            group.placed_total_gross_amount,
        )
        self.completed.append((self.checkout, data["order"]["id"], data["orderGroup"]))
        self.checkout = None

    @precondition(lambda self: self.completed)
    @rule(entry=ENTRIES)
    def complete_again(self, entry):
        checkout, order_id, group = self.completed[-1]
        before = self.count_rows()
        data = self.place(entry, checkout)
        assert not data["errors"]
        assert data["order"]["id"] == order_id
        assert data["orderGroup"]["id"] == group["id"]
        assert self.count_rows() == before

    def place(self, entry, checkout):
        if entry == "by the customer":
            return self.shop.complete(checkout)
        return self.shop.create_from_checkout(
            checkout, removeCheckout=entry == "by an app"
        )

    def count_rows(self):
        return (
            Order.objects.count(),
            OrderGroup.objects.count(),
            Allocation.objects.count(),
            GiftCardEvent.objects.count(),
            VoucherCode.objects.aggregate(uses=Sum("used"))["uses"],
        )

    # ---------------------------------------------------------------- afterwards

    @precondition(lambda self: self.completed)
    @rule(number=st.integers(0, 2))
    def cancel_order(self, number):
        orders = list(Order.objects.order_by("number"))
        order = orders[number % len(orders)]
        self.shop.ask(
            CANCEL,
            {"id": Node.to_global_id("Order", order.pk)},
            self.shop.staff_api_client,
        )

    @precondition(lambda self: self.completed)
    @rule()
    def expire_orders(self):
        Order.objects.update(
            created_at=timezone.now() - datetime.timedelta(minutes=120)
        )
        expire_orders_task()

    # ---------------------------------------------------------------- what holds

    @invariant()
    def nothing_is_off(self):
        assert [str(finding) for finding in verify()] == []

    @invariant()
    def every_order_has_a_group(self):
        assert not Order.objects.filter(order_group_link=None).exists()
        assert OrderGroup.objects.count() == len(self.completed)

    @invariant()
    def stock_is_what_live_orders_have(self):
        lines = OrderLine.objects.exclude(
            order__status__in=[OrderStatus.CANCELED, OrderStatus.EXPIRED]
        )
        ordered = lines.aggregate(sum=Sum("quantity"))["sum"] or 0
        allocations = Allocation.objects.aggregate(sum=Sum("quantity_allocated"))
        booked = Stock.objects.aggregate(sum=Sum("quantity_allocated"))["sum"] or 0
        assert ordered == (allocations["sum"] or 0) == booked

    @invariant()
    def gift_cards_have_what_orders_left(self):
        spent = sum(
            map(get_spent, GiftCardEvent.objects.filter(type="used_in_order")),
            start=Decimal(0),
        )
        left = GiftCard.objects.filter(code__in=CARDS).aggregate(
            sum=Sum("current_balance_amount")
        )["sum"]
        assert sum(map(Decimal, CARDS.values())) - left == spent

    @invariant()
    def voucher_is_used_once_for_each_group(self):
        for code in VoucherCode.objects.filter(code__in=VOUCHERS):
            groups = OrderGroup.objects.filter(
                order_links__order__voucher_code=code.code
            )
            live = groups.exclude(
                pk__in=[
                    group.pk
                    for group in groups
                    if not group.order_links.exclude(
                        order__status=OrderStatus.EXPIRED
                    ).exists()
                ]
            )
            assert code.used == live.distinct().count() <= USAGE_LIMIT


@pytest.fixture(autouse=True)
def token_that_lasts(settings):
    """Let the customer's token outlive a run of many examples."""
    settings.JWT_TTL_ACCESS = datetime.timedelta(days=1)


def test_any_sequence_keeps_every_invariant(
    request,
    channel_USD,
    order_groups_plugin,
    create_from_checkout,
    preview,
    permission_group_manage_orders,
    staff_user,
):
    # given: orders need not be paid, and expire if they are not
    channel_USD.allow_unpaid_orders = True
    channel_USD.expire_orders_after = 60
    channel_USD.save()
    permission_group_manage_orders.user_set.add(staff_user)
    shop = Shop(request, channel_USD)

    class PurchasesOfShop(Purchases):
        pass

    PurchasesOfShop.shop = shop

    # when / then
    run_state_machine_as_test(
        PurchasesOfShop,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=20,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
