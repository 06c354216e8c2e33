"""The requests of docs/delivery.md are run on the demo's shop, and answer what it says."""

import os
import re
from pathlib import Path

import pytest

from demo import client as demo_client
from demo import shop, storefront
from tests.helpers.documented_api import Session, make_app, write
from tests.helpers.plugin_paths import PLUGIN_PATH

PAGE = Path(__file__).parents[2] / "docs" / "delivery.md"
# Set it to write the answers anew, then read the difference before committing it.
UPDATE = "UPDATE_DELIVERY_DOCS"
BLOCK = re.compile(
    r"```graphql\n(?P<query># As (?P<who>.+?)\n.+?)```\n\n```json\n(?P<answer>.*?)```",
    re.DOTALL,
)


@pytest.fixture
def callers(monkeypatch, settings, superuser, permission_group_all_perms_all_channels):
    monkeypatch.setattr(demo_client.requests, "Session", Session)
    settings.PLUGINS = [*settings.PLUGINS, PLUGIN_PATH]
    superuser.set_password("password")
    superuser.save()
    permission_group_all_perms_all_channels.user_set.add(superuser)
    anonymous = demo_client.Api("in this process")
    staff = shop.log_in(anonymous, superuser.email, "password")
    shop.seed(staff, "https://receiver.example.com/")
    return {
        "staff": staff,
        "an app": anonymous.as_bearer_of(make_app(staff)),
        "the customer": shop.log_in(
            anonymous, shop.CUSTOMER_EMAIL, shop.CUSTOMER_PASSWORD
        ),
    }


def test_every_documented_answer_is_given(callers):
    # given
    customer, staff = callers["the customer"], callers["staff"]
    checkout_id = storefront.fill_cart(customer)["id"]
    storefront.address(customer, checkout_id)
    methods = {
        delivery["seller"] and delivery["seller"]["id"]: min(
            delivery["availableShippingMethods"], key=lambda one: one["price"]["amount"]
        )["id"]
        for delivery in storefront.seller_deliveries(customer, checkout_id)
    }
    anna = staff("""{ seller(slug: "anna-apiary") { id } }""")["id"]
    variables = {
        "id": checkout_id,
        "seller": anna,
        "methods": [methods[anna]],
        "deliveries": [
            {"sellerId": seller_id, "shippingMethodId": method_id}
            for seller_id, method_id in methods.items()
        ],
    }
    text = PAGE.read_text()
    given = []

    def run(block):
        query = block["query"]
        if "checkoutComplete" in query:
            pay(callers["an app"], customer, checkout_id)
        wanted = {
            name: value for name, value in variables.items() if f"${name}:" in query
        }
        answer = callers[block["who"]].raw(query, **wanted)
        assert "errors" not in answer, answer["errors"]
        given.append(answer["data"])
        return f"```graphql\n{query}```\n\n```json\n{write(answer['data'])}\n```"

    # when
    written = BLOCK.sub(run, text)

    # then
    assert len(given) == 4
    if os.environ.get(UPDATE):
        PAGE.write_text(written)
        text = written
    assert written == text


def pay(app, customer, checkout_id):
    checkout = customer(
        storefront.CHECKOUT + "query ($id: ID!) { checkout(id: $id) { ...Checkout } }",
        id=checkout_id,
    )
    storefront.pay(app, checkout)
