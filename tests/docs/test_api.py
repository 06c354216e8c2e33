"""The queries of docs/api.md are run on the demo's data, and answer what it says."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo import client as demo_client
from demo import shop, storefront
from tests.helpers.documented_api import Session, hide_varying, make_app, write
from tests.helpers.plugin_paths import PLUGIN_PATH

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
# Set it to write the answers anew, then read the difference before committing it.
UPDATE = "UPDATE_API_DOCS"

BLOCK = re.compile(
    r"```graphql\n(?P<query># As (?P<who>.+?)\n.+?)```\n\n```json\n(?P<answer>.*?)```",
    re.DOTALL,
)


@dataclass
class Shop:
    """Who asks, and the IDs that the page's queries ask for."""

    callers: dict[str, demo_client.Api]
    variables: dict[str, str]


@pytest.fixture
def demo_shop(
    monkeypatch, settings, superuser, permission_group_all_perms_all_channels
):
    """Make the demo's shop and cart, add a voucher and a gift card, and complete."""
    monkeypatch.setattr(demo_client.requests, "Session", Session)
    settings.PLUGINS = [*settings.PLUGINS, PLUGIN_PATH]
    superuser.set_password("password")
    superuser.save()
    # Saleor shows orders to members of groups alone.
    permission_group_all_perms_all_channels.user_set.add(superuser)
    anonymous = demo_client.Api("in this process")
    staff = shop.log_in(anonymous, superuser.email, "password")
    shop.seed(staff, "https://receiver.example.com/")
    app = anonymous.as_bearer_of(make_app(staff))
    customer = shop.log_in(anonymous, shop.CUSTOMER_EMAIL, shop.CUSTOMER_PASSWORD)

    checkout_id = storefront.fill_cart(customer)["id"]
    checkout = storefront.address_and_deliver(customer, checkout_id)
    for code in (make_voucher(staff), make_gift_card(staff)):
        checkout = customer(
            storefront.CHECKOUT
            + """mutation ($id: ID!, $code: String!) {
              checkoutAddPromoCode(id: $id, promoCode: $code) {
                checkout { ...Checkout } errors { field message }
              }
            }""",
            id=checkout_id,
            code=code,
        )["checkout"]
    storefront.pay(app, checkout)
    completed = storefront.complete(customer, checkout_id)
    group = completed["orderGroup"]

    details = staff(
        """query ($id: ID) {
          orderGroup(id: $id) { user { id } channel { id } sellers { id } }
        }""",
        id=group["id"],
    )
    return Shop(
        callers={"the customer": customer, "staff": staff, "an app": app},
        variables={
            "id": group["id"],
            "order": completed["order"]["id"],
            "user": details["user"]["id"],
            "channel": details["channel"]["id"],
            "seller": details["sellers"][0]["id"],
        },
    )


def channel_id(staff):
    return staff(
        "query ($slug: String) { channel(slug: $slug) { id } }", slug="market"
    )["id"]


def make_voucher(staff):
    voucher_id = staff(
        """mutation {
          voucherCreate(input: {
            name: "Market day", type: ENTIRE_ORDER, addCodes: ["MARKET10"]
            discountValueType: FIXED
          }) { voucher { id } errors { field message } }
        }"""
    )["voucher"]["id"]
    staff(
        """mutation ($id: ID!, $channel: ID!) {
          voucherChannelListingUpdate(
            id: $id, input: { addChannels: [{ channelId: $channel, discountValue: 10 }] }
          ) { errors { field message } }
        }""",
        id=voucher_id,
        channel=channel_id(staff),
    )
    return "MARKET10"


def make_gift_card(staff):
    return staff(
        """mutation {
          giftCardCreate(input: {
            balance: { amount: 20, currency: "EUR" }, isActive: true
          }) { giftCard { code } errors { field message } }
        }"""
    )["giftCard"]["code"]


