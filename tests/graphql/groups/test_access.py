"""Who reads which field of a group, and never more than Saleor would show them."""

import graphene
import pytest
from saleor.graphql.api import schema
from saleor.order.models import Order

from saleor_order_groups.models import OrderGroup

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
# Nor any other: staff have those of their permission groups.
STAFF_WITHOUT_THE_CHANNEL = {"staff without permission", "staff of another channel"}
MANAGERS = {"staff with permission", "staff of another channel", "app with permission"}

# How each field of a group is asked for: who adds one says here who reads it.
READ_BY_WHOEVER_SEES_THE_GROUP = {
    "authorizeStatus": "",
    "billingAddress": "{ city }",
    "canceledAt": "",
    "channel": "{ slug }",
    "chargeStatus": "",
    "checkoutId": "",
    "createdAt": "",
    "discounts": "{ amount { amount } }",
    "externalReference": "",
    "fulfillmentStatus": "",
    "giftCards": "{ id }",
    "id": "",
    "lines": "(first: 1) { totalCount }",
    "metadata": "{ key }",
    "metafield": '(key: "a")',
    "metafields": "",
    "number": "",
    "orders": "{ id }",
    "placedTotal": "{ gross { amount } }",
    "sellerCount": "",
    "sellers": "{ id }",
    "shippingAddress": "{ city }",
    "shippingPrice": "{ gross { amount } }",
    "status": "",
    "subtotal": "{ gross { amount } }",
    "taxes": "{ rate }",
    "total": "{ gross { amount } }",
    "totalAuthorized": "{ amount }",
    "totalBalance": "{ amount }",
    "totalCharged": "{ amount }",
    "totalDiscount": "{ amount }",
    "totalRefunded": "{ amount }",
    "totalTax": "{ amount }",
    "undiscountedTotal": "{ gross { amount } }",
    "updatedAt": "",
    "user": "{ id }",
    "userEmail": "",
}
READ_BY_MANAGERS_OF_ORDERS = {
    "adoption": "{ reason }",
    "events": "{ sequence }",
    "privateMetadata": "{ key }",
    "privateMetafield": '(key: "a")',
    "privateMetafields": "",
    "transactions": "{ id }",
}


def test_every_field_is_in_the_matrix():
    fields = schema.get_type("OrderGroup").fields
    assert set(fields) == {
        *READ_BY_WHOEVER_SEES_THE_GROUP,
        *READ_BY_MANAGERS_OF_ORDERS,
    }


def read(client, query, variables):
    """Return the data, and the path of each field that was denied."""
    content = client.post_graphql(query, variables).json()
    errors = content.get("errors", [])
    for error in errors:
        assert error["extensions"]["exception"]["code"] == "PermissionDenied"
    return content["data"], {error["path"][-1] for error in errors}


@pytest.mark.parametrize("who", EVERYONE)
def test_who_reads_which_field(who, client_of, create_group, to_id):
    # given a guest's group, which whoever holds its ID may see, but for some staff
    group = create_group(user=None)
    client = client_of(who)
    is_seen = who not in STAFF_WITHOUT_THE_CHANNEL

    def ask(fields):
        selection = "\n".join(f"{name} {rest}" for name, rest in fields.items())
        query = f"query($id: ID) {{ orderGroup(id: $id) {{ {selection} }} }}"
        data, denied = read(client, query, {"id": to_id(group)})
        return data["orderGroup"], denied

    # when one by one: Saleor's `privateMetadata` is not nullable
    data, denied = ask(READ_BY_WHOEVER_SEES_THE_GROUP)
    restricted = {
        name: ask({name: rest}) for name, rest in READ_BY_MANAGERS_OF_ORDERS.items()
    }

    # then
    assert denied == set()
    if not is_seen:
        assert data is None
        assert [*restricted.values()] == [(None, set())] * len(restricted)
        return
    assert (data["number"], data["userEmail"]) == (
        str(group.number),
        "guest@example.com",
    )
    for name, (of_field, denied) in restricted.items():
        assert denied == (set() if who in MANAGERS else {name})
        if who in MANAGERS:
            assert not of_field[name]


