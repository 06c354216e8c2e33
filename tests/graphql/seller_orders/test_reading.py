"""What a seller reads of its orders."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from graphene import Node
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content
from saleor.order import OrderStatus
from saleor.order.models import Order

from saleor_order_groups.models import OrderGroupOrder, SellerRight
from tests.helpers.seller_orders import ACCESS, FULFILL, ORDER, ORDERS

NOTE = "Ring twice"


def read(client, query, **variables):
    return get_graphql_content(client.post_graphql(query, variables))["data"]


def list_numbers(client, **variables):
    variables.setdefault("first", 100)
    orders = read(client, ORDERS, **variables)["sellerOrders"]
    assert orders["totalCount"] == len(orders["edges"])
    return [edge["node"]["number"] for edge in orders["edges"]]


def test_member_reads_own_order_whole(sell, add_member, customer_user, warehouse):
    # given
    sales = sell(cart={"note": NOTE})
    alpha = sales["alpha"]
    line = alpha.order.lines.get()

    # when
    data = read(add_member(alpha.seller), ORDER, id=alpha.id)["sellerOrder"]

    # then: 120.00 of 210.00 bear 120/210 of the 5.00 for shipping
    order = alpha.order
    address = order.shipping_address

    def taxed(amount):
        amount = float(amount)
        return {
            "net": {"amount": amount},
            "gross": {"amount": amount},
            "currency": "USD",
        }

    assert data == {
        "id": alpha.id,
        "number": str(order.number),
        "seller": {
            "id": Node.to_global_id("Seller", alpha.seller.pk),
            "slug": "alpha",
            "name": "Alpha",
        },
        "externalReference": None,
        "channelSlug": "main",
        "createdAt": order.created_at.isoformat(),
        "updatedAt": order.updated_at.isoformat(),
        "status": "UNFULFILLED",
        "chargeStatus": "FULL",
        "authorizeStatus": "FULL",
        "languageCode": "EN",
        "lines": [
            {
                "id": alpha.line_ids[0],
                "productId": Node.to_global_id("Product", line.variant.product_id),
                "variantId": Node.to_global_id("ProductVariant", line.variant_id),
                "productName": line.product_name,
                "variantName": line.variant_name,
                "productSku": line.product_sku,
                "thumbnailUrl": None,
                "isShippingRequired": True,
                "quantity": 2,
                "quantityFulfilled": 0,
                "quantityToFulfill": 2,
                "unitPrice": taxed(60),
                "undiscountedUnitPrice": taxed(60),
                "totalPrice": taxed(120),
                "taxRate": 0.0,
                "warehouses": [
                    {
                        "id": Node.to_global_id("Warehouse", warehouse.pk),
                        "name": warehouse.name,
                        "quantityAllocated": 2,
                    }
                ],
                "metadata": [],
            }
        ],
        "fulfillments": [],
        "refunds": [],
        "subtotal": taxed(120),
        "shippingPrice": taxed("2.86"),
        "undiscountedTotal": taxed("122.86"),
        "total": taxed("122.86"),
        "totalCharged": {"amount": 122.86},
        "totalRefunded": {"amount": 0.0},
        "refundable": {"amount": 122.86},
        "deliveryMethodName": order.shipping_method_name,
        "collectionPointName": None,
        "shippingAddress": {
            "firstName": address.first_name,
            "lastName": address.last_name,
            "companyName": address.company_name,
            "streetAddress1": address.street_address_1,
            "streetAddress2": address.street_address_2,
            "city": address.city,
            "cityArea": address.city_area,
            "postalCode": address.postal_code,
            "countryArea": address.country_area,
            "countryCode": address.country.code,
            "phone": None,
        },
        "billingAddress": None,
        "userEmail": None,
        "customerNote": NOTE,
        "availableActions": ["CANCEL", "FULFILL", "REFUND"],
    }


def test_channel_shows_what_its_keys_name(
    sell, add_member, order_groups_plugin, channel_USD, customer_user
):
    # given
    alpha = sell(cart={"note": NOTE})["alpha"]
    line = alpha.order.lines.get()
    line.metadata = {"engraving": "To Ann", "secret": "no"}
    line.save(update_fields=["metadata"])
    client = add_member(alpha.seller)
    everything = "SHIPPING_ADDRESS, PHONE,EMAIL,BILLING_ADDRESS,NOTE"

    # when
    order_groups_plugin(
        channel_USD,
        **{"seller-customer-data": everything, "seller-line-metadata": "engraving,x"},
    )
    shown = read(client, ORDER, id=alpha.id)["sellerOrder"]
    order_groups_plugin(channel_USD, **{"seller-customer-data": ""})
    hidden = read(client, ORDER, id=alpha.id)["sellerOrder"]
    order_groups_plugin(channel_USD, active=False, **{"seller-customer-data": ""})
    inactive = read(client, ORDER, id=alpha.id)["sellerOrder"]

    # then
    phone = str(alpha.order.shipping_address.phone)
    assert phone.startswith("+")
    assert shown["shippingAddress"]["phone"] == phone
    assert shown["billingAddress"]["phone"] == phone
    assert shown["userEmail"] == customer_user.email
    assert shown["customerNote"] == NOTE
    [shown_line] = shown["lines"]
    assert shown_line["metadata"] == [{"key": "engraving", "value": "To Ann"}]
    for data in (hidden, inactive):
        names = ("shippingAddress", "billingAddress", "userEmail", "customerNote")
        assert [data[name] for name in names] == [None] * 4
        assert data["lines"][0]["metadata"] == []


def test_access_says_rights_and_what_channels_show(
    sell, add_member, get_seller, order_groups_plugin, channel_PLN
):
    # given
    get_seller("beta").delete()
    alpha, beta = get_seller("alpha"), get_seller("beta")
    beta.is_active = False
    beta.save()
    order_groups_plugin(channel_PLN, **{"seller-customer-data": "EMAIL"})
    client = add_member(beta, alpha, rights=[SellerRight.REFUND, SellerRight.DECIDE])

    # when
    data = read(client, ACCESS)["sellerAccess"]

    # then
    channels = [
        {"channelSlug": "c-pln", "data": ["EMAIL"]},
        {"channelSlug": "main", "data": ["SHIPPING_ADDRESS", "NOTE"]},
    ]
    assert data == [
        {
            "seller": {
                "id": Node.to_global_id("Seller", seller.pk),
                "slug": seller.slug,
                "name": seller.name,
            },
            "isActive": is_active,
            "rights": ["DECIDE", "REFUND"],
            "customerData": channels,
        }
        for seller, is_active in ((alpha, True), (beta, False))
    ]


def test_nobody_else_reads_anything(
    sell,
    add_member,
    link_app,
    api_client,
    user_api_client,
    staff_api_client,
    superuser_api_client,
    permission_manage_orders,
    app_api_client,
):
    # given
    sales = sell()
    alpha, beta = sales["alpha"], sales["beta"]
    staff_api_client.user.user_permissions.add(permission_manage_orders)
    app_api_client.app.permissions.add(permission_manage_orders)
    locked = add_member(alpha.seller)
    other = add_member(beta.seller)
    requests = [
        {"id": alpha.id},
        {"number": str(alpha.order.number)},
        {
            "reference": {
                "sellerId": Node.to_global_id("Seller", alpha.seller.pk),
                "reference": "A-1",
            }
        },
        {"id": Node.to_global_id("Order", alpha.order.pk)},
        {"id": Node.to_global_id("SellerOrder", alpha.order.pk)},
        {"id": "nonsense"},
    ]
    OrderGroupOrder.objects.filter(pk=alpha.link.pk).update(seller_reference="A-1")

    # when, then
    for client in (
        other,
        user_api_client,
        staff_api_client,
        superuser_api_client,
        app_api_client,
        link_app(beta.seller),
        link_app(),
    ):
        for variables in requests:
            assert read(client, ORDER, **variables) == {"sellerOrder": None}
        assert str(alpha.order.number) not in list_numbers(client)
        assert list_numbers(client, search=str(alpha.order.number)) == []
        of_alpha = Node.to_global_id("Seller", alpha.seller.pk)
        assert list_numbers(client, sellerId=of_alpha) == []
    alpha.seller.has_access = False
    alpha.seller.save()
    assert list_numbers(locked) == []
    assert read(locked, ACCESS) == {"sellerAccess": []}
    for variables in requests:
        assert read(api_client, ORDER, **variables) == {"sellerOrder": None}
    assert_no_permission(api_client.post_graphql(ACCESS))
    assert_no_permission(api_client.post_graphql(ORDERS, {"first": 1}))


def test_member_app_and_several_sellers(sell, add_member, link_app):
    # given
    first, second = sell(), sell()
    alpha, beta = first["alpha"].seller, first["beta"].seller
    numbers = {
        (slug, n): str(sales[slug].order.number)
        for n, sales in enumerate((first, second))
        for slug in ("alpha", "beta")
    }

    # when, then
    assert list_numbers(add_member(alpha)) == [
        numbers["alpha", 1],
        numbers["alpha", 0],
    ]
    both = link_app(alpha, beta)
    assert sorted(list_numbers(both)) == sorted(numbers.values())
    of_beta = Node.to_global_id("Seller", beta.pk)
    assert list_numbers(both, sellerId=of_beta) == [
        numbers["beta", 1],
        numbers["beta", 0],
    ]


@pytest.fixture
def many(sell, add_member):
    """Return a member of two sellers with eight orders, and their numbers."""
    sales = [sell() for _ in range(4)]
    alpha, beta = sales[0]["alpha"].seller, sales[0]["beta"].seller
    now = timezone.now()
    for n, link in enumerate(OrderGroupOrder.objects.order_by("order__number")):
        # Every two orders were placed at the same time.
        placed = now - datetime.timedelta(hours=10 - n // 2)
        Order.objects.filter(pk=link.order_id).update(
            created_at=placed, updated_at=now - datetime.timedelta(minutes=n % 5)
        )
        OrderGroupOrder.objects.filter(pk=link.pk).update(order_created_at=placed)
    return add_member(alpha, beta), add_member(alpha)


def list_in_pages(client, size, sort_by, *, backwards):
    """Return the numbers of all pages, in the list's order."""
    found, cursor = [], None
    while True:
        page = (
            {"last": size, "before": cursor}
            if backwards
            else {
                "first": size,
                "after": cursor,
            }
        )
        data = read(client, ORDERS, sortBy=sort_by, **page)["sellerOrders"]
        numbers = [edge["node"]["number"] for edge in data["edges"]]
        found = numbers + found if backwards else found + numbers
        info = data["pageInfo"]
        if not info["hasPreviousPage" if backwards else "hasNextPage"]:
            return found
        cursor = info["startCursor" if backwards else "endCursor"]


