"""What a group tells of a checkout that was completed, beside what its orders tell."""

from collections import defaultdict
from decimal import Decimal

import pytest
from saleor.discount import DiscountValueType, VoucherType
from saleor.discount.models import OrderDiscount, OrderLineDiscount
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content
from saleor.order.models import Order
from saleor.tax.models import TaxClass

from saleor_order_groups.models import OrderGroup

# Two sellers and the shop itself: 40.01 + 180.00 + 15.54, and a parcel of 5.00.
CART = [("beta", "40.01"), ("alpha", "60.00", 3), (None, "7.77", 2)]

PRICE = "net { amount } gross { amount } tax { amount }"
QUERY = f"""
query OrderGroup($id: ID) {{
  orderGroup(id: $id) {{
    total {{ {PRICE} }}
    subtotal {{ {PRICE} }}
    shippingPrice {{ {PRICE} }}
    undiscountedTotal {{ {PRICE} }}
    placedTotal {{ {PRICE} }}
    totalDiscount {{ amount currency }}
    totalTax {{ amount currency }}
    taxes {{
      rate taxClassName net {{ amount }} gross {{ amount }} tax {{ amount }}
    }}
    discounts {{
      type name voucherCode amount {{ amount }}
      shares {{ order {{ number }} amount {{ amount }} }}
    }}
    giftCards {{ id }}
    totalAuthorized {{ amount }}
    totalCharged {{ amount }}
    totalRefunded {{ amount }}
    totalBalance {{ amount }}
    lines(first: 10) {{ totalCount edges {{ node {{ id }} }} }}
    orders {{
      number
      total {{ {PRICE} }}
      subtotal {{ {PRICE} }}
      shippingPrice {{ {PRICE} }}
      undiscountedTotal {{ {PRICE} }}
      shippingTaxRate
      discounts {{ total {{ amount }} }}
      totalAuthorized {{ amount }}
      totalCharged {{ amount }}
      totalRefunded {{ amount }}
      totalBalance {{ amount }}
      giftCards {{ id }}
      lines {{
        id
        taxRate
        totalPrice {{ {PRICE} }}
        discounts {{ total {{ amount }} }}
      }}
    }}
  }}
}}
"""


def exact(value):
    return Decimal(str(value))


def price(value):
    return {side: exact(value[side]["amount"]) for side in ("net", "gross", "tax")}


def sum_prices(values):
    sums = defaultdict(Decimal)
    for value in values:
        for side, amount in price(value).items():
            sums[side] += amount
    return dict(sums)


def sum_amounts(values):
    return sum((exact(value["amount"]) for value in values), Decimal(0))


@pytest.fixture
def charge_taxes(channel_USD, product_type):
    """Tax goods at 17.5 and shipping at 23 percent, on top of prices."""
    configuration = channel_USD.tax_configuration
    configuration.charge_taxes = True
    configuration.prices_entered_with_tax = False
    configuration.tax_calculation_strategy = "FLAT_RATES"
    configuration.save()
    configuration.country_exceptions.all().delete()
    # Saleor's addresses are in Poland, where its default class has 23 percent.
    product_type.tax_class = TaxClass.objects.create(name="Goods")
    product_type.tax_class.country_rates.create(country="PL", rate=Decimal("17.5"))
    product_type.save(update_fields=["tax_class"])


@pytest.fixture
def read(user_api_client, to_id):
    def read(query=QUERY, client=user_api_client):
        group = OrderGroup.objects.get()
        response = client.post_graphql(query, {"id": to_id(group)})
        return get_graphql_content(response)["data"]["orderGroup"]

    return read


def change_voucher(voucher, case, checkout):
    listing = voucher.channel_listings.get()
    listing.discount_value = Decimal("10.01")
    voucher.discount_value_type = DiscountValueType.FIXED
    match case:
        case "once per order":
            voucher.apply_once_per_order = True
        case "specific products":
            voucher.type = VoucherType.SPECIFIC_PRODUCT
            voucher.products.add(
                *[line.variant.product for line in checkout.lines.all()[:2]]
            )
        case "shipping":
            voucher.type = VoucherType.SHIPPING
            listing.discount_value = Decimal("1.33")
    listing.save()
    voucher.save()


