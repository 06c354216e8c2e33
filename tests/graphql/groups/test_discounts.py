"""What a group tells of the promotion or voucher behind a discount."""

import datetime
from decimal import Decimal

import pytest
from saleor.discount import DiscountValueType, VoucherType
from saleor.discount.models import OrderDiscount, OrderLineDiscount, Promotion, Voucher
from saleor.graphql.tests.utils import get_graphql_content

from saleor_order_groups.models import OrderGroup

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
END = datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)
DISCOUNTS = """
query Discounts($id: ID) {
  orderGroup(id: $id) {
    discounts {
      type voucherCode createdAt startDate endDate valueType value amount { amount }
    }
  }
}
"""
SOURCES = """
query Sources($id: ID) {
  orderGroup(id: $id) {
    discounts {
      promotion { id name endDate }
      voucher { id code discountValue currency }
    }
  }
}
"""
LIST = """
{
  orderGroups(first: 100) {
    edges { node {
      discounts { valueType startDate promotion { id name } voucher { id discountValue } }
    } }
  }
}
"""
EVERYONE = [
    "anonymous",
    "customer",
    "other customer",
    "staff without permission",
    "staff with permission",
    "staff of another channel",
    "app without permission",
    "app with permission",
]


@pytest.fixture
def read(user_api_client, to_id):
    """Return the only discount of the only group."""

    def read():
        response = user_api_client.post_graphql(
            DISCOUNTS, {"id": to_id(OrderGroup.objects.get())}
        )
        group = get_graphql_content(response)["data"]["orderGroup"]
        [discount] = group["discounts"]
        return discount

    return read


@pytest.fixture
def manage_discounts(permission_manage_discounts):
    def manage_discounts(client):
        owner = client.app or client.user
        (owner.permissions if client.app else owner.user_permissions).add(
            permission_manage_discounts
        )
        return client

    return manage_discounts


@pytest.mark.parametrize(
    ("case", "sellers", "count"),
    [
        ("entire order", ("beta", "alpha"), 2),
        ("entire order", ("beta", "beta"), 1),
        ("specific products", ("beta", "alpha"), 2),
    ],
)
def test_voucher_of_ten_percent_is_recorded_as_amounts(
    case, sellers, count, make_cart, pay, complete, voucher, use_voucher, read
):
    # given Saleor records at completion what the percentage came to
    first, second = sellers
    checkout = make_cart([(first, "40.00"), (second, "60.00")])
    voucher.discount_value_type = DiscountValueType.PERCENTAGE
    voucher.start_date, voucher.end_date = START, END
    if case == "specific products":
        voucher.type = VoucherType.SPECIFIC_PRODUCT
        products = [line.variant.product for line in checkout.lines.all()]
        voucher.products.add(*products)
    voucher.save()
    voucher.channel_listings.update(discount_value=Decimal(10))
    use_voucher(checkout, voucher)
    pay(checkout)
    assert complete(checkout)["errors"] == []

    # when
    discount = read()

    # then
    stored = [*OrderDiscount.objects.all(), *OrderLineDiscount.objects.all()]
    assert len(stored) == count
    assert discount == {
        "type": "VOUCHER",
        "voucherCode": voucher.codes.get().code,
        "createdAt": min(row.created_at for row in stored).isoformat(),
        "startDate": START.isoformat(),
        "endDate": END.isoformat(),
        "valueType": "FIXED",
        "value": 10.0,
        "amount": {"amount": 10.0},
    }


def test_promotion_as_it_is_now(make_cart, pay, complete, order_promotion_rule, read):
    # given 25 percent off everything, in a promotion that ends earlier than it did
    checkout = make_cart([("beta", "40.00"), ("alpha", "60.00")])
    pay(checkout)
    assert complete(checkout)["errors"] == []
    Promotion.objects.update(start_date=START, end_date=END)

    # when
    discount = read()
    Promotion.objects.all().delete()
    without = read()

    # then
    assert discount == {
        "type": "ORDER_PROMOTION",
        "voucherCode": None,
        "createdAt": OrderDiscount.objects.earliest(
            "created_at"
        ).created_at.isoformat(),
        "startDate": START.isoformat(),
        "endDate": END.isoformat(),
        "valueType": "FIXED",
        "value": 25.0,
        "amount": {"amount": 25.0},
    }
    assert without == {**discount, "startDate": None, "endDate": None}


