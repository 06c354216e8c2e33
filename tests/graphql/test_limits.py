"""What a careless or hostile client may send, and what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphene import Node
from graphql import GraphQLInt
from graphql.type.definition import get_named_type
from saleor.graphql.api import schema
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order

from saleor_order_groups.graphql.extension import COSTS
from saleor_order_groups.models import ProductSeller, Seller, SellerShippingMethod

GROUPS = """
query Groups($where: OrderGroupWhereInput, $search: String) {
  orderGroups(first: 20, where: $where, search: $search) {
    totalCount
    edges { node { number } }
  }
}
"""
SELLERS = """
query Sellers($where: SellerWhereInput, $search: String) {
  sellers(first: 20, where: $where, search: $search) { edges { node { slug } } }
}
"""
ORDERS = """
query Orders($where: OrderWhereInput) {
  orders(first: 20, where: $where) { totalCount edges { node { number } } }
}
"""
GROUPS_OF_USER = """
query Groups($id: ID!, $where: OrderGroupWhereInput) {
  user(id: $id) { orderGroups(first: 20, where: $where) { totalCount } }
}
"""


@pytest.fixture
def manager(app_api_client, permission_manage_orders, permission_manage_users):
    app_api_client.app.permissions.add(
        permission_manage_orders, permission_manage_users
    )
    return app_api_client


@pytest.fixture
def ask():
    """Return the answer's data and errors, and the statements that it took."""

    def ask(client, query, **variables):
        with CaptureQueriesContext(connection) as context:
            response = client.post_graphql(query, variables)
        content = get_graphql_content(response, ignore_errors=True)
        messages = [error["message"] for error in content.get("errors", [])]
        return content["data"], messages, [row["sql"] for row in context]

    return ask


def numbers(data):
    return [int(edge["node"]["number"]) for edge in data["orderGroups"]["edges"]]


# ------------------------------------------------------------------ search

TOO_LONG = "`search` takes at most 100 characters, but got 101."
TOO_MANY = "`search` takes at most 10 words, but got 11."


@pytest.mark.parametrize(
    ("_case", "search", "message"),
    [
        ("too long", "a" * 101, TOO_LONG),
        ("too long with blanks", "a" + " " * 100, TOO_LONG),
        ("too many words", "a b c d e f g h i j k", TOO_MANY),
        ("too many equal words", " ".join(["a"] * 11), TOO_MANY),
    ],
)
def test_search_of_too_much_is_refused(
    _case, search, message, manager, api_client, user_api_client, ask, create_group
):
    # given
    create_group()

    # when
    answers = [
        ask(manager, GROUPS, search=search),
        ask(user_api_client, GROUPS, search=search),
        ask(api_client, SELLERS, search=search),
    ]

    # then nobody's groups or sellers are looked at
    for (data, messages, statements), name in zip(
        answers, ("orderGroups", "orderGroups", "sellers"), strict=True
    ):
        assert data == {name: None}
        assert messages == [message]
        assert not [
            sql
            for sql in statements
            if "saleor_order_groups_seller" in sql or "ILIKE" in sql
        ]


def test_search_of_ten_words_and_a_hundred_characters(
    manager, user_api_client, api_client, ask, create_group, create_seller, index_orders
):
    # given
    words = [f"{letter}{'x' * 8}" for letter in "abcdefghij"]
    text = " ".join(words) + "x"
    assert (len(text), len(text.split())) == (100, 10)
    of_all = create_group(user_email="@".join(words) + "xx@shop.example")
    create_group(user_email="@".join(words[:9]) + "xx@shop.example")
    create_seller("all", name="".join(words) + "x")
    create_seller("nine", name="".join(words[:9]) + "x")
    index_orders()

    # when
    groups, group_messages, _ = ask(manager, GROUPS, search=text)
    own, own_messages, _ = ask(user_api_client, GROUPS, search=text)
    sellers, seller_messages, _ = ask(api_client, SELLERS, search=text)

    # then
    assert numbers(groups) == numbers(own) == [of_all.number]
    assert groups["orderGroups"]["totalCount"] == own["orderGroups"]["totalCount"] == 1
    assert sellers["sellers"]["edges"] == [{"node": {"slug": "all"}}]
    assert group_messages == own_messages == seller_messages == []