@pytest.mark.parametrize(
    "case", ["entire order", "once per order", "specific products", "shipping"]
)
def test_amounts_are_the_sums_of_what_saleor_tells_of_the_orders(
    case,
    charge_taxes,
    make_cart,
    pay,
    complete,
    voucher,
    use_voucher,
    gift_card,
    gift_card_expiry_date,
    read,
):
    # given gift cards of 10.00 and 20.00
    checkout = make_cart(CART, gift_cards=[gift_card, gift_card_expiry_date])
    change_voucher(voucher, case, checkout)
    use_voucher(checkout, voucher)
    pay(checkout)
    assert complete(checkout)["errors"] == []

    # when
    group = read()

    # then
    orders = group["orders"]
    assert len(orders) == 3
    for name in ("total", "subtotal", "shippingPrice", "undiscountedTotal"):
        assert price(group[name]) == sum_prices(order[name] for order in orders), name
    assert group["placedTotal"] == group["total"]
    for name in ("totalAuthorized", "totalCharged", "totalRefunded", "totalBalance"):
        assert exact(group[name]["amount"]) == sum_amounts(
            order[name] for order in orders
        ), name
    assert exact(group["totalAuthorized"]["amount"]) == exact(
        group["total"]["gross"]["amount"]
    )
    assert group["totalBalance"]["amount"] == -group["total"]["gross"]["amount"]

    # Taxes, and that they are before gift cards.
    prices = defaultdict(list)
    for order in orders:
        prices[order["shippingTaxRate"]].append(order["shippingPrice"])
        for line in order["lines"]:
            prices[line["taxRate"]].append(line["totalPrice"])
    assert [(tax["rate"], tax["taxClassName"]) for tax in group["taxes"]] == [
        (0.175, "Goods"),
        (0.23, "Default"),
    ]
    assert group["totalTax"] == {
        "amount": float(sum_amounts(tax["tax"] for tax in group["taxes"])),
        "currency": "USD",
    }
    of_orders = [
        order[name]["tax"] for order in orders for name in ("subtotal", "shippingPrice")
    ]
    assert exact(group["totalTax"]["amount"]) == sum_amounts(of_orders) > 0
    for tax in group["taxes"]:
        assert price(tax) == sum_prices(prices[tax["rate"]])
    gross = sum_amounts(tax["gross"] for tax in group["taxes"])
    assert gross - 30 == exact(group["total"]["gross"]["amount"])
    assert gross == exact(group["subtotal"]["gross"]["amount"]) + exact(
        group["shippingPrice"]["gross"]["amount"]
    )

    # Discounts.
    [discount] = group["discounts"]
    assert discount["type"] == "VOUCHER"
    assert discount["voucherCode"] == voucher.codes.get().code
    stored = [*OrderDiscount.objects.all(), *OrderLineDiscount.objects.all()]
    taken = sum(row.amount_value for row in stored)
    expected = {
        "entire order": "10.01",
        # The cheapest piece is free.
        "once per order": "7.77",
        # 10.01 off each of four pieces.
        "specific products": "40.04",
        "shipping": "1.33",
    }[case]
    assert taken == Decimal(expected)
    assert exact(discount["amount"]["amount"]) == taken
    assert sum_amounts(share["amount"] for share in discount["shares"]) == taken
    assert group["totalDiscount"] == {"amount": float(taken), "currency": "USD"}
    numbers = [order["number"] for order in orders]
    carriers = [share["order"]["number"] for share in discount["shares"]]
    assert carriers == [number for number in numbers if number in carriers]

    # Lines and gift cards.
    lines = [line["id"] for order in orders for line in order["lines"]]
    assert [edge["node"]["id"] for edge in group["lines"]["edges"]] == lines
    assert group["lines"]["totalCount"] == 3
    cards = {card["id"] for order in orders for card in order["giftCards"]}
    assert len(group["giftCards"]) == len(cards) == 2
    assert {card["id"] for card in group["giftCards"]} == cards


