"""Finding groups: what the generated filters do not show."""

import datetime

import graphene
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order.models import Order

from saleor_order_groups.models import OrderGroup

QUERY = """
query Groups(
  $where: OrderGroupWhereInput, $sortBy: OrderGroupSortingInput, $search: String
  $first: Int, $last: Int, $after: String, $before: String
) {
  orderGroups(
    where: $where, sortBy: $sortBy, search: $search
    first: $first, last: $last, after: $after, before: $before
  ) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { node { number } }
  }
}
"""


@pytest.fixture
def manager(app_api_client, permission_manage_orders):
    app_api_client.app.permissions.add(permission_manage_orders)
    return app_api_client


@pytest.fixture
def find(manager):
    """Return the numbers of the groups that are found."""

    def find(**variables):
        response = manager.post_graphql(QUERY, {"first": 20, **variables})
        data = get_graphql_content(response)["data"]["orderGroups"]
        return [int(edge["node"]["number"]) for edge in data["edges"]]

    return find


def test_filter_never_trims_a_group(manager, create_group, create_seller, to_id):
    # given
    acme, bolt = create_seller("acme"), create_seller("bolt")
    create_group([acme, bolt], amounts=[("10.00", "12.30"), ("20.00", "24.60")])
    query = """
        query Groups($seller: ID) {
          orderGroups(first: 5, where: { seller: { eq: $seller } }) {
            edges {
              node {
                sellerCount
                sellers { slug }
                orders { seller { slug } }
                total { gross { amount } }
              }
            }
          }
        }
    """

    # when
    response = manager.post_graphql(query, {"seller": to_id(bolt)})

    # then
    [edge] = get_graphql_content(response)["data"]["orderGroups"]["edges"]
    assert edge["node"] == {
        "sellerCount": 2,
        "sellers": [{"slug": "acme"}, {"slug": "bolt"}],
        "orders": [{"seller": {"slug": "acme"}}, {"seller": {"slug": "bolt"}}],
        "total": {"gross": {"amount": 36.9}},
    }


def test_total_is_not_counted_unless_asked_for(manager, create_group):
    # given
    create_group()
    counting = QUERY.replace("pageInfo {", "totalCount pageInfo {")

    def count_counts(query):
        with CaptureQueriesContext(connection) as context:
            manager.post_graphql(query, {"first": 1})
        return sum("COUNT(*)" in row["sql"] for row in context.captured_queries)

    # then
    assert (count_counts(QUERY), count_counts(counting)) == (0, 1)


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", ["NUMBER", "CREATED_AT", "UPDATED_AT", "TOTAL"])
def test_pages_stay_right_while_groups_are_added(
    field, direction, manager, create_group
):
    # given pages of two, and a group that is added after each: cheap and early, or
    # dear and late
    groups = [create_group(amounts=[("7.00", f"{n}.00")]) for n in range(3, 8)]
    number = iter(range(-100, 0))

    def add():
        create_group(amounts=[("1.00", "1.00")], number=next(number))
        OrderGroup.objects.filter(number__lt=0).update(
            created_at="2020-01-01T00:00:00Z", updated_at="2020-01-01T00:00:00Z"
        )
        Order.objects.filter(order_group_link__group__number__lt=0).update(
            updated_at="2020-01-01T00:00:00Z"
        )
        create_group(amounts=[("99.00", "99.00")])

    def walk(size, cursor, info_cursor, info_more):
        pages, value = [], None
        while True:
            variables = {
                size: 2,
                cursor: value,
                "sortBy": {"field": field, "direction": direction},
            }
            response = manager.post_graphql(QUERY, variables)
            data = get_graphql_content(response)["data"]["orderGroups"]
            pages.append([int(edge["node"]["number"]) for edge in data["edges"]])
            value = data["pageInfo"][info_cursor]
            if not data["pageInfo"][info_more] or len(pages) > 20:
                return pages
            if len(pages) < 4:
                add()

    # when
    forward = walk("first", "after", "endCursor", "hasNextPage")
    backward = walk("last", "before", "startCursor", "hasPreviousPage")

    # then each group that was there is met once, in order
    numbers = [group.number for group in groups]
    ordered = numbers if direction == "ASC" else numbers[::-1]
    met = [number for page in forward for number in page]
    assert [number for number in met if number in numbers] == ordered
    assert len(met) == len(set(met))
    met = [number for page in backward[::-1] for number in page]
    assert [number for number in met if number in numbers] == ordered
    assert len(met) == len(set(met))