@pytest.mark.parametrize("who", ["manager", "customer"])
def test_statements_of_a_search_do_not_depend_on_its_words(
    who, manager, user_api_client, ask, create_group, count_statements, index_orders
):
    # given
    client = {"manager": manager, "customer": user_api_client}[who]
    group = create_group(user_email="anna.novak@shop.example")
    index_orders()
    ten = f"anna ann an shop shop.ex sho anna.nov @ . {group.number}"
    count_statements(client, GROUPS, {"search": "anna shop"})

    # when
    two, messages, of_two = ask(client, GROUPS, search="anna shop")
    found, more_messages, of_ten = ask(client, GROUPS, search=ten)

    # then the groups are looked for once, and counted once
    assert numbers(two) == numbers(found) == [group.number]
    assert messages == more_messages == []
    assert len(of_ten) == len(of_two)
    for statements in (of_two, of_ten):
        assert len([sql for sql in statements if "to_tsquery" in sql]) == 2
    # Two subqueries for a number, and none for a word.
    assert of_ten[-1].count("SELECT") <= of_two[-1].count("SELECT") + 5


# Each word, where it is found, and what is found with all groups alike.
WORDS = {
    "nina": "e-mail of the order",
    "account@": "e-mail of the account",
    "anna": "first name of the account",
    "SMITH": "last name of the account",
    "gabi": "first name of the billing address",
    "Gast": "last name of the billing address",
    "#70002": "number of the group",
    "70003": "number of an order",
}


@pytest.mark.parametrize("first", list(WORDS))
@pytest.mark.parametrize("who", ["manager", "customer"])
def test_words_are_found_in_different_places(
    first, who, manager, user_api_client, ask, create_group, customer_user, orders_of,
    address, index_orders,
):  # fmt: skip
    # given a group, and another one that has every word but the numbers and names
    customer_user.first_name, customer_user.last_name = "Anna", "Smith"
    customer_user.email = "account@shop.example"
    customer_user.save()
    group = create_group(user_email="nina@shop.example", number=70002)
    [order] = orders_of(group)
    billing = address.get_copy()
    billing.first_name, billing.last_name = "Gabi", "Gast"
    billing.save()
    Order.objects.filter(pk=order.pk).update(number=70003, billing_address=billing)
    other = create_group(user_email="nina@shop.example")
    index_orders()
    client = {"manager": manager, "customer": user_api_client}[who]

    # when
    rest = [word for word in WORDS if word != first]
    found, _, _ = ask(client, GROUPS, search=" ".join([first, *rest]))
    nothing, _, _ = ask(client, GROUPS, search=" ".join([first, *rest, "nobody"]))
    of_all, _, _ = ask(client, GROUPS, search="nina account@ smith")

    # then
    assert numbers(found) == [70002]
    assert found["orderGroups"]["totalCount"] == 1
    assert numbers(nothing) == []
    assert sorted(numbers(of_all)) == sorted([70002, other.number])


@pytest.mark.parametrize(
    ("_case", "search", "found"),
    [
        ("the beginning of an order's number", "smith 7000", True),
        ("another group's number", "smith 70001", False),
        ("the number of the group", "smith 70002", True),
        ("the middle of a number", "smith 000", False),
        ("a sign that no word has", "smith %", True),
        ("two words in one", "smith ann_", False),
        ("a backslash", "smith \\", True),
        ("the middle of a word", "smith mit", False),
        ("a word with an accent", "smíth", True),
        ("an unfinished phrase", 'smith "', True),
        ("no word at all", '""', False),
    ],
)
def test_search_of_two_words(
    _case, search, found, manager, user_api_client, ask, create_group, customer_user,
    orders_of, index_orders,
):  # fmt: skip
    # given
    customer_user.last_name = "Smith"
    customer_user.save()
    group = create_group(user_email="nina99@shop.example", number=70002)
    [order] = orders_of(group)
    Order.objects.filter(pk=order.pk).update(number=70003)
    index_orders()

    # then
    for client in (manager, user_api_client):
        data, _, _ = ask(client, GROUPS, search=search)
        assert numbers(data) == ([70002] if found else [])


def test_customer_does_not_find_what_the_staff_noted(
    manager, user_api_client, ask, create_group, orders_of, index_orders
):
    # given
    group = create_group()
    [order] = orders_of(group)
    order.events.create(type="note_added", parameters={"message": "swindler"})
    index_orders()

    # when
    of_staff, _, _ = ask(manager, GROUPS, search="swindler")
    of_customer, _, _ = ask(user_api_client, GROUPS, search="swindler")

    # then
    assert numbers(of_staff) == [group.number]
    assert numbers(of_customer) == []


# ------------------------------------------------------------------ where