@pytest.mark.parametrize("who", EVERYONE)
def test_nothing_of_a_hidden_group_is_read(who, client_of, create_group, to_id):
    # given a customer's group
    group = create_group(external_reference="web-7")
    query = """
        query($id: ID, $number: String, $ids: [ID!]) {
          byId: orderGroup(id: $id) { id }
          byNumber: orderGroup(number: $number) { id }
          byReference: orderGroup(externalReference: "web-7") { id }
          list: orderGroups(first: 5, where: { ids: $ids }) {
            totalCount
            edges { node { id } }
          }
        }
    """
    entities = """
        query($representations: [_Any!]!) {
          _entities(representations: $representations) { ... on OrderGroup { id } }
        }
    """
    group_id = to_id(group)
    client = client_of(who)

    # when
    data, denied = read(
        client, query, {"id": group_id, "number": str(group.number), "ids": [group_id]}
    )
    representation = {"__typename": "OrderGroup", "id": group_id}
    [entity] = read(client, entities, {"representations": [representation]})[0][
        "_entities"
    ]

    # then it is there for all ways of asking, or for none
    seen = {"id": group_id}
    if who in ("customer", "staff with permission", "app with permission"):
        assert (data["byId"], data["byNumber"], entity) == (seen, seen, seen)
        assert data["byReference"] == seen
        assert data["list"] == {"totalCount": 1, "edges": [{"node": seen}]}
        return
    assert (data["byId"], data["byNumber"], entity) == (None, None, None)
    assert data["byReference"] is None
    if who in ("anonymous", "app without permission"):
        assert (data["list"], denied) == (None, {"list"})
    else:
        assert data["list"] == {"totalCount": 0, "edges": []}


def test_staff_of_another_channel_do_not_see_a_guests_group(
    client_of, create_group, channel_PLN, to_id
):
    # given guests' groups of the own channel and of another, and of the latter the one
    # that the member of staff bought
    client = client_of("staff of another channel")
    foreign = create_group(user=None)
    own = create_group(user=None, channel=channel_PLN)
    bought = create_group(user=client.user)
    query = """
        query($id: ID, $representations: [_Any!]!) {
          orderGroup(id: $id) { id }
          _entities(representations: $representations) { ... on OrderGroup { id } }
        }
    """

    # when
    seen = []
    for group in (foreign, own, bought):
        representation = {"__typename": "OrderGroup", "id": to_id(group)}
        variables = {"id": to_id(group), "representations": [representation]}
        data, denied = read(client, query, variables)
        assert denied == set()
        seen.append((data["orderGroup"], *data["_entities"]))

    # then
    assert seen == [
        (None, None),
        ({"id": to_id(own)}, {"id": to_id(own)}),
        ({"id": to_id(bought)}, {"id": to_id(bought)}),
    ]


DENIED = "denied"
# A field of the group and the field of the order that says the same of one order.
SENSITIVE = {
    "userEmail": "userEmail",
    "user": "user { email lastLogin }",
    "shippingAddress": "shippingAddress { lastName streetAddress1 city phone }",
    "billingAddress": "billingAddress { lastName streetAddress1 city phone }",
    "giftCards": "giftCards { code usedByEmail }",
    "privateMetafields": "privateMetafields",
    "transactions": "transactions { id }",
}


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("owner", ["customer", None])
def test_group_shows_no_more_than_the_order(
    owner, who, client_of, create_group, orders_of, customer_user, gift_card, address, to_id
):  # fmt: skip
    # given
    group = create_group(
        user=customer_user if owner else None, private_metadata={"a": "b"}
    )
    [order] = orders_of(group)
    order.gift_cards.add(gift_card)
    order.shipping_address = address.get_copy()
    order.billing_address = address.get_copy()
    order.private_metadata = {"a": "b"}
    order.save()
    client = client_of(who)

    def ask(selection, *path):
        query = f"query($id: ID) {{ order(id: $id) {{ {selection} }} }}"
        data, denied = read(client, query, {"id": to_id(order)})
        if denied:
            return DENIED
        for name in ("order", *path):
            data = data[name]
            data = data[0] if isinstance(data, list) else data
        return data

    # when orders of which the ID can be guessed, and others
    seen = {}
    for use_old_id in (True, False):
        Order.objects.filter(pk=order.pk).update(use_old_id=use_old_id)
        for name, selection in SENSITIVE.items():
            of_order = ask(selection, *([] if name == "transactions" else [name]))
            of_group = ask(
                f"orderGroup {{ {selection} }}",
                "orderGroup",
                *([] if name == "transactions" else [name]),
            )
            through_group = ask(
                f"orderGroup {{ orders {{ {selection} }} }}",
                "orderGroup",
                "orders",
                *([] if name == "transactions" else [name]),
            )

            # then
            assert of_group == of_order, name
            assert through_group == of_order, name
            seen[name, use_old_id] = of_order

    # and Saleor hides something from most
    is_manager = who in MANAGERS
    assert (seen["transactions", False] == DENIED) is not is_manager
    assert seen["userEmail", False] == group.user_email
    is_shown = bool(owner) and (is_manager or who == "customer")
    assert (seen["userEmail", True] == group.user_email) is is_shown
    assert (seen["shippingAddress", True] == seen["shippingAddress", False]) is is_shown


