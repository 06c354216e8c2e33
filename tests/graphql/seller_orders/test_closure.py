"""What leaves the types of sellers' orders: every field has a name here.

A new field fails a test. Before its name is added, somebody must have asked whether a
seller may see it.
"""

import binascii
import json

import pytest
from django.db.models import Model
from graphene import Node
from graphql.type.definition import get_named_type
from saleor.graphql.api import schema
from saleor.graphql.webhook.subscription_payload import (
    generate_payload_from_subscription,
    initialize_request,
)

from saleor_order_groups.webhooks.event_types import SELLER_ORDER_DESCRIPTIONS
from saleor_order_groups.webhooks.payloads import generate_seller_order_payload
from tests.helpers.schema_walk import find_reachable, select_all
from tests.helpers.seller_orders import FULFILL, REFUND

# Types from which a seller could go on to others' orders.
FORBIDDEN = {
    "Order",
    "OrderLine",
    "Fulfillment",
    "OrderGroup",
    "Seller",
    "User",
    "Checkout",
    "TransactionItem",
    "Payment",
    "Invoice",
    "Address",
    "Channel",
    "Warehouse",
    "Product",
    "ProductVariant",
}
ORDER_TYPES = {
    "SellerOrder": (
        "id number seller externalReference channelSlug createdAt updatedAt status "
        "chargeStatus authorizeStatus languageCode lines fulfillments refunds subtotal "
        "shippingPrice undiscountedTotal total totalCharged totalRefunded refundable "
        "deliveryMethodName collectionPointName shippingAddress billingAddress userEmail "
        "customerNote availableActions"
    ),
    "SellerName": "id slug name",
    "SellerOrderLine": (
        "id productId variantId productName variantName productSku thumbnailUrl "
        "isShippingRequired quantity quantityFulfilled quantityToFulfill unitPrice "
        "undiscountedUnitPrice totalPrice taxRate warehouses metadata"
    ),
    "SellerLineWarehouse": "id name quantityAllocated",
    "SellerFulfillment": "id number status trackingNumber createdAt lines",
    "SellerFulfillmentLine": "lineId quantity warehouseName",
    "SellerRefund": "id amount status reason createdAt lines includesShipping",
    "SellerRefundLine": "lineId quantity",
    "SellerOrderAddress": (
        "firstName lastName companyName streetAddress1 streetAddress2 city cityArea "
        "postalCode countryArea countryCode phone"
    ),
    "Money": "currency amount fractionalAmount fractionDigits",
    "TaxedMoney": "currency gross net tax",
    "MetadataItem": "key value",
}
ACCESS_TYPES = {
    "SellerAccess": "seller isActive rights customerData",
    "SellerName": "id slug name",
    "SellerChannelCustomerData": "channelSlug data",
}
PAGE_TYPES = {
    "SellerOrderCountableConnection": "pageInfo edges totalCount",
    "SellerOrderCountableEdge": "node cursor",
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
}
PAYLOAD_TYPES = {
    "SellerOrderPayload": "sellerOrder errors",
    "SellerOrderError": "field message code lineId",
}
_EVENT = "issuedAt version issuingPrincipal recipient sellerOrder"
EVENT_TYPES = {"SellerOrderCreated": _EVENT, "SellerOrderUpdated": _EVENT}
# Saleor's interface Event fixes these fields.
FIXED = ("issuingPrincipal", "recipient")


def split_all(types):
    return {name: set(fields.split()) for name, fields in types.items()}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SellerOrder", ORDER_TYPES),
        ("SellerAccess", ACCESS_TYPES),
        ("SellerOrderCountableConnection", {**PAGE_TYPES, **ORDER_TYPES}),
        ("SellerOrderPayload", {**PAYLOAD_TYPES, **ORDER_TYPES}),
    ],
)
def test_types_lead_to_named_fields_alone(name, expected):
    # when
    found = find_reachable(name)

    # then
    assert {each: set(fields) for each, fields in found.items()} == split_all(expected)
    assert not found.keys() & FORBIDDEN


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_events_lead_on_through_fixed_fields_alone(name):
    # when
    found = find_reachable(name, leaving=FIXED)

    # then
    expected = split_all({name: EVENT_TYPES[name], **ORDER_TYPES})
    assert {each: set(fields) for each, fields in found.items()} == expected
    for field in FIXED:
        others = [each for each in FIXED if each != field]
        assert "Order" in find_reachable(name, leaving=others), field


def test_walk_finds_what_shared_types_lead_to():
    for name in ("Fulfillment", "ProductVariant", "Warehouse"):
        assert {"Order", "OrderGroup", "User"} <= find_reachable(name).keys()