def test_equal_conditions_are_one(manager, ask, create_group, count_statements):
    # given
    group = create_group()
    one = {"status": {"eq": "UNFULFILLED"}}
    count_statements(manager, GROUPS, {"where": one})

    # when
    single, _, of_one = ask(manager, GROUPS, where=one)
    many, messages, of_many = ask(manager, GROUPS, where={"OR": [one] * 100})
    nested, _, of_nested = ask(
        manager, GROUPS, where={"AND": [{"OR": [one, {"AND": [one, one]}]}] * 100}
    )

    # then it is the very same question
    assert messages == []
    assert single == many == nested
    assert numbers(single) == [group.number]
    assert [len(sql) for sql in of_many] == [len(sql) for sql in of_one]
    assert len(of_nested) == len(of_one)


def test_statuses_are_one_condition(manager, ask, create_group, orders_of):
    # given
    fulfilled, canceled, open_group = (create_group() for _ in range(3))
    for group, status in ((fulfilled, "fulfilled"), (canceled, "canceled")):
        Order.objects.filter(order_group_link__group=group).update(status=status)
    where = {
        "OR": [
            {"status": {"eq": "FULFILLED"}},
            {"status": {"oneOf": ["CANCELED", "FULFILLED"]}},
            {"status": {"eq": None}},
            {"status": {"oneOf": []}},
        ]
    }

    # when
    data, messages, _ = ask(manager, GROUPS, where=where)

    # then what is no status still finds nothing
    assert messages == []
    assert sorted(numbers(data)) == sorted([fulfilled.number, canceled.number])
    assert open_group.number not in numbers(data)


def test_statements_do_not_depend_on_the_conditions(
    manager, ask, create_group, create_seller, to_id
):
    # given conditions that differ, each of which the database is asked about
    sellers = [create_seller(f"seller-{n}") for n in range(12)]
    group = create_group(sellers[:1])

    def make(count):
        conditions = []
        for n in range(count):
            time = {"gte": f"2020-01-{n + 1:02}T00:00:00Z"}
            conditions += [
                {"updatedAt": time},
                {"seller": {"eq": to_id(sellers[n])}},
                {"status": {"eq": "UNFULFILLED"}, "createdAt": time},
            ]
        return {"OR": conditions}

    ask(manager, GROUPS, where=make(2))

    # when
    few, _, of_few = ask(manager, GROUPS, where=make(2))
    many, messages, of_many = ask(manager, GROUPS, where=make(12))

    # then
    assert messages == []
    assert few == many
    assert numbers(few) == [group.number]
    assert len(of_many) == len(of_few)


def test_conditions_take_as_many_statements_as_those_of_orders(
    manager, ask, create_group
):
    # given
    create_group()
    where = {"OR": [{"status": {"eq": "UNFULFILLED"}}] * 100}
    of_orders = {"OR": [{"status": {"eq": "UNFULFILLED"}}] * 100}
    for query in (GROUPS, ORDERS):
        ask(manager, query, where=where)

    # when
    _, _, groups = ask(manager, GROUPS, where=where)
    _, _, orders = ask(manager, ORDERS, where=of_orders)

    # then the page, its count, and whether the orders of the status are few
    assert len(groups) <= len(orders) + 2
    assert sum(map(len, groups)) < sum(map(len, orders))


def nest(levels):
    where = {"number": {"range": {"gte": 1}}}
    for level in range(levels):
        other = {"number": {"range": {"gte": -level}}}
        where = {("AND", "OR")[level % 2]: [where, other]}
    return where


def identify(type_name, count):
    return [Node.to_global_id(type_name, number) for number in range(count)]


ITEMS = "`{}` takes at most 100 items, but got 101."
DEEP = "`where` takes at most 10 levels of `AND` and `OR`."