@pytest.mark.parametrize(
    ("_case", "text", "found"),
    [
        ("group number", "{group}", {"anna"}),
        ("group number with a hash", "#{group}", {"anna"}),
        ("order number", "{order}", {"guest"}),
        ("order number with a hash", "#{order}", {"guest"}),
        ("e-mail", "anna@shop.example", {"anna"}),
        ("part of an e-mail in capitals", "ANNA@SHOP", {"anna"}),
        ("e-mail of the account", "account@", {"anna"}),
        ("first name", "anna", {"anna"}),
        ("last name of the account", "smith", {"anna"}),
        ("whole name", "Anna Smith", {"anna"}),
        ("name of a guest", "gast", {"guest"}),
        ("whole name of a guest", "Gabi  Gast", {"guest"}),
        ("two words of two groups", "Anna Gast", set()),
        ("nobody", "nobody", set()),
        ("beginning of a name", "smi", {"anna"}),
        ("middle of a name", "mit", set()),
        ("name of a recipient", "moritz", {"guest"}),
        ("one of two", "anna OR gast", {"anna", "guest"}),
        ("group number or a name", "{group} OR gast", {"anna", "guest"}),
        ("group number without a name", "{group} -gast", {"anna"}),
        ("group number without its own name", "{group} -anna", set()),
        ("not", "shop.ex -gast", {"anna"}),
        ("a wildcard", "%", set()),
        ("another wildcard", "an_a", set()),
        ("a hash alone", "#", set()),
        ("number out of range", "99999999999", set()),
        ("number just out of range", "2147483648", set()),
        ("nothing", "", {"anna", "guest"}),
        ("blank", "  ", {"anna", "guest"}),
    ],
)
def test_search(
    _case, text, found, find, create_group, customer_user, orders_of, address,
    index_orders,
):  # fmt: skip
    # given
    customer_user.first_name, customer_user.last_name = "Anna", "Smith"
    customer_user.email = "account@shop.example"
    customer_user.save()
    anna = create_group(user_email="anna@shop.example")
    guest = create_group(user=None, user_email="guest@shop.example", number=70001)
    OrderGroup.objects.filter(pk=anna.pk).update(number=70002)
    [order] = orders_of(guest)
    order.number = 70003
    order.billing_address = address.get_copy()
    order.billing_address.first_name = "Gabi"
    order.billing_address.last_name = "Gast"
    order.billing_address.save()
    order.save()
    for name, group in (("Max", anna), ("Moritz", guest)):
        [of_group] = orders_of(group)
        shipping = address.get_copy()
        shipping.first_name = name
        shipping.save()
        Order.objects.filter(pk=of_group.pk).update(shipping_address=shipping)
    index_orders()

    # when
    numbers = find(search=text.format(group=70002, order=70003))

    # then
    names = {70002: "anna", 70001: "guest"}
    assert {names[number] for number in numbers} == found


def test_search_among_own_groups_alone(
    user_api_client, create_group, customer_user, customer_user2
):
    # given
    own = create_group()
    create_group(user=customer_user2)

    # when
    response = user_api_client.post_graphql(QUERY, {"first": 5, "search": "example"})

    # then
    data = get_graphql_content(response)["data"]["orderGroups"]
    assert [edge["node"]["number"] for edge in data["edges"]] == [str(own.number)]


def test_search_with_filter_and_sort(
    find, create_group, create_seller, to_id, index_orders
):
    # given
    acme = create_seller("acme")
    first = create_group([acme], user_email="x@shop.example")
    second = create_group([acme], user_email="x@shop.example")
    create_group([None], user_email="x@shop.example")
    create_group([acme], user_email="y@shop.example", user=None)
    index_orders()

    # when
    numbers = find(
        search="x@shop",
        where={"seller": {"eq": to_id(acme)}},
        sortBy={"field": "NUMBER", "direction": "ASC"},
    )

    # then
    assert numbers == [first.number, second.number]


UNKNOWN = "9c9d32a6-7b0c-4b0e-8ad1-5a4ad4f5c0aa"


