"""A seller probes for another seller's part of a purchase, and learns nothing.

The answer to a probe equals the answer to the same question about something random,
with the same number of SQL statements. No answer has a canary, or the key of an order or
a group. PROBES sets how many random probes there are, PROBE_SEED which ones.
"""

import json
import os
import random
import re
from collections import Counter
from itertools import chain, islice

import pytest
from django.db import connection, reset_queries
from django.test.utils import CaptureQueriesContext
from graphene import Node
from graphql import GraphQLInputObjectType
from graphql.type.definition import get_named_type
from saleor.graphql.api import schema
from saleor.order.models import Order
from saleor.page.models import Page, PageType
from saleor.payment.models import TransactionItem
from saleor.warehouse.models import Stock, Warehouse

from saleor_order_groups.graphql.core.ids import global_id_to_uuid
from saleor_order_groups.models import OrderGroup, OrderGroupOrder, SellerAct
from tests.helpers.canaries import (
    Canaries,
    mark_customer,
    mark_goods,
    mark_papers,
    mark_payments,
)
from tests.helpers.checksums import checksum_rows
from tests.helpers.database import rolled_back
from tests.helpers.probes import (
    World,
    generate,
    get_id_builders,
    make_comparable,
    sweep,
)
from tests.helpers.seller_orders import (
    FULFILL,
    ORDERS,
    REFUND,
    SET_REFERENCE,
)

PROBES = int(os.environ.get("PROBES", "300"))
SEED = int(os.environ.get("PROBE_SEED", "1"))


@pytest.fixture
def world(
    sell, add_member, run_act, order_groups_plugin, channel_USD, address, site_settings
):
    """Return a purchase of two sellers with one of everything on both sides."""
    rng = random.Random(SEED)
    order_groups_plugin(
        channel_USD,
        **{
            "seller-customer-data": (
                "SHIPPING_ADDRESS,PHONE,EMAIL,BILLING_ADDRESS,NOTE"
            ),
            "seller-line-metadata": "engraving",
        },
    )
    sell([("alpha", "20.00"), ("gamma", "30.00")])
    sales = sell(cart={"note": "Ring twice"})
    own, other = sales["alpha"], sales["beta"]
    sell([("alpha", "20.00"), ("gamma", "30.00")])
    client = add_member(own.seller)
    work(run_act, client, own)
    work(run_act, add_member(other.seller), other)

    canaries = Canaries(rng)
    link = OrderGroupOrder.objects.select_related("group", "seller").get(
        pk=other.link.pk
    )
    link.order = other.order
    warehouse = Warehouse.objects.create(address=address.get_copy())
    warehouse.channels.add(channel_USD)
    mark_customer(canaries, link.order)
    mark_goods(canaries, link.order, warehouse)
    mark_papers(canaries, link)
    mark_payments(
        canaries, TransactionItem.objects.filter(order__isnull=False, order=link.order)
    )
    other.link = link
    # The seller holds no key of an order or a group, not even of its own ones.
    for model in (Order, OrderGroup):
        canaries.keys |= set(model.objects.values_list("pk", flat=True))
    canaries.keys |= set(TransactionItem.objects.values_list("token", flat=True))
    acts = SellerAct.objects.filter(link=link)
    types = [PageType.objects.create(name=name, slug=name) for name in ("a", "b")]
    page = Page.objects.create(title="B", slug="b", page_type=types[1])
    site_settings.refund_reason_reference_type = types[0]
    site_settings.save()
    order = link.order
    return World(
        rng=rng,
        client=client,
        own=own,
        other=other,
        canaries=canaries,
        uuids=[*sorted(canaries.keys), *acts.values_list("pk", flat=True)],
        numbers=[
            *order.fulfillments.values_list("pk", flat=True),
            *order.granted_refunds.values_list("pk", flat=True),
            *order.events.values_list("pk", flat=True),
            *order.invoices.values_list("pk", flat=True),
            *order.lines.values_list("variant_id", flat=True),
            *Stock.objects.filter(warehouse=warehouse).values_list("pk", flat=True),
            order.user_id,
            order.shipping_address_id,
            page.pk,
            *canaries.numbers,
        ],
        own_uuids=[own.link.pk, own.seller.pk, own.order.lines.get().pk],
        own_fulfillments=set(own.order.fulfillments.values_list("pk", flat=True)),
        retry_keys=list(
            acts.values_list("idempotency_key", flat=True).exclude(idempotency_key=None)
        ),
    )


