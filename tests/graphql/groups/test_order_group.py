import graphene
import pytest
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order

QUERY = """
query OrderGroup($id: ID, $number: String, $externalReference: String) {
  orderGroup(id: $id, number: $number, externalReference: $externalReference) {
    id number
  }
}
"""

DETAILS = """
query OrderGroup($id: ID) {
  orderGroup(id: $id) {
    id
    number
    externalReference
    createdAt
    updatedAt
    canceledAt
    user { id email }
    userEmail
    channel { slug }
    checkoutId
    orders { id number seller { slug } orderGroup { id } total { gross { amount } } }
    sellers { slug }
    sellerCount
    total { net { amount } gross { amount currency } tax { amount } }
    undiscountedTotal { gross { amount } }
    subtotal { gross { amount } }
    shippingPrice { gross { amount } }
    placedTotal { net { amount } gross { amount currency } }
    totalAuthorized { amount currency }
    totalCharged { amount currency }
    status
    fulfillmentStatus
    chargeStatus
    authorizeStatus
    metadata { key value }
  }
}
"""


def test_order_group_tells_what_was_bought(
    user_api_client, customer_user, create_group, create_seller, orders_of, to_id
):
    # given
    checkout_token = "e1a0e8ba-6d1c-4a3b-8f4f-1b1f7a3b7a11"
    acme, bolt = create_seller("acme"), create_seller("bolt", is_active=False)
    group = create_group(
        [None, acme, bolt],
        amounts=[("10.00", "12.30"), ("20.01", "24.61"), ("5.00", "5.00")],
        checkout_token=checkout_token,
        metadata={"gift": "yes"},
        external_reference="web-7",
    )
    orders = orders_of(group)

    # when
    response = user_api_client.post_graphql(DETAILS, {"id": to_id(group)})

    # then
    data = get_graphql_content(response)["data"]["orderGroup"]
    assert data == {
        "id": to_id(group),
        "number": str(group.number),
        "externalReference": "web-7",
        "createdAt": group.created_at.isoformat(),
        "updatedAt": max(order.updated_at for order in orders).isoformat(),
        "canceledAt": None,
        "user": {"id": to_id(customer_user), "email": customer_user.email},
        "userEmail": customer_user.email,
        "channel": {"slug": "main"},
        "checkoutId": graphene.Node.to_global_id("Checkout", checkout_token),
        "orders": [
            {
                "id": to_id(order),
                "number": str(order.number),
                "seller": seller,
                "orderGroup": {"id": to_id(group)},
                "total": {"gross": {"amount": amount}},
            }
            for order, seller, amount in zip(
                orders,
                [None, {"slug": "acme"}, {"slug": "bolt"}],
                [12.30, 24.61, 5.00],
                strict=True,
            )
        ],
        "sellers": [{"slug": "acme"}, {"slug": "bolt"}],
        "sellerCount": 3,
        "total": {
            "net": {"amount": 35.01},
            "gross": {"amount": 41.91, "currency": "USD"},
            "tax": {"amount": 6.9},
        },
        "undiscountedTotal": {"gross": {"amount": 44.91}},
        "subtotal": {"gross": {"amount": 35.91}},
        "shippingPrice": {"gross": {"amount": 6.0}},
        "placedTotal": {
            "net": {"amount": 35.01},
            "gross": {"amount": 41.91, "currency": "USD"},
        },
        "totalAuthorized": {"amount": 0.0, "currency": "USD"},
        "totalCharged": {"amount": 0.0, "currency": "USD"},
        "status": "UNFULFILLED",
        "fulfillmentStatus": "NOT_FULFILLED",
        "chargeStatus": "NONE",
        "authorizeStatus": "NONE",
        "metadata": [{"key": "gift", "value": "yes"}],
    }


def test_group_stays_without_its_orders(
    user_api_client, create_group, seller, orders_of, to_id
):
    # given
    group = create_group([seller])
    Order.objects.filter(pk__in=[order.pk for order in orders_of(group)]).delete()

    # when
    response = user_api_client.post_graphql(DETAILS, {"id": to_id(group)})

    # then
    data = get_graphql_content(response)["data"]["orderGroup"]
    assert data["orders"] == []
    assert data["sellers"] == []
    assert data["sellerCount"] == 0
    assert data["updatedAt"] == group.updated_at.isoformat()
    assert data["total"]["gross"] == {"amount": 0.0, "currency": "USD"}
    assert data["placedTotal"]["gross"] == {"amount": 12.3, "currency": "USD"}
    assert data["status"] == "EXPIRED"
    assert data["fulfillmentStatus"] == "CANCELED"
    assert data["chargeStatus"] == "NONE"
    assert data["authorizeStatus"] == "NONE"


ANYONE = {
    "anonymous",
    "customer",
    "other customer",
    "staff without permission",
    "staff with permission",
    "staff of another channel",
    "app without permission",
    "app with permission",
}
MANAGERS = {"staff with permission", "app with permission"}
STAFF_WITHOUT_THE_CHANNEL = {"staff without permission", "staff of another channel"}


