"""What belongs to the checkout as a whole adds up over the orders, in every component."""

from decimal import Decimal

import pytest
from measurement.measures import Weight
from saleor.discount import DiscountValueType, VoucherType
from saleor.discount.models import OrderDiscount, VoucherCode
from saleor.giftcard.models import GiftCard, GiftCardEvent
from saleor.order.models import Order
from saleor.tax.models import TaxClassCountryRate

from saleor_order_groups.models import OrderGroup

CART = [("beta", "40.00"), ("alpha", "60.00")]


def amounts(name):
    return list(Order.objects.order_by("number").values_list(name, flat=True))


@pytest.fixture
def fixed_voucher(voucher):
    voucher.type = VoucherType.ENTIRE_ORDER
    voucher.discount_value_type = DiscountValueType.FIXED
    voucher.usage_limit = 5
    voucher.save()
    voucher.channel_listings.update(discount_value=Decimal(10))
    return voucher


def test_fixed_voucher_is_applied_once(
    make_cart, pay, complete, fixed_voucher, use_voucher
):
    # given
    checkout = make_cart(CART)
    use_voucher(checkout, fixed_voucher)
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert amounts("subtotal_gross_amount") == [Decimal(54), Decimal(36)]
    assert amounts("shipping_price_gross_amount") == [Decimal(3), Decimal(2)]
    assert amounts("total_gross_amount") == [Decimal(57), Decimal(38)]
    assert [
        (row.amount_value, row.value, row.value_type)
        for row in OrderDiscount.objects.order_by("order__number")
    ] == [
        (Decimal(6), Decimal(6), DiscountValueType.FIXED),
        (Decimal(4), Decimal(4), DiscountValueType.FIXED),
    ]
    assert set(amounts("voucher_code")) == {fixed_voucher.codes.get().code}
    # counted once for the purchase, not once for each order
    assert VoucherCode.objects.get().used == 1


def test_discount_larger_than_what_the_lines_lose(
    make_cart, pay, complete, voucher, use_voucher
):
    # given: the last, free line cannot lose the remaining cent
    checkout = make_cart(
        [("alpha", "10.00"), ("beta", "10.00"), ("gamma", "10.00"), ("gamma", "0.00")]
    )
    voucher.channel_listings.update(discount_value=Decimal(10))
    use_voucher(checkout, voucher)
    pay(checkout)
    checkout.refresh_from_db()
    total = checkout.total_gross_amount

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert sum(amounts("total_gross_amount")) == total
    assert sum(OrderDiscount.objects.values_list("amount_value", flat=True)) == 10


def test_discount_that_makes_a_line_dearer(
    make_cart, pay, complete, voucher, use_voucher
):
    # given: half of 0.05 is rounded up twice, and what is too much goes to the last line
    checkout = make_cart([("alpha", "10.00"), ("alpha", "10.00"), ("beta", "0.00")])
    voucher.channel_listings.update(discount_value=Decimal("0.05"))
    use_voucher(checkout, voucher)
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert amounts("subtotal_gross_amount") == [Decimal("19.94"), Decimal("0.01")]
    assert sum(amounts("total_gross_amount")) == Decimal("24.95")
    discount = OrderDiscount.objects.get()
    assert discount.amount_value == Decimal("0.05")
    assert discount.order.number == min(amounts("number"))


def test_line_voucher_stays_with_its_line(
    make_cart, pay, complete, voucher_specific_product_type, use_voucher
):
    # given
    checkout = make_cart(CART)
    line = checkout.lines.get(variant__sku="SKU-0")
    voucher_specific_product_type.products.set([line.variant.product])
    use_voucher(checkout, voucher_specific_product_type)
    pay(checkout)

    # when
    data = complete(checkout)

    # then: ten percent of 40.00
    assert not data["errors"]
    assert amounts("subtotal_gross_amount") == [Decimal(60), Decimal(36)]
    assert not OrderDiscount.objects.exists()


def test_shipping_voucher_comes_off_the_orders_that_ship(
    make_cart, pay, complete, voucher_free_shipping, use_voucher
):
    # given
    checkout = make_cart(CART)
    use_voucher(checkout, voucher_free_shipping)
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert amounts("shipping_price_gross_amount") == [Decimal(0), Decimal(0)]
    assert amounts("undiscounted_base_shipping_price_amount") == [
        Decimal(3),
        Decimal(2),
    ]
    assert list(
        OrderDiscount.objects.order_by("order__number").values_list(
            "amount_value", flat=True
        )
    ) == [Decimal(3), Decimal(2)]