@pytest.mark.parametrize("has_copies", [True, False])
@pytest.mark.parametrize("field", [None, "CREATED_AT", "UPDATED_AT", "NUMBER"])
def test_pages_sorted(many, field, has_copies):
    # given
    if not has_copies:
        OrderGroupOrder.objects.update(order_created_at=None, order_number=None)
    links = OrderGroupOrder.objects.select_related("order")
    keys = {
        None: lambda link: (link.order.created_at, link.pk),
        "CREATED_AT": lambda link: (link.order.created_at, link.pk),
        "UPDATED_AT": lambda link: (link.order.updated_at, link.pk),
        "NUMBER": lambda link: (link.order.number, link.pk),
    }
    for client in many:
        of_client = [
            link
            for link in sorted(links, key=keys[field])
            if client is many[0] or link.seller.slug == "alpha"
        ]
        for direction in ("ASC", "DESC") if field else ("DESC",):
            expected = [str(link.order.number) for link in of_client]
            if direction == "DESC":
                expected.reverse()
            sort_by = field and {"field": field, "direction": direction}
            for backwards in (False, True):
                # when
                found = list_in_pages(client, 3, sort_by, backwards=backwards)

                # then
                assert found == expected, (field, direction, backwards)


def test_filters_and_search(sell, add_member, run_act, warehouse):
    # given
    first = sell([("alpha", "60.00", 2), ("beta", "30.00")])["alpha"]
    second = sell(
        [("alpha", "20.00"), ("beta", "30.00")], authorized_value=Decimal(55)
    )["alpha"]
    third = sell([("alpha", "20.00"), ("beta", "30.00")])["alpha"]
    client = add_member(first.seller)
    Order.objects.filter(pk=third.order.pk).update(status=OrderStatus.UNCONFIRMED)
    OrderGroupOrder.objects.filter(pk=second.link.pk).update(seller_reference="ERP 77")
    line = {"lineId": first.line_ids[0], "quantity": 1}
    fulfilled = run_act(
        client, FULFILL, id=first.id, input={"lines": [line], "trackingNumber": "TR-9"}
    )
    assert fulfilled["errors"] == []
    one, two, three = (str(sale.order.number) for sale in (first, second, third))
    sku = third.order.lines.get().product_sku

    # when, then
    for where, expected in (
        ({"number": {"eq": first.order.number}}, [one]),
        ({"number": {"range": {"gte": second.order.number}}}, [three, two]),
        ({"externalReference": {"eq": "ERP 77"}}, [two]),
        ({"channelSlug": {"eq": "main"}}, [three, two, one]),
        ({"channelSlug": {"oneOf": ["other"]}}, []),
        ({"status": {"eq": "PARTIALLY_FULFILLED"}}, [one]),
        ({"status": {"oneOf": ["UNFULFILLED", "UNCONFIRMED"]}}, [three, two]),
        ({"chargeStatus": {"eq": "NONE"}}, [two]),
        ({"isToFulfill": True}, [two, one]),
        ({"isToFulfill": False}, [three]),
        ({"ids": [second.id, Node.to_global_id("Order", first.order.pk)]}, [two]),
        ({"createdAt": {"gte": third.order.created_at.isoformat()}}, [three]),
        ({"updatedAt": {"lte": "2020-01-01T00:00:00Z"}}, []),
    ):
        assert list_numbers(client, where=where) == expected, where
    for text, expected in (
        (one, [one]),
        (f"#{two}", [two]),
        ("tr-9", [one]),
        ("erp 77", [two]),
        (sku, [three]),
        ("erp tr-9", []),
        (first.order.user_email, []),
        (first.order.shipping_address.last_name, []),
        ("%", []),
    ):
        assert list_numbers(client, search=text) == expected, text


def test_limits(sell, add_member):
    # given
    client = add_member(sell()["alpha"].seller)

    # when, then
    for variables in (
        {"search": " ".join("abcdefghijk")},
        {"search": "a" * 101},
        {"where": {"ids": ["x"] * 101}},
        {"where": {"status": {"oneOf": ["CANCELED"] * 101}}},
    ):
        response = client.post_graphql(ORDERS, {"first": 1, **variables})
        [error] = get_graphql_content(response, ignore_errors=True)["errors"]
        assert "at most" in error["message"]


def test_statements_do_not_grow(sell, add_member, count_statements):
    # given
    few = sell([("alpha", "60.00", 2), ("beta", "30.00")])
    alpha = few["alpha"].seller
    client = add_member(alpha)
    _, of_one = count_statements(client, ORDERS, {"first": 100})

    # when: more orders, more lines, more sellers
    for _ in range(3):
        sell([("alpha", "6.00"), ("alpha", "7.00", 3), ("beta", "30.00")])
    _, of_four = count_statements(client, ORDERS, {"first": 100})
    _, of_two_sellers = count_statements(
        add_member(alpha, few["beta"].seller), ORDERS, {"first": 100}
    )

    # then
    assert of_one == of_four == of_two_sellers