@pytest.mark.parametrize("who", sorted(ANYONE))
@pytest.mark.parametrize(
    ("_case", "user", "by", "seen_by"),
    [
        ("a customer's by ID", "customer", "id", {"customer", *MANAGERS}),
        ("a customer's by number", "customer", "number", {"customer", *MANAGERS}),
        ("a guest's by ID", None, "id", ANYONE - STAFF_WITHOUT_THE_CHANNEL),
        ("a guest's by number", None, "number", MANAGERS),
        ("a customer's by reference", "customer", "externalReference", {"customer", *MANAGERS}),
        ("a guest's by reference", None, "externalReference", MANAGERS),
    ],
)  # fmt: skip
def test_who_sees_a_group(
    _case, user, by, seen_by, who, client_of, create_group, customer_user, to_id
):
    # given
    group = create_group(
        user=customer_user if user else None, external_reference="web-7"
    )
    value = {
        "id": to_id(group),
        "number": str(group.number),
        "externalReference": "web-7",
    }[by]

    # when
    response = client_of(who).post_graphql(QUERY, {by: value})

    # then
    expected = {"id": to_id(group), "number": str(group.number)}
    assert get_graphql_content(response)["data"] == {
        "orderGroup": expected if who in seen_by else None
    }


def test_user_of_one_of_the_orders_sees_the_group(
    user2_api_client, customer_user2, api_client, create_group, orders_of, to_id
):
    # given a guest's group of which one order was moved to an account
    group = create_group([None], user=None)
    order = orders_of(group)[0]
    order.user = customer_user2
    order.save(update_fields=["user"])
    variables = {"id": to_id(group)}

    # when
    own = get_graphql_content(user2_api_client.post_graphql(QUERY, variables))
    anonymous = get_graphql_content(api_client.post_graphql(QUERY, variables))

    # then
    assert own["data"]["orderGroup"]["id"] == to_id(group)
    assert anonymous["data"] == {"orderGroup": None}


@pytest.mark.parametrize(
    ("_case", "variables"),
    [
        ("no ID", {"id": "nonsense"}),
        ("not base64", {"id": "%%%"}),
        ("unknown", {"id": graphene.Node.to_global_id("OrderGroup", "9c9d32a6-7b0c-4b0e-8ad1-5a4ad4f5c0aa")}),
        ("key of another kind", {"id": graphene.Node.to_global_id("OrderGroup", 1)}),
        ("another type", {"id": graphene.Node.to_global_id("Order", "9c9d32a6-7b0c-4b0e-8ad1-5a4ad4f5c0aa")}),
        ("unknown number", {"number": "2000000000"}),
        ("number of another range", {"number": "99999999999999999999"}),
        ("number just out of range", {"number": "2147483648"}),
        ("number of other digits", {"number": "٣"}),
        ("no number", {"number": "abc"}),
        ("negative number", {"number": "-1"}),
        ("unknown reference", {"externalReference": "web-8"}),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_null(
    _case, variables, staff_api_client, permission_group_manage_orders, create_group
):
    # given
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    create_group()

    # when
    response = staff_api_client.post_graphql(QUERY, variables)

    # then
    assert get_graphql_content(response)["data"] == {"orderGroup": None}


@pytest.mark.parametrize(
    ("_case", "variables", "message"),
    [
        ("none", {}, "At least one of arguments is required: 'id', 'number', 'external_reference'."),
        ("an empty one", {"externalReference": ""}, "At least one of arguments is required: 'id', 'number', 'external_reference'."),
        ("two", {"id": "x", "number": "1"}, "Argument 'id' cannot be combined with 'number'"),
        ("another two", {"number": "1", "externalReference": "x"}, "Argument 'number' cannot be combined with 'external_reference'"),
    ],
)  # fmt: skip
def test_exactly_one_argument(_case, variables, message, user_api_client):
    # when
    response = user_api_client.post_graphql(QUERY, variables)

    # then
    content = get_graphql_content(response, ignore_errors=True)
    assert content["data"] == {"orderGroup": None}
    assert [error["message"] for error in content["errors"]] == [message]


def test_account_of_the_customer_is_hidden_where_saleor_hides_it(
    user2_api_client, customer_user2, create_group, orders_of, to_id
):
    # given a customer who sees the group for one of its orders
    group = create_group([None])
    order = orders_of(group)[0]
    order.user = customer_user2
    order.save(update_fields=["user"])
    query = "query($id: ID) { orderGroup(id: $id) { id user { email } } }"

    # when
    response = user2_api_client.post_graphql(query, {"id": to_id(group)})

    # then
    content = get_graphql_content(response, ignore_errors=True)
    assert content["data"]["orderGroup"] == {"id": to_id(group), "user": None}
    code = content["errors"][0]["extensions"]["exception"]["code"]
    assert code == "PermissionDenied"


def test_statements_do_not_depend_on_orders_and_sellers(
    user_api_client, create_group, create_seller, count_statements, to_id
):
    # given
    sellers = [create_seller(f"seller-{number}") for number in range(5)]
    small, large = create_group(sellers[:1]), create_group([None, *sellers])

    # when
    # Once before: Saleor caches the site on its first request.
    count_statements(user_api_client, DETAILS, {"id": to_id(small)})
    few, count_of_few = count_statements(user_api_client, DETAILS, {"id": to_id(small)})
    many, count_of_many = count_statements(
        user_api_client, DETAILS, {"id": to_id(large)}
    )

    # then
    assert len(few["orderGroup"]["orders"]) == 1
    assert len(many["orderGroup"]["orders"]) == 6
    assert count_of_many == count_of_few