@pytest.fixture
def app_and_sale(sell, link_app, run_act, order_groups_plugin, channel_USD):
    """Return an app's client and a sale that has one of everything."""
    order_groups_plugin(
        channel_USD,
        **{
            "seller-customer-data": (
                "SHIPPING_ADDRESS,PHONE,EMAIL,BILLING_ADDRESS,NOTE"
            ),
            "seller-line-metadata": "engraving",
        },
    )
    alpha = sell(cart={"note": "Ring twice"})["alpha"]
    alpha.order.lines.update(metadata={"engraving": "To Ann", "secret": "no"})
    client = link_app(alpha.seller)
    lines = [{"lineId": alpha.line_ids[0], "quantity": 1}]
    for mutation in (FULFILL, REFUND):
        payload = run_act(client, mutation, id=alpha.id, input={"lines": lines})
        assert payload["errors"] == []
    return client, alpha


def collect_keys(value):
    """Return the set of keys in a payload, each with the keys that it is in."""
    if isinstance(value, list):
        return {path for each in value for path in collect_keys(each)}
    if not isinstance(value, dict):
        return set()
    return set(value) | {
        f"{key}.{path}" for key, each in value.items() for path in collect_keys(each)
    }


def expect_keys(name):
    """Return the keys of a whole object of a type, from the snapshots above."""
    fields = schema.get_type(name).fields
    keys = set(ORDER_TYPES[name].split())
    for field in list(keys):
        below = get_named_type(fields[field].type).name
        if below in ORDER_TYPES:
            keys |= {f"{field}.{path}" for path in expect_keys(below)}
    return keys


@pytest.mark.parametrize("event", SELLER_ORDER_DESCRIPTIONS)
def test_payload_of_subscription_has_named_keys_alone(event, app_and_sale):
    # given
    client, alpha = app_and_sale
    name = "".join(map(str.capitalize, event.split("_")))
    query = f"""
        subscription {{ event {{
          __typename
          issuedAt version issuingPrincipal {{ __typename }} recipient {{ id }}
          ... on {name} {{ sellerOrder {select_all("SellerOrder")} }}
        }} }}
    """

    # when
    payload = generate_payload_from_subscription(
        event_type=event,
        subscribable_object=alpha.link,
        subscription_query=query,
        request=initialize_request(client.app, requestor=alpha.order.user),
    )

    # then
    of_event = {*_EVENT.split(), "__typename", "recipient.id"}
    of_order = {f"sellerOrder.{path}" for path in expect_keys("SellerOrder")}
    assert collect_keys(payload) == of_event | of_order
    assert payload["__typename"] == name
    assert payload["issuingPrincipal"] is None
    assert payload["recipient"] == {"id": Node.to_global_id("App", client.app.pk)}
    assert payload["sellerOrder"]["lines"][0]["metadata"] == [
        {"key": "engraving", "value": "To Ann"}
    ]


def test_legacy_payload_has_named_keys_alone(app_and_sale):
    # given
    _, alpha = app_and_sale

    # when
    payload = json.loads(generate_seller_order_payload(alpha.link))

    # then
    assert collect_keys(payload) == {
        "id",
        "meta",
        "meta.issued_at",
        "meta.version",
        "meta.issuing_principal",
        "meta.issuing_principal.id",
        "meta.issuing_principal.type",
    }
    assert payload["id"] == alpha.id
    assert payload["meta"]["issuing_principal"] == {"id": None, "type": None}


def test_ids_of_a_whole_order_are_of_named_types_alone(app_and_sale, run_act):
    # given
    client, alpha = app_and_sale
    order = alpha.order
    query = f"query($id: ID!) {{ sellerOrder(id: $id) {select_all('SellerOrder')} }}"

    # when
    data = run_act(client, query, id=alpha.id)

    # then
    shown = {}
    for text in find_texts(data):
        if found := read_id(text):
            type_name, pk = found
            shown.setdefault(type_name, set()).add(pk)
    line, refund = order.lines.get(), order.granted_refunds.get()
    expected: dict[str, list[Model]] = {
        "SellerOrder": [alpha.link],
        "Seller": [alpha.seller],
        "SellerOrderLine": [line],
        "Product": [line.variant.product],
        "ProductVariant": [line.variant],
        "Warehouse": [order.fulfillments.get().lines.get().stock.warehouse],
        "SellerFulfillment": [order.fulfillments.get()],
        "SellerRefund": [refund],
    }
    assert shown == {
        name: {str(row.pk) for row in rows} for name, rows in expected.items()
    }


def find_texts(value):
    """Yield all texts in an answer."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from find_texts(each)
    elif isinstance(value, str):
        yield value


def read_id(text):
    """Return type and key of an ID; None if the text is none."""
    try:
        type_name, pk = Node.from_global_id(text)
    except (binascii.Error, ValueError):
        return None
    return (type_name, pk) if type_name else None
