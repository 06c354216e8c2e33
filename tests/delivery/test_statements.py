"""How many SQL statements the deliveries of sellers cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from saleor.graphql.tests.utils import get_graphql_content

from tests.helpers.deliveries import to_id

DELIVERIES = """
    query Deliveries($id: ID!) {
      checkout(id: $id) {
        sellerDeliveries {
          seller { slug name }
          lines { id quantity }
          isShippingRequired
          availableShippingMethods { id name price { amount } }
          selectedShippingMethod { id name }
        }
      }
    }
"""


@pytest.fixture
def count_statements(user_api_client):
    def _count(checkout):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = user_api_client.post_graphql(DELIVERIES, {"id": to_id(checkout)})
        rows = get_graphql_content(response)["data"]["checkout"]["sellerDeliveries"]
        return len(queries), rows

    return _count


def test_statements_do_not_grow_with_sellers_methods_and_choices(
    make_cart, make_method, choose, count_statements
):
    # given
    slugs = ["alpha", "beta", "delta", "gamma"]
    of_one = make_cart([("alpha", "10.00")], shipping=None)
    of_five = make_cart([(slug, "10.00") for slug in [*slugs, None]], shipping=None)
    make_method("5.00", name="Parcel")
    choose(of_one, {"alpha": make_method("5.00", "alpha", name="Van")})
    count_statements(of_one)

    # when
    statements, rows = count_statements(of_one)

    # then
    assert [len(row["availableShippingMethods"]) for row in rows] == [4]

    # when
    choices = {slug: make_method("6.00", slug, name=str(slug)) for slug in slugs}
    choices[None] = make_method("7.00", name="Another")
    for method in choices.values():
        method.postal_code_rules.create(start="1", end="2", inclusion_type="exclude")
    choose(of_five, choices)
    more_statements, rows = count_statements(of_five)

    # then
    assert len(rows) == 5
    assert [row["selectedShippingMethod"]["name"] for row in rows] == [
        "Another",
        *slugs,
    ]
    assert more_statements == statements


def test_checkout_without_choices_costs_two_statements_more_to_refresh(
    make_cart, make_method, refresh, order_groups_plugin, channel_USD
):
    # given
    make_method("5.00", name="Parcel")
    carts = [make_cart([("alpha", "10.00")], shipping=None) for _ in range(2)]
    refresh(carts[0])
    with CaptureQueriesContext(connection) as queries:
        refresh(carts[1])

    # then
    ours = [row["sql"] for row in queries if "saleor_order_groups" in row["sql"]]
    assert len(ours) == 2
    assert "sellershippingmethod" in ours[0]
    assert "sellerdeliverychoice" in ours[1]