def test_gift_cards_are_spent_one_after_the_other(
    make_cart, pay, complete, gift_card, gift_card_expiry_date
):
    # given: 10.00 and 20.00
    checkout = make_cart(CART, gift_cards=[gift_card, gift_card_expiry_date])
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert sum(amounts("total_gross_amount")) == Decimal(75)
    assert amounts("total_gross_amount") == [Decimal(45), Decimal(30)]
    assert not GiftCard.objects.exclude(current_balance_amount=0).exists()
    for order in Order.objects.all():
        assert order.gift_cards.count() == 2
        assert order.authorize_status == "full"
    assert GiftCardEvent.objects.filter(type="used_in_order").count() == 4


def test_gift_card_larger_than_the_total(make_cart, complete, pay, gift_card):
    # given
    gift_card.current_balance_amount = Decimal(200)
    gift_card.save()
    checkout = make_cart(CART, gift_cards=[gift_card])
    checkout.channel.order_mark_as_paid_strategy = "transaction_flow"
    checkout.channel.save()

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert amounts("total_gross_amount") == [Decimal(0), Decimal(0)]
    assert set(amounts("charge_status")) == {"full"}
    gift_card.refresh_from_db()
    assert gift_card.current_balance_amount == Decimal(95)
    assert OrderGroup.objects.get().placed_total_gross_amount == 0


@pytest.mark.parametrize("with_tax", [True, False])
def test_taxes_add_up(
    make_cart, pay, complete, get_total, gift_card, default_tax_class, with_tax
):
    # given
    checkout = make_cart(
        [("alpha", "33.33"), ("beta", "0.05"), (None, "7.77", 3)],
        gift_cards=[gift_card],
    )
    tax_configuration = checkout.channel.tax_configuration
    tax_configuration.charge_taxes = True
    tax_configuration.prices_entered_with_tax = with_tax
    tax_configuration.tax_calculation_strategy = "FLAT_RATES"
    tax_configuration.save()
    tax_configuration.country_exceptions.all().delete()
    TaxClassCountryRate.objects.update_or_create(
        country="PL", tax_class=None, defaults={"rate": 23}
    )
    for line in checkout.lines.all():
        product_type = line.variant.product.product_type
        product_type.tax_class = default_tax_class
        product_type.save()
    default_tax_class.country_rates.update_or_create(
        country="PL", defaults={"rate": Decimal("17.5")}
    )
    total = get_total(checkout)
    pay(checkout)
    checkout.refresh_from_db()
    assert checkout.subtotal_gross_amount > checkout.subtotal_net_amount

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert sum(amounts("total_gross_amount")) == total.gross.amount
    assert sum(amounts("total_net_amount")) == total.net.amount
    for component in ("subtotal", "shipping_price"):
        for side in ("net", "gross"):
            name = f"{component}_{side}_amount"
            assert sum(amounts(name)) == getattr(checkout, name)
    for order in Order.objects.all():
        assert order.total_gross_amount >= order.total_net_amount >= 0
        assert order.authorize_status == "full"


def test_metadata_and_note_reach_every_order(make_cart, pay, complete):
    # given
    checkout = make_cart(CART, note="Ring twice")
    checkout.metadata_storage.metadata = {"key": "value"}
    checkout.metadata_storage.private_metadata = {"secret": "1"}
    checkout.metadata_storage.save()
    pay(checkout)

    # when
    complete(checkout)

    # then
    for order in Order.objects.all():
        assert order.metadata == {"key": "value"}
        assert order.private_metadata == {"secret": "1"}
        assert order.customer_note == "Ring twice"


@pytest.mark.parametrize(
    ("allocation", "expected"),
    [
        ("SUBTOTAL", ["0.33", "2.00", "2.67"]),
        ("WEIGHT", ["2.50", "0.00", "2.50"]),
        ("EQUAL", ["1.67", "1.67", "1.66"]),
        ("FIRST", ["5.00", "0.00", "0.00"]),
    ],
)
def test_shipping_is_divided_as_configured(
    make_cart, pay, complete, order_groups_plugin, allocation, expected
):
    # given
    checkout = make_cart([(None, "5.00"), ("alpha", "30.00"), ("beta", "40.00")])
    order_groups_plugin(checkout.channel, **{"shipping-allocation": allocation})
    for line in checkout.lines.all():
        variant = line.variant
        variant.weight = Weight(g=0 if variant.sku == "SKU-1" else 250)
        variant.save()
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert amounts("shipping_price_gross_amount") == [Decimal(a) for a in expected]
    assert amounts("shipping_method_name") == ["DHL"] * 3
    assert sum(amounts("total_gross_amount")) == Decimal(80)