def test_shares_of_a_discount(make_cart, pay, complete, voucher, use_voucher, read):
    # given 10.00 off goods of 60.00 and 40.00
    checkout = make_cart([("beta", "40.00"), ("alpha", "60.00")])
    voucher.channel_listings.update(discount_value=Decimal(10))
    use_voucher(checkout, voucher)
    pay(checkout)
    complete(checkout)

    # when
    group = read()

    # then
    numbers = [order["number"] for order in group["orders"]]
    assert group["discounts"] == [
        {
            "type": "VOUCHER",
            "name": None,
            "voucherCode": voucher.codes.get().code,
            "amount": {"amount": 10.0},
            "shares": [
                {"order": {"number": numbers[0]}, "amount": {"amount": 6.0}},
                {"order": {"number": numbers[1]}, "amount": {"amount": 4.0}},
            ],
        }
    ]


def test_discount_of_a_promotion(make_cart, pay, complete, order_promotion_rule, read):
    # given 25 percent off everything: 58.8875
    checkout = make_cart(CART)
    pay(checkout)
    complete(checkout)

    # when
    group = read()

    # then
    [discount] = group["discounts"]
    assert discount["type"] == "ORDER_PROMOTION"
    assert discount["name"] == OrderDiscount.objects.first().name
    assert discount["voucherCode"] is None
    assert discount["amount"]["amount"] == 58.89
    assert len(discount["shares"]) == 3


def test_discounts_of_two_rules_are_those_of_one_promotion(
    create_group, orders_of, order_promotion_with_rule, read
):
    # given two orders, each discounted by another rule of the promotion
    promotion = order_promotion_with_rule
    first_rule = promotion.rules.first()
    second_rule = promotion.rules.create(name="Second")
    orders = orders_of(create_group([None, None, None]))
    for order, rule, amount in [
        (orders[0], first_rule, "3.00"),
        (orders[2], second_rule, "1.50"),
        (orders[2], first_rule, "0.50"),
    ]:
        order.discounts.create(
            type="order_promotion",
            promotion_rule=rule,
            name=f"Promotion: {rule.name}",
            amount_value=Decimal(amount),
            currency="USD",
        )

    # when
    group = read()

    # then
    assert group["discounts"] == [
        {
            "type": "ORDER_PROMOTION",
            "name": promotion.name,
            "voucherCode": None,
            "amount": {"amount": 5.0},
            "shares": [
                {"order": {"number": str(orders[0].number)}, "amount": {"amount": 3.0}},
                {"order": {"number": str(orders[2].number)}, "amount": {"amount": 2.0}},
            ],
        }
    ]
    assert group["totalDiscount"]["amount"] == 5.0


def test_manual_discounts_are_apart_by_name_and_reason(create_group, orders_of, read):
    # given
    first, second = orders_of(create_group([None, None]))
    for order, reason in [(first, "late"), (second, "late"), (second, "broken")]:
        order.discounts.create(
            type="manual",
            name="Sorry",
            reason=reason,
            amount_value=Decimal("1.00"),
            currency="USD",
        )

    # when
    group = read()

    # then
    assert sorted(row["amount"]["amount"] for row in group["discounts"]) == [1.0, 2.0]