def work(run_act, client, sale):
    """Fulfill and refund an item, and set a reference."""
    name = sale.seller.slug
    lines = [{"lineId": sale.line_ids[0], "quantity": 1}]
    for mutation, variables in (
        (
            FULFILL,
            {
                "input": {"lines": lines, "trackingNumber": f"T-{name}"},
                "key": f"fulfilling {name}",
            },
        ),
        (
            REFUND,
            {
                "input": {"lines": lines, "reason": f"R-{name}"},
                "key": f"refunding {name}",
            },
        ),
        (SET_REFERENCE, {"reference": f"E-{name}"}),
    ):
        assert not run_act(client, mutation, id=sale.id, **variables)["errors"]


class Asker:
    """Asks as the first seller, and compares answers."""

    def __init__(self, world: World) -> None:
        self.world = world
        whole = self.ask(ORDERS, {"first": 100})[0]
        self.known = set(re.findall(r'"id": "([^"]+)"', whole))
        self.twins: dict[tuple, tuple[str, int]] = {}

    def ask(self, query: str, variables: dict) -> tuple[str, int]:
        """Return the answer, and the number of statements; whatever is done is undone."""
        # Django keeps 9,000 statements: without this the count would stay at 0 then.
        reset_queries()
        with rolled_back(), CaptureQueriesContext(connection) as context:
            response = self.world.client.post_graphql(query, variables)
        return json.dumps(response.json(), ensure_ascii=False), len(context)

    def check(self, probe) -> str:
        """Check the answer to a probe; return what it was."""
        text, statements = self.ask_probe(probe)
        found = self.world.canaries.find_in(text)
        assert not found, (probe.form, probe.variables, text)
        if probe.has_twin:
            # Saleor's own queries fail on keys of another kind.
            is_fault = "Internal Server Error" in text and probe.form[0] != "saleor"
            assert not is_fault, (probe.form, probe.variables)
            if probe.form not in self.twins:
                self.twins[probe.form] = self.ask_twin(probe)
            if (text, statements) != self.twins[probe.form]:
                # A cache may have expired meanwhile.
                self.twins[probe.form] = self.ask_twin(probe)
                text, statements = self.ask_probe(probe)
            assert (text, statements) == self.twins[probe.form], (
                probe.form,
                probe.variables,
            )
        return describe(json.loads(text))

    def ask_probe(self, probe) -> tuple[str, int]:
        answer, statements = self.ask(probe.query, probe.variables)
        return make_comparable(answer, probe.named, self.known), statements

    def ask_twin(self, probe) -> tuple[str, int]:
        answer, statements = self.ask(probe.query, probe.twin)
        return make_comparable(answer, probe.named_in_twin, self.known), statements


def describe(content) -> str:
    """Return whether an answer has data, nothing, or which errors."""
    if "errors" in content:
        return "error"
    [data] = content["data"].values()
    if isinstance(data, dict) and data.get("errors"):
        return data["errors"][0]["code"]
    return "data" if data else "null"


def test_probes_find_nothing(world):
    # given
    asker = Asker(world)
    before = checksum_rows()

    # when
    probes = chain(sweep(world), islice(generate(world), PROBES))
    answers = Counter(asker.check(probe) for probe in probes)

    # then
    assert checksum_rows() == before
    # Each way in which a probe can end is taken.
    assert {"null", "data", "NOT_FOUND", "INVALID", "WAREHOUSE"} <= answers.keys()


def read_all(_scope, using):
    """Return the links of all sellers."""
    return OrderGroupOrder.objects.using(using)