@pytest.mark.parametrize(
    ("_case", "where", "message"),
    [
        ("ids", {"ids": identify("OrderGroup", 101)}, ITEMS.format("ids")),
        ("numbers", {"number": {"oneOf": list(range(101))}}, ITEMS.format("number")),
        ("users", {"user": {"oneOf": identify("User", 101)}}, ITEMS.format("user")),
        ("metadata", {"metadata": {"key": "a", "value": {"oneOf": ["b"] * 101}}}, ITEMS.format("metadata")),
        ("amounts", {"totalGross": {"amount": {"oneOf": list(range(101))}}}, ITEMS.format("totalGross")),
        ("nested", {"OR": [{"userEmail": {"oneOf": ["a"] * 101}}]}, ITEMS.format("userEmail")),
        ("deep", nest(10), DEEP),
        ("very deep", nest(60), DEEP),
        ("conditions", {"OR": [{"number": {"eq": n}} for n in range(51)]},
         "`where` takes at most 50 different conditions, but got 51."),
        ("nested conditions", {"AND": [{"OR": [{"number": {"eq": n}} for n in range(m, m + 10)]} for m in range(0, 60, 10)]},
         "`where` takes at most 50 different conditions, but got 60."),
    ],
)  # fmt: skip
def test_filter_by_too_much_is_refused(
    _case, where, message, manager, ask, create_group, customer_user
):
    # given
    create_group()

    # when
    data, messages, statements = ask(manager, GROUPS, where=where)
    of_user, messages_of_user, _ = ask(
        manager,
        GROUPS_OF_USER,
        id=Node.to_global_id("User", customer_user.pk),
        where=where,
    )

    # then
    assert data == {"orderGroups": None}
    assert of_user == {"user": {"orderGroups": None}}
    assert messages == messages_of_user == [message]
    assert not [sql for sql in statements if "saleor_order_groups_ordergroup" in sql]


@pytest.mark.parametrize(
    ("_case", "where", "found"),
    [
        ("ids", {"ids": identify("OrderGroup", 100)}, False),
        ("numbers", {"number": {"oneOf": list(range(1, 101))}}, True),
        ("deep", nest(9), True),
        ("conditions", {"OR": [{"number": {"eq": n}} for n in range(50)]}, True),
    ],
)
def test_filter_by_as_much_as_is_allowed(
    _case, where, found, manager, ask, create_group
):
    # given
    create_group(number=1)

    # when
    data, messages, _ = ask(manager, GROUPS, where=where)

    # then
    assert messages == []
    assert numbers(data) == ([1] if found else [])


@pytest.mark.parametrize(
    ("_case", "where", "message"),
    [
        ("ids", {"ids": identify("Seller", 101)}, ITEMS.format("ids")),
        ("slugs", {"slug": {"oneOf": ["a"] * 101}}, ITEMS.format("slug")),
        ("conditions", {"OR": [{"slug": {"eq": str(n)}} for n in range(51)]},
         "`where` takes at most 50 different conditions, but got 51."),
    ],
)  # fmt: skip
def test_filter_of_sellers_by_too_much_is_refused(
    _case, where, message, api_client, ask, seller
):
    # when
    data, messages, _ = ask(api_client, SELLERS, where=where)

    # then
    assert data == {"sellers": None}
    assert messages == [message]


# ------------------------------------------------------------------ mutations

CREATE_SELLER = """
mutation Create($input: SellerCreateInput!) {
  sellerCreate(input: $input) {
    seller { name slug }
    errors { field message code }
  }
}
"""
UPDATE_SELLER = """
mutation Update($id: ID!, $input: SellerUpdateInput!) {
  sellerUpdate(id: $id, input: $input) {
    seller { name slug }
    errors { field message code }
  }
}
"""


@pytest.fixture
def staff(
    staff_api_client,
    permission_manage_products,
    permission_manage_shipping,
    permission_manage_payments,
    permission_group_manage_orders,
):
    staff_api_client.user.user_permissions.add(
        permission_manage_products,
        permission_manage_shipping,
        permission_manage_payments,
    )
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    return staff_api_client


def get_payload(data):
    (payload,) = data.values()
    return payload


def test_name_that_is_too_long_is_refused_before_a_slug_is_made(staff, ask):
    # given
    name = "a-" * 50_000

    # when
    data, _, statements = ask(staff, CREATE_SELLER, input={"name": name})

    # then PostgreSQL did not get it
    assert get_payload(data) == {
        "seller": None,
        "errors": [
            {
                "field": "name",
                "message": "Ensure this value has at most 250 characters (it has 100000).",
                "code": "INVALID",
            }
        ],
    }
    assert not [sql for sql in statements if "saleor_order_groups" in sql]
    assert not Seller.objects.exists()


def test_slug_of_a_name_of_which_letters_become_several(staff, ask, create_seller):
    # given 250 letters that are written with a thousand others
    name = "\u0416" * 250
    create_seller("zh" * 120)

    # when
    data, _, _ = ask(staff, CREATE_SELLER, input={"name": name})

    # then
    assert get_payload(data) == {
        "seller": {"name": name, "slug": "zh" * 120 + "-2"},
        "errors": [],
    }