def test_page_says_what_the_api_answers(demo_shop):
    # given
    page = PAGE.read_text()
    blocks = list(BLOCK.finditer(page))
    assert len(blocks) == page.count("```graphql\n") == page.count("```json\n")

    # when
    answers = {}
    for block in blocks:
        query = block["query"]
        declared = re.findall(r"\$(\w+): ", query.split("{", 1)[0])
        variables = {
            name: value
            for name, value in demo_shop.variables.items()
            if name in declared
        }
        answer = demo_shop.callers[block["who"]].raw(query, **variables)
        assert "errors" not in answer, (query, answer["errors"])
        answers[query] = write(hide_varying(answer["data"])) + "\n"

    # then
    if os.environ.get(UPDATE):
        PAGE.write_text(
            BLOCK.sub(
                lambda block: (
                    f"```graphql\n{block['query']}```\n\n"
                    f"```json\n{answers[block['query']]}```"
                ),
                page,
            )
        )
        blocks = list(BLOCK.finditer(PAGE.read_text()))
    for block in blocks:
        assert block["answer"] == answers[block["query"]]


def test_page_links_to_queries_that_are_there():
    # given
    page = PAGE.read_text()
    headings = re.findall(r"^### (\w+)$", page, re.MULTILINE)

    # then each heading has the query of that name, and each link a heading
    for heading in headings:
        assert re.search(
            rf"### {heading}\n.*?(query|mutation) {heading}\b", page, re.DOTALL
        )
    links = re.findall(r"\[(\w+)\]\(#(\w+)\)", page)
    assert len(links) > 30
    for name, anchor in links:
        assert name in headings
        assert anchor == name.lower()


# The fields of the three systems whose documents the page follows, each once.
THEIR_FIELDS = {
    "Mercur": """
        id display_id customer_id cart_id seller_count total orders seller_id items title
        quantity variant product seller payment_status fulfillment_status created_at
        updated_at limit offset count order fields status sales_channel_id
    """,
    "Elastic Path": """
        Authorization token include type id web_order_id status payment shipping anonymized
        customer name email shipping_address billing_address first_name last_name
        phone_number company_name line_1 line_2 city county region postcode country
        instructions links meta display_price with_tax without_tax tax discount
        balance_owing paid authorized without_discount amount currency formatted timestamps
        created_at updated_at relationships items shipping_group account account_member
        custom_discounts promotions tax_items accounts legal_name registration_id
        external_id discount_engine description discount_code automatic promotion_type
        promotion_source start end
    """,
    "Ordergroove": """
        cancelled created currencyCode customer email extraData firstName lastName
        lastUpdated live locale merchantUserId phoneNumber phoneType priceCode
        discountTotal genericErrorCount hasPlan items hasMore nodes components
        autoshipByDefault autoshipEnabled detailUrl discontinued every everyPeriod
        externalProductId groups groupType name imageUrl lastUpdate prepaidEligible price
        productType sku extraCost firstPlaced frozen offerPublicId oneTime
        oneTimeIncentives appliedAt description expires externalCode incentive publicId
        discountType field limitPolicy limitValue target thresholdField thresholdValue value
        product onetimeCouponType stackingType orderPublicId quantity subscription
        prepaidSubscriptionContext freeTrialSubscriptionContext subscriptionComponent
        totalPrice locked merchantPublicId oosFreeShipping orderMerchantId payment
        billingAddress address address2 city companyName countryCode fax label phone
        stateProvinceCode tokenId zipPostalCode ccExpDate ccHolder ccNumberEnding ccType
        cycle cycleStatus paymentMethod place rejectedMessage shippingAddress shippingTotal
        status subTotal taxTotal total tries updated
    """,
}


@pytest.mark.parametrize("system", THEIR_FIELDS)
def test_every_field_of_theirs_has_its_row(system):
    # given
    section = PAGE.read_text().split(f"## Coming from {system}\n")[1].split("\n## ")[0]
    rows = [row.split(" | ") for row in section.splitlines() if row.startswith("| ")]

    # when
    theirs = {name for row in rows for name in re.findall(r"\w+", row[0])}

    # then and each row says what it is here
    assert set(THEIR_FIELDS[system].split()) - theirs == set()
    assert [row for row in rows if not row[1].strip(" |")] == []