@pytest.mark.parametrize(
    ("_case", "rows", "expected"),
    [
        ("the same percentage", [("percentage", 10, 2), ("percentage", 10, 3)], ("PERCENTAGE", 10.0)),
        ("two percentages", [("percentage", 10, 2), ("percentage", 15, 3)], ("FIXED", 5.0)),
        ("two types", [("percentage", 10, 2), ("fixed", 10, 3)], ("FIXED", 5.0)),
        ("the same amount", [("fixed", 10, 2), ("fixed", 10, 3)], ("FIXED", 5.0)),
        ("one percentage", [("percentage", "12.5", 5)], ("PERCENTAGE", 12.5)),
        ("one amount", [("fixed", 1, 5)], ("FIXED", 5.0)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_one_order", [True, False])
def test_value(is_one_order, _case, rows, expected, create_group, orders_of, read):
    # given
    orders = orders_of(create_group([None, None]))
    for index, (value_type, value, amount) in enumerate(rows):
        orders[0 if is_one_order else index].discounts.create(
            type="manual",
            value_type=value_type,
            value=Decimal(value),
            amount_value=Decimal(amount),
            currency="USD",
        )
    OrderDiscount.objects.filter(order=orders[0]).update(created_at=START)

    # when
    discount = read()

    # then
    assert discount == {
        "type": "MANUAL",
        "voucherCode": None,
        "createdAt": START.isoformat(),
        "startDate": None,
        "endDate": None,
        "valueType": expected[0],
        "value": expected[1],
        "amount": {"amount": 5.0},
    }


@pytest.fixture
def create_discounted_group(
    create_group, orders_of, order_promotion_with_rule, voucher
):
    """Create a group of which each order has a discount of a promotion and a voucher."""

    def create_discounted_group(sellers=(None,), **data):
        group = create_group(sellers, **data)
        rule = order_promotion_with_rule.rules.first()
        for order in orders_of(group):
            money = {"amount_value": Decimal(1), "currency": "USD"}
            order.discounts.create(type="order_promotion", promotion_rule=rule, **money)
            order.discounts.create(
                type="voucher",
                voucher=voucher,
                voucher_code=voucher.codes.get().code,
                **money,
            )
        return group

    return create_discounted_group


@pytest.mark.parametrize("may_manage_discounts", [True, False])
@pytest.mark.parametrize("who", EVERYONE)
def test_who_reads_the_promotion_and_the_voucher(
    who,
    may_manage_discounts,
    client_of,
    manage_discounts,
    create_discounted_group,
    order_promotion_with_rule,
    voucher,
    to_id,
):
    # given a guest's group, which whoever holds its ID may see
    group = create_discounted_group(user=None)
    client = client_of(who)
    may_read = may_manage_discounts and who != "anonymous"
    if may_read:
        manage_discounts(client)

    # when
    content = client.post_graphql(SOURCES, {"id": to_id(group)}).json()

    # then
    if who in ("staff without permission", "staff of another channel"):
        # Nor the group, of a channel that is not theirs.
        assert content["data"] == {"orderGroup": None}
        return
    rows = content["data"]["orderGroup"]["discounts"]
    if may_read:
        assert "errors" not in content
        assert rows == [
            {
                "promotion": {
                    "id": to_id(order_promotion_with_rule),
                    "name": order_promotion_with_rule.name,
                    "endDate": None,
                },
                "voucher": None,
            },
            {
                "promotion": None,
                "voucher": {
                    "id": to_id(voucher),
                    "code": voucher.codes.get().code,
                    "discountValue": 20.0,
                    "currency": "USD",
                },
            },
        ]
    else:
        codes = [
            error["extensions"]["exception"]["code"] for error in content["errors"]
        ]
        assert codes == ["PermissionDenied"] * 4
        assert rows == [{"promotion": None, "voucher": None}] * 2


def test_voucher_that_is_gone(create_discounted_group, app_api_client, client_of, manage_discounts, to_id):  # fmt: skip
    # given
    group = create_discounted_group()
    Voucher.objects.all().delete()
    Promotion.objects.all().delete()
    client = manage_discounts(client_of("app with permission"))

    # when
    response = client.post_graphql(SOURCES, {"id": to_id(group)})

    # then
    data = get_graphql_content(response)["data"]["orderGroup"]
    assert data["discounts"] == [{"promotion": None, "voucher": None}] * 2


def test_statements_do_not_depend_on_groups(
    create_discounted_group, client_of, manage_discounts, count_statements
):
    # given
    client = manage_discounts(client_of("app with permission"))
    create_discounted_group()
    count_statements(client, LIST)

    # when
    _, count_of_one = count_statements(client, LIST)
    for _ in range(9):
        create_discounted_group([None, None])
    many, count_of_many = count_statements(client, LIST)

    # then
    rows = [
        row
        for edge in many["orderGroups"]["edges"]
        for row in edge["node"]["discounts"]
    ]
    assert len(rows) == 20
    assert {row["voucher"]["discountValue"] for row in rows if row["voucher"]} == {20.0}
    assert count_of_many == count_of_one