def test_breakdown_is_of_the_counted_orders(create_group, orders_of, gift_card, read):
    # given a canceled order with a line, a discount and a gift card
    live, canceled = orders_of(create_group([None, None]))
    for order in (live, canceled):
        order.lines.create(
            product_name="Mug",
            variant_name="",
            quantity=1,
            is_shipping_required=True,
            is_gift_card=False,
            currency="USD",
            unit_price_net_amount=8,
            unit_price_gross_amount=10,
            total_price_net_amount=8,
            total_price_gross_amount=10,
            tax_rate=Decimal("0.25"),
            tax_class_name="Goods",
        )
        order.discounts.create(
            type="manual", amount_value=Decimal("1.00"), currency="USD"
        )
        order.gift_cards.add(gift_card)
    Order.objects.filter(pk=canceled.pk).update(status="canceled")

    # when
    one = read()
    Order.objects.filter(pk=live.pk).update(status="expired")
    both = read()

    # then shipping has no rate, and a group without a live order tells of all
    for group, count in ((one, 1), (both, 2)):
        assert group["taxes"] == [
            {
                "rate": 0.0,
                "taxClassName": None,
                "net": {"amount": 2.0 * count},
                "gross": {"amount": 2.0 * count},
                "tax": {"amount": 0.0},
            },
            {
                "rate": 0.25,
                "taxClassName": "Goods",
                "net": {"amount": 8.0 * count},
                "gross": {"amount": 10.0 * count},
                "tax": {"amount": 2.0 * count},
            },
        ]
        assert group["totalTax"]["amount"] == 2.0 * count
        assert group["totalDiscount"]["amount"] == count
        assert len(group["giftCards"]) == 1
        # Lines are those of all orders.
        assert group["lines"]["totalCount"] == 2


def test_breakdown_of_a_group_without_orders(create_group, orders_of, read):
    # given
    [order] = orders_of(create_group([None]))
    order.delete()

    # when
    group = read()

    # then
    for name in ("taxes", "discounts", "giftCards", "orders"):
        assert group[name] == []
    for name in ("totalDiscount", "totalTax", "totalRefunded", "totalBalance"):
        assert group[name]["amount"] == 0.0
    assert group["lines"] == {"totalCount": 0, "edges": []}


REASON = "query($id: ID) { orderGroup(id: $id) { discounts { reason } } }"


@pytest.mark.parametrize(
    ("who", "is_seen"),
    [
        ("anonymous", False),
        ("customer", False),
        ("staff without permission", False),
        ("staff with permission", True),
        ("app with permission", True),
    ],
)
def test_who_reads_the_reason_of_a_discount(
    who, is_seen, client_of, create_group, orders_of, to_id
):
    # given
    group = create_group(user=None)
    orders_of(group)[0].discounts.create(
        type="manual", reason="late", amount_value=Decimal("1.00"), currency="USD"
    )

    # when
    response = client_of(who).post_graphql(REASON, {"id": to_id(group)})

    # then
    if is_seen:
        data = get_graphql_content(response)["data"]
        assert data["orderGroup"]["discounts"] == [{"reason": "late"}]
    elif who == "staff without permission":
        # Nor the group, of a channel that is not theirs.
        assert get_graphql_content(response)["data"] == {"orderGroup": None}
    else:
        assert_no_permission(response)


LINES = """
query Lines($id: ID, $first: Int, $last: Int, $after: String, $before: String) {
  orderGroup(id: $id) {
    lines(first: $first, last: $last, after: $after, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { node { productName } }
    }
  }
}
"""


def test_pages_of_lines(make_cart, pay, complete, user_api_client, to_id):
    # given
    checkout = make_cart([("beta", "1.00"), (None, "2.00"), ("beta", "3.00")])
    pay(checkout)
    complete(checkout)
    group_id = to_id(OrderGroup.objects.get())

    def page(**variables):
        response = user_api_client.post_graphql(LINES, {"id": group_id, **variables})
        lines = get_graphql_content(response)["data"]["orderGroup"]["lines"]
        assert lines["totalCount"] == 3
        names = [edge["node"]["productName"] for edge in lines["edges"]]
        return names, lines["pageInfo"]

    # when
    first, info = page(first=2)
    second, end = page(first=2, after=info["endCursor"])
    last, _ = page(last=1)

    # then the shop's own line first, then beta's in the checkout's order
    assert (first, second, last) == (
        ["Product 1", "Product 0"],
        ["Product 2"],
        ["Product 2"],
    )
    assert (info["hasNextPage"], end["hasNextPage"]) == (True, False)