ITEM_IDS = {
    "sellerAssignProducts": ("products", "Product", ""),
    "sellerUnassignProducts": ("products", "Product", ""),
    "sellerAssignShippingMethods": ("shippingMethods", "ShippingMethodType", ""),
    "sellerUnassignShippingMethods": ("shippingMethods", "ShippingMethodType", ""),
    "orderGroupRefund": ("orders", "Order", "results { order { id } }"),
}


@pytest.mark.parametrize("mutation", list(ITEM_IDS))
def test_list_of_ids_that_is_too_long_is_refused(
    mutation, staff, ask, seller, create_group, to_id, product, shipping_method, assign
):
    # given
    argument, type_name, rest = ITEM_IDS[mutation]
    is_refund = mutation == "orderGroupRefund"
    target = create_group() if is_refund else seller
    assign(seller, product)
    SellerShippingMethod.objects.create(seller=seller, shipping_method=shipping_method)
    query = f"""
        mutation Change($id: ID!, $items: [ID!]!) {{
          {mutation}(id: $id, {argument}: $items) {{
            {rest}
            errors {{ field message code }}
          }}
        }}
    """

    def change(count):
        items = identify(type_name, count)
        data, messages, statements = ask(staff, query, id=to_id(target), items=items)
        assert messages == []
        writes = [
            sql for sql in statements if sql.startswith(("INSERT", "UPDATE", "DELETE"))
        ]
        assert writes == []
        [error] = get_payload(data)["errors"]
        return error, statements

    # when
    refused, statements = change(101)
    unknown, _ = change(100)

    # then
    assert refused == {
        "field": argument,
        "message": f"`{argument}` takes at most 100 items, but got 101.",
        "code": "INVALID",
    }
    assert (unknown["field"], unknown["code"]) == (argument, "NOT_FOUND")
    assert not [sql for sql in statements if "FOR UPDATE" in sql or "FOR NO KEY" in sql]
    assert ProductSeller.objects.get().product == product
    assert SellerShippingMethod.objects.get().seller == seller


@pytest.mark.parametrize("field", ["metadata", "privateMetadata"])
@pytest.mark.parametrize("query", [CREATE_SELLER, UPDATE_SELLER])
def test_metadata_of_too_many_items_is_refused(query, field, staff, ask, seller, to_id):
    # given
    before = list(Seller.objects.values())

    def change(count):
        items = [{"key": str(number), "value": "a"} for number in range(count)]
        variables = {"input": {"name": "Zed", field: items}}
        if query == UPDATE_SELLER:
            variables["id"] = to_id(seller)
        data, messages, _ = ask(staff, query, **variables)
        assert messages == []
        return get_payload(data)

    # when
    refused = change(101)
    unchanged = list(Seller.objects.values())
    allowed = change(100)

    # then
    assert refused == {
        "seller": None,
        "errors": [
            {
                "field": field,
                "message": f"`{field}` takes at most 100 items, but got 101.",
                "code": "INVALID",
            }
        ],
    }
    assert unchanged == before
    assert (allowed["seller"]["name"], allowed["errors"]) == ("Zed", [])


# ------------------------------------------------------------------ cost

# What groups and orders both have.
SHARED_FIELDS = (
    "id number userEmail status chargeStatus authorizeStatus",
    "channel { id slug }",
    "user { id email }",
    "billingAddress { city }",
    "shippingAddress { city }",
    "discounts { amount { amount } }",
    "giftCards { id }",
    "transactions { id }",
    "total { gross { amount } }",
    "metadata { key }",
)


@pytest.mark.parametrize("size", ["first", "last"])
@pytest.mark.parametrize("fields", [*SHARED_FIELDS, " ".join(SHARED_FIELDS)])
def test_groups_cost_what_orders_cost(fields, size, manager):
    # given
    def get_cost(name):
        query = f"{{ {name}({size}: 100) {{ edges {{ node {{ {fields} }} }} }} }}"
        content = manager.post_graphql(query).json()
        assert "errors" not in content
        return content["extensions"]["cost"]["requestedQueryCost"]

    # then
    assert get_cost("orderGroups") == get_cost("orders") >= 100


def test_no_cost_is_multiplied_by_the_length_of_a_list():
    # given
    multipliers = {
        (type_name, field, multiplier)
        for type_name, costs in COSTS.items()
        for field, cost in costs.items()
        for multiplier in cost.get("multipliers", [])
    }

    # when
    lists = [
        (type_name, field, name)
        for type_name, field, name in multipliers
        if get_named_type(schema.get_type(type_name).fields[field].args[name].type)
        is not GraphQLInt
    ]

    # then Saleor multiplies by numbers alone
    assert len(multipliers) > 10
    assert lists == []