def search_emails(links, text):
    """Find orders by the email of any customer."""
    emails = Order.objects.using(links.db).filter(user_email__icontains=text or "")
    return links if emails.exists() else links.none()


def read_twice(global_id, type_name):
    """Read once more if the key of an ID exists."""
    pk = global_id_to_uuid(global_id, type_name)
    if pk and Order.objects.filter(pk=pk).exists():
        Order.objects.get(pk=pk)
    return pk


@pytest.mark.parametrize(
    ("_case", "place", "leak"),
    [
        ("rows", "access.scope.Scope.select_links", read_all),
        ("search", "graphql.seller_orders.resolvers.search_seller_orders", search_emails),
        ("statements", "graphql.seller_orders.mutations.base.global_id_to_uuid", read_twice),
    ],
)  # fmt: skip
def test_probes_find_a_leak(_case, place, leak, world, monkeypatch):
    # given
    monkeypatch.setattr(f"saleor_order_groups.{place}", leak)
    asker = Asker(world)

    # when, then
    with pytest.raises(AssertionError):
        list(map(asker.check, sweep(world)))


def test_canaries_are_found_where_they_are(
    world, staff_api_client, permission_group_manage_orders
):
    # given
    permission_group_manage_orders.user_set.add(staff_api_client.user)
    other = world.other
    query = "query($id: ID!) { order(id: $id) { id number lines { productSku } } }"

    # when
    id = Node.to_global_id("Order", other.order.pk)
    response = staff_api_client.post_graphql(query, {"id": id})

    # then
    found = world.canaries.find_in(response.content.decode())
    line = other.order.lines.get()
    assert {str(other.order.pk), str(other.order.number), line.product_sku} <= found


# Where the API takes an ID, and the places of the probes that name foreign rows there.
PLACES = {
    "sellerOrder.id": {"order"},
    "sellerOrder.externalReference.sellerId": {"seller's reference"},
    "sellerOrders.sellerId": {"seller", "seller and filter"},
    "sellerOrders.where.ids": {"ids", "ids with an own one"},
    "sellerOrderConfirm.id": {"confirm"},
    "sellerOrderCancel.id": {"cancel"},
    "sellerOrderFulfill.id": {"fulfill"},
    "sellerOrderFulfill.input.lines.lineId": {
        "fulfill a line",
        "fulfill one more line",
    },
    "sellerOrderFulfill.input.lines.warehouseId": {"fulfill from a warehouse"},
    "sellerFulfillmentUpdateTracking.id": {"track"},
    "sellerFulfillmentCancel.id": {"cancel a fulfillment"},
    "sellerOrderRefund.id": {"refund"},
    "sellerOrderRefund.input.lines.lineId": {
        "refund a line",
        "refund an amount and a line",
    },
    "sellerOrderRefund.input.reasonReference": {"refund for a reason"},
    "sellerOrderSetReference.id": {"set reference"},
}
# Texts that may be an ID as well.
TEXTS = {"reference", "search", "after", "set reference to", "retry"}


def test_each_id_of_the_api_is_probed(world):
    # given
    queries = schema.get_type("Query").fields
    fields = {name: queries[name] for name in ("sellerOrder", "sellerOrders")} | {
        name: one
        for name, one in schema.get_type("Mutation").fields.items()
        if get_named_type(one.type).name == "SellerOrderPayload"
    }

    # when
    found = {
        f"{name}.{path}"
        for name, one in fields.items()
        for argument, each in one.args.items()
        for path in find_ids(argument, each.type)
    }

    # then
    assert found == PLACES.keys()
    assert get_id_builders(world).keys() == set().union(TEXTS, *PLACES.values())


def find_ids(path, type_):
    """Yield the paths of IDs in an argument."""
    below = get_named_type(type_)
    if below.name == "ID":
        yield path
    elif isinstance(below, GraphQLInputObjectType):
        for name, each in below.fields.items():
            yield from find_ids(f"{path}.{name}", each.type)