@pytest.mark.parametrize(
    ("_case", "where"),
    [
        ("no values", {"number": {}}),
        ("no order number", {"orderNumber": {}}),
        ("no numbers", {"number": {"oneOf": []}}),
        ("no range", {"createdAt": {}}),
        ("no range of updates", {"updatedAt": {}}),
        ("no user", {"user": {}}),
        ("null user", {"user": None}),
        ("null seller", {"seller": None}),
        ("no seller", {"seller": {}}),
        ("null checkout", {"checkoutId": None}),
        ("null status", {"status": None}),
        ("no status", {"status": {}}),
        ("null charge status", {"chargeStatus": {"eq": None}}),
        ("null total", {"totalGross": None}),
        ("no total", {"totalGross": {"amount": {}}}),
        ("null shop order", {"hasShopOrder": None}),
        ("null metadata", {"metadata": None}),
        ("null updates", {"updatedAt": None}),
        ("unknown seller", {"seller": {"eq": graphene.Node.to_global_id("Seller", UNKNOWN)}}),
        ("unknown user", {"user": {"eq": graphene.Node.to_global_id("User", 0)}}),
        ("unknown channel", {"channelId": {"eq": graphene.Node.to_global_id("Channel", 0)}}),
    ],
)  # fmt: skip
def test_filter_of_nothing_finds_nothing(_case, where, find, create_group):
    # given
    create_group()

    # then
    assert find(where=where) == []


@pytest.mark.parametrize(
    ("_case", "where"),
    [
        ("malformed user", {"user": {"eq": "nonsense"}}),
        ("user of another type", {"user": {"eq": graphene.Node.to_global_id("Order", UNKNOWN)}}),
        ("user with another key", {"user": {"oneOf": [graphene.Node.to_global_id("User", UNKNOWN)]}}),
        ("malformed seller", {"seller": {"eq": "nonsense"}}),
        ("seller of another type", {"seller": {"oneOf": [graphene.Node.to_global_id("Order", UNKNOWN)]}}),
        ("seller with another key", {"seller": {"eq": graphene.Node.to_global_id("Seller", 1)}}),
        ("checkout with another key", {"checkoutId": {"eq": graphene.Node.to_global_id("Checkout", 1)}}),
        ("mixed operators", {"AND": [{"number": {"eq": 1}}], "number": {"eq": 1}}),
    ],
)  # fmt: skip
def test_filter_by_what_is_no_id_is_an_error(_case, where, manager, create_group):
    # given
    create_group()

    # when
    response = manager.post_graphql(QUERY, {"first": 5, "where": where})

    # then told as in Saleor's own lists
    content = get_graphql_content(response, ignore_errors=True)
    assert content["data"] == {"orderGroups": None}
    [error] = content["errors"]
    assert error["extensions"]["exception"]["code"] in (
        "GraphQLError",
        "ValidationError",
    )


def test_user_who_sees_a_group_for_one_order_filters_it(
    user2_api_client, customer_user2, create_group, orders_of, create_seller, to_id
):
    # given a guest's group of which one order was moved to an account
    group = create_group([None, create_seller()], user=None)
    _, order = orders_of(group)
    order.user = customer_user2
    order.save(update_fields=["user"])
    create_group(user=None)
    where = {
        "OR": [
            {"hasShopOrder": True, "createdAt": {"gte": "2020-01-01T00:00:00Z"}},
            {
                "AND": [
                    {"number": {"range": {"gte": 1}}},
                    {"status": {"eq": "CANCELED"}},
                ]
            },
        ]
    }

    # when
    response = user2_api_client.post_graphql(QUERY, {"first": 5, "where": where})

    # then
    data = get_graphql_content(response)["data"]["orderGroups"]
    assert [edge["node"]["number"] for edge in data["edges"]] == [str(group.number)]


def test_statements_do_not_depend_on_filters_found(
    manager, create_group, create_seller, count_statements, to_id, index_orders
):
    # given
    sellers = [create_seller(f"seller-{n}") for n in range(3)]
    create_group(sellers)
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    variables = {
        "first": 50,
        "search": "example",
        "sortBy": {"field": "TOTAL", "direction": "DESC"},
        "where": {
            "seller": {"oneOf": [to_id(seller) for seller in sellers]},
            "updatedAt": {"gte": yesterday.isoformat()},
            "status": {"eq": "UNFULFILLED"},
            "totalGross": {"amount": {"range": {"gte": 1}}},
        },
    }
    index_orders()
    count_statements(manager, QUERY, variables)

    # when
    few, count_of_few = count_statements(manager, QUERY, variables)
    for _ in range(3):
        create_group([None, *sellers])
    index_orders()
    many, count_of_many = count_statements(manager, QUERY, variables)

    # then
    assert len(few["orderGroups"]["edges"]) == 1
    assert len(many["orderGroups"]["edges"]) == 4
    assert count_of_many == count_of_few