USER = """
query User($id: ID!) {
  user(id: $id) { orderGroups(first: 10) { totalCount edges { node { number } } } }
}
"""
ME = """
query Me($where: OrderGroupWhereInput, $sortBy: OrderGroupSortingInput) {
  me {
    orderGroups(first: 10, where: $where, sortBy: $sortBy) {
      totalCount
      edges { node { number } }
    }
  }
}
"""


def numbers(data):
    return [int(edge["node"]["number"]) for edge in data["orderGroups"]["edges"]]


def test_own_groups_of_a_user(
    user_api_client, customer_user, create_group, orders_of, channel_PLN, to_id
):
    # given own groups, one for one of its orders, and somebody else's
    first = create_group()
    second = create_group([None, None], user=None, channel=channel_PLN)
    Order.objects.filter(pk=orders_of(second)[1].pk).update(user=customer_user)
    create_group(user=None)
    variables = {
        "where": {"channelId": {"eq": to_id(channel_PLN)}},
        "sortBy": {"field": "NUMBER", "direction": "ASC"},
    }

    # when
    everything, _ = read(user_api_client, ME, {})
    sorted_, _ = read(user_api_client, ME, {"sortBy": variables["sortBy"]})
    filtered, _ = read(user_api_client, ME, variables)

    # then
    assert numbers(everything["me"]) == [second.number, first.number]
    assert everything["me"]["orderGroups"]["totalCount"] == 2
    assert numbers(sorted_["me"]) == [first.number, second.number]
    assert numbers(filtered["me"]) == [second.number]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("staff without permission", DENIED),
        ("staff with permission", ["USD", "PLN"]),
        ("staff of another channel", ["PLN"]),
        ("app without permission", DENIED),
        ("app with permission", ["USD", "PLN"]),
    ],
)
def test_who_reads_the_groups_of_a_user(
    who, seen, client_of, create_group, customer_user, channel_PLN, permission_manage_users,
    to_id,
):  # fmt: skip
    # given those who may read the user
    groups = {"USD": create_group(), "PLN": create_group(channel=channel_PLN)}
    create_group(user=None)
    client = client_of(who)
    owner = client.app or client.user
    (owner.permissions if client.app else owner.user_permissions).add(
        permission_manage_users
    )

    # when
    data, denied = read(client, USER, {"id": to_id(customer_user)})

    # then as of User.orders
    if seen == DENIED:
        assert denied == {"orderGroups"}
        assert data == {"user": {"orderGroups": None}}
    else:
        expected = [groups[currency].number for currency in reversed(seen)]
        assert numbers(data["user"]) == expected


def test_groups_of_a_user_who_registers_now(api_client, channel_USD, settings):
    # given Saleor answers with a user who is stored nowhere
    settings.ALLOWED_CLIENT_HOSTS = ["localhost"]
    query = """
        mutation Register($input: AccountRegisterInput!) {
          accountRegister(input: $input) {
            user { orderGroups(first: 1) { totalCount } }
            errors { field code }
          }
        }
    """
    variables = {
        "input": {
            "email": "new@example.com",
            "password": "correct-horse-7",
            "channel": channel_USD.slug,
            "redirectUrl": "http://localhost:3000",
        }
    }

    # when
    data, denied = read(api_client, query, variables)

    # then
    assert denied == set()
    assert data["accountRegister"] == {
        "user": {"orderGroups": {"totalCount": 0}},
        "errors": [],
    }


def test_group_by_a_global_id_of_an_order_is_nothing(
    app_api_client, permission_manage_orders, create_group, orders_of, to_id
):
    # given
    app_api_client.app.permissions.add(permission_manage_orders)
    [order] = orders_of(create_group())
    entities = """
        query($representations: [_Any!]!) {
          _entities(representations: $representations) { ... on OrderGroup { id } }
        }
    """
    malformed = graphene.Node.to_global_id("OrderGroup", order.number)

    # when
    data, _ = read(
        app_api_client,
        "query($id: ID) { orderGroup(id: $id) { id } }",
        {"id": to_id(order)},
    )
    of_entities = app_api_client.post_graphql(
        entities,
        {"representations": [{"__typename": "OrderGroup", "id": malformed}]},
    ).json()

    # then
    assert data == {"orderGroup": None}
    assert of_entities["data"]["_entities"] in (None, [None])
    assert OrderGroup.objects.count() == 1
