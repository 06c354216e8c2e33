"""The story: a cart of several sellers, one order for each, one group, its events."""

import os
import signal
import sys
import time
from decimal import Decimal
from typing import Any

from examples.vendor_portal.member import Member

from . import by_hand, sellers, server, shop, storefront, vendors
from .client import Api, DemoError
from .receiver import Delivery, Receiver, signed_by
from .report import Checks, decimal, heading, money, show_json, step, table

SHOP_ITSELF = "(the shop itself)"
ANNA, BRIGHT = "Anna's Apiary", "Bright Ceramics"
# What happens to a group whose orders are paid at once and shipped one by one.
EVENTS = ["CREATED", "CONFIRMED", "FULLY_PAID", "UPDATED", "FULFILLED"]


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # A shell's background job starts with Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    checks = Checks()
    receiver = Receiver()
    try:
        url, eager = start_saleor()
        api = Api(f"{url}/graphql/")
        staff = shop.log_in(api, server.STAFF_EMAIL, server.STAFF_PASSWORD)
        seed_once(staff, receiver.url)
        access = shop.app_access(staff, receiver.url)
        app = api.as_bearer_of(access.token)
        customer = shop.log_in(api, shop.CUSTOMER_EMAIL, shop.CUSTOMER_PASSWORD)

        vendors.remove_old_erps(staff)
        checkout, paid = buy(customer, app)
        group = complete(checks, customer, checkout, paid)
        show_in_api(checks, api, customer, group)
        show_webhook(checks, receiver, url, group, eager)
        fulfil_each(checks, app, receiver, url, group)
        erp = vendors.start_erp(staff, url)
        second = deliver_each(checks, customer, app, receiver)
        member = vendors.add_member(staff, url)
        work_as_sellers(checks, member, erp, app, second)
        conclude(checks)
        if checks.failed:
            return 1
        if is_left_running():
            serve(url, access, group, receiver)
    except DemoError as error:
        print(f"\nThe demo failed. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nEnded.")
        return 130
    finally:
        receiver.close()
        server.stop_all()
    return 0


def is_left_running() -> bool:
    return os.environ.get("SERVE") == "1"


# ------------------------------------------------------------- before the story


def start_saleor() -> tuple[str, bool]:
    """Start all processes; return the server's URL and whether tasks run eagerly."""
    heading("Saleor with saleor-order-groups")
    if not (given_url := os.environ.get("DATABASE_URL")):
        raise DemoError("DATABASE_URL is not set: `make demo` sets it.")
    began = time.monotonic()
    database_url = server.ensure_database(given_url)
    server.hold_database(database_url)
    broker_url = server.start_redis()
    port = server.free_port()
    env = server.environment(database_url, port, broker_url)
    applied = server.migrate(env)
    step(f"database   {server.DATABASE}, {applied} migrations applied now")
    url = server.start(env, port)
    if is_left_running():
        server.install_dashboard_app(env)
    step(f"server     {url}/graphql/ (uvicorn saleor.asgi:application)")
    if broker_url:
        step(f"worker     Celery, broker {broker_url}")
    else:
        step("worker     none: no Redis here, so tasks run eagerly in the server")
    step(f"ready      after {time.monotonic() - began:.0f} s")
    return url, broker_url is None


def seed_once(staff: Api, receiver_url: str) -> None:
    if shop.is_seeded(staff):
        step("shop       seeded by an earlier run")
        return
    try:
        shop.seed(staff, receiver_url)
    except BaseException:
        # Half a shop would make every later run fail.
        server.stop_all()
        server.drop_database(os.environ["DATABASE_URL"])
        raise
    step("shop       seeded through the GraphQL API: 3 sellers, 9 products, 1 app")


# -------------------------------------------------------------------- the story


def buy(customer: Api, app: Api) -> tuple[dict[str, Any], Decimal]:
    """Fill the cart, deliver and pay; return the checkout and what was paid."""
    heading("The cart")
    cart = storefront.fill_cart(customer)
    checkout = storefront.address_and_deliver(customer, cart["id"])
    rows = [
        [
            line["variant"]["product"]["name"],
            (line["variant"]["product"]["seller"] or {"name": SHOP_ITSELF})["name"],
            str(line["quantity"]),
            money(line["unitPrice"]["gross"]["amount"]),
            money(line["totalPrice"]["gross"]["amount"]),
        ]
        for line in checkout["lines"]
    ]
    shipping = money(checkout["shippingPrice"]["gross"]["amount"])
    total = money(checkout["totalPrice"]["gross"]["amount"])
    rows += [["Parcel", "", "", "", shipping], ["Total", "", "", "", total]]
    table(["product", "sold by", "qty", "price", "sum"], rows, left=2)
    paid = storefront.pay(app, checkout)
    step(f"paid       {money(paid)} in one transaction")
    return checkout, paid


def complete(
    checks: Checks, customer: Api, checkout: dict[str, Any], paid: Decimal
) -> dict[str, Any]:
    """Complete the checkout, show its orders and check every amount."""
    heading("checkoutComplete: one order for each seller")
    payload = storefront.complete(customer, checkout["id"])
    group = payload["orderGroup"]
    if not group:
        raise DemoError("checkoutComplete returned no order group.")
    orders = group["orders"]
    show_orders(orders)
    totals = [decimal(order["total"]["gross"]["amount"]) for order in orders]
    step("sum        " + " + ".join(map(str, totals)) + f" = {money(sum(totals))}")
    step(f"paid       {money(paid)}\n")

    expected = expected_lines(checkout)
    seen = {
        seller_name(order): sorted(
            (line["productSku"], line["quantity"]) for line in order["lines"]
        )
        for order in orders
    }
    checks.that(
        "each seller has one order with exactly its lines", seen == expected, seen
    )
    checks.that("the orders' totals sum to what was paid", sum(totals) == paid, totals)
    net = sum(decimal(order["total"]["net"]["amount"]) for order in orders)
    checks.that(
        "the orders' net totals sum to the checkout's",
        net == decimal(checkout["totalPrice"]["net"]["amount"]),
        net,
    )
    shipping = sum(decimal(o["shippingPrice"]["gross"]["amount"]) for o in orders)
    checks.that(
        "the orders' shipping sums to the checkout's",
        shipping == decimal(checkout["shippingPrice"]["gross"]["amount"]),
        shipping,
    )
    charged = [decimal(order["totalCharged"]["amount"]) for order in orders]
    checks.that("each order is charged its own total", charged == totals, charged)
    statuses = {order["chargeStatus"] for order in orders}
    checks.that("each order is fully charged at once", statuses == {"FULL"}, statuses)
    group_total = decimal(group["total"]["gross"]["amount"])
    checks.that("the group's total is what was paid", group_total == paid, group_total)
    checks.that(
        "`order` of the payload is the group's first order",
        payload["order"]["id"] == orders[0]["id"],
        payload["order"],
    )
    again = storefront.complete(customer, checkout["id"])
    checks.that(
        "completing again gives the same order and group",
        again["order"] == payload["order"] and again["orderGroup"] == group,
        again,
    )
    return group


def show_in_api(
    checks: Checks, anonymous: Api, customer: Api, group: dict[str, Any]
) -> None:
    heading("The storefront API, as the customer")
    groups = storefront.order_groups(customer)
    newest = groups[0] if groups else {}
    if newest:
        step(
            f"orderGroups  newest is #{newest['number']}: {newest['sellerCount']} sellers,"
            f" {len(newest['orders'])} orders,"
            f" {money(newest['total']['gross']['amount'])}"
        )
    checks.that("orderGroups lists the group first", newest == group, newest)
    one = storefront.order_group(customer, group["id"])
    checks.that("orderGroup(id:) returns it", one == group, one)
    hidden = storefront.order_group(anonymous, group["id"])
    checks.that("orderGroup(id:) is null for a stranger", hidden is None, hidden)
    refused = anonymous.raw("{ orderGroups(first: 1) { edges { node { id } } } }")
    codes = [
        error.get("extensions", {}).get("exception", {}).get("code")
        for error in refused.get("errors", [])
    ]
    checks.that(
        "orderGroups is refused to anonymous", codes == ["PermissionDenied"], refused
    )


def show_webhook(
    checks: Checks, receiver: Receiver, url: str, group: dict[str, Any], eager: bool
) -> None:
    heading("The webhook, as received")
    deliveries = receiver.about(group["id"], "CREATED", at_least=1, timeout=60)
    if not deliveries:
        checks.that("ORDER_GROUP_CREATED arrives", False, "nothing within 60 s")
        return
    delivery = deliveries[0]
    show_delivery(delivery, url)
    print()
    received = delivery.payload["orderGroup"]
    checks.that(
        "the event is order_group_created",
        delivery.event == "order_group_created",
        delivery.event,
    )
    checks.that(
        "its signature verifies against the server's JWKS", signed_by(delivery, url)
    )
    checks.that(
        "the signature does not verify a changed body",
        not signed_by(delivery, url, body=delivery.body + b" "),
    )
    checks.that(
        "it is the first event of the group",
        delivery.group_event["sequence"] == 1,
        delivery.group_event,
    )
    numbers = [order["number"] for order in received["orders"]]
    checks.that(
        "it names the group's orders",
        numbers == [order["number"] for order in group["orders"]],
        numbers,
    )
    if not eager:
        checks.that(
            "it was sent by the Celery worker",
            server.worker_ran("send_webhook_request_async"),
            "no such task in worker.log",
        )
    time.sleep(2)
    deliveries = receiver.about(group["id"], "CREATED", at_least=1, timeout=0)
    checks.that("it is sent once", len(deliveries) == 1, deliveries)


def fulfil_each(
    checks: Checks, app: Api, receiver: Receiver, url: str, group: dict[str, Any]
) -> None:
    """Ship the orders one by one; show the group's events, received and recorded."""
    heading("Shipped one by one: the events of the group")
    orders = sellers.orders_to_ship(app, group["id"])
    for order in orders:
        status = sellers.fulfil(app, order)
        step(
            f"shipped    #{order['number']} of {seller_name(order)}:"
            f" the group is {status}"
        )
    deliveries = receiver.about(group["id"], at_least=len(EVENTS), timeout=60)
    received = [delivery.group_event for delivery in deliveries]
    recorded = sellers.timeline(app, group["id"])
    show_events("Webhooks, as received:", received)
    show_events("OrderGroup.events, as recorded:", recorded)
    print()
    types = [event["type"] for event in recorded]
    checks.that("each transition is one event", types == EVENTS, types)
    numbers = [event["sequence"] for event in recorded]
    checks.that(
        "they are numbered without gaps",
        numbers == [*range(1, len(numbers) + 1)],
        numbers,
    )
    checks.that(
        "each of them was received, once",
        sorted(received, key=lambda event: event["sequence"]) == recorded,
        received,
    )
    checks.that(
        "all signatures verify", all(signed_by(each, url) for each in deliveries)
    )
    checks.that(
        "the last order makes the group FULFILLED",
        recorded[-1]["order"] == {"number": orders[-1]["number"]},
        recorded[-1],
    )


def deliver_each(
    checks: Checks, customer: Api, app: Api, receiver: Receiver
) -> dict[str, Any]:
    """Buy the same again, with the cheapest delivery of each seller."""
    heading("The same cart, with a delivery for each seller")
    cart = storefront.fill_cart(customer)
    storefront.address(customer, cart["id"])
    chosen: dict[str | None, dict[str, Any]] = {}
    rows = []
    for delivery in storefront.seller_deliveries(customer, cart["id"]):
        methods = delivery["availableShippingMethods"]
        seller_id = (delivery["seller"] or {"id": None})["id"]
        chosen[seller_id] = min(methods, key=lambda method: method["price"]["amount"])
        offers = ", ".join(
            f"{method['name']} {money(method['price']['amount'])}" for method in methods
        )
        rows.append([seller_name(delivery), offers, chosen[seller_id]["name"]])
    table(["sold by", "can be sent by", "chosen"], rows, left=3)
    checkout = storefront.deliver_each(
        customer, cart["id"], {key: method["id"] for key, method in chosen.items()}
    )
    prices = [decimal(method["price"]["amount"]) for method in chosen.values()]
    shipping = decimal(checkout["shippingPrice"]["gross"]["amount"])
    step("shipping   " + " + ".join(map(str, prices)) + f" = {money(shipping)}")
    paid = storefront.pay(app, checkout)
    step(f"paid       {money(paid)} in one transaction")
    group = storefront.complete(customer, checkout["id"])["orderGroup"]
    show_orders(group["orders"])
    print()
    checks.that(
        "the checkout's shipping price is the sum", shipping == sum(prices), shipping
    )
    placed = [
        (
            order["shippingMethodName"],
            decimal(order["shippingPrice"]["gross"]["amount"]),
        )
        for order in group["orders"]
    ]
    checks.that(
        "each order has its own method and price",
        placed
        == [
            (method["name"], decimal(method["price"]["amount"]))
            for method in chosen.values()
        ],
        placed,
    )
    totals = [decimal(order["total"]["gross"]["amount"]) for order in group["orders"]]
    checks.that("their totals sum to what was paid", sum(totals) == paid, totals)
    # The group has CREATED, CONFIRMED and FULLY_PAID now.
    deliveries = receiver.about(group["id"], at_least=3, timeout=60)
    numbers = sorted(delivery.group_event["sequence"] for delivery in deliveries)
    checks.that("its webhooks arrive too", numbers == [1, 2, 3], numbers)
    return group


def work_as_sellers(
    checks: Checks,
    member: Member,
    running: vendors.RunningErp,
    app: Api,
    group: dict[str, Any],
) -> None:
    """Let a member of one seller work as with the portal, and another seller's ERP."""
    heading("Sellers work on their own orders")
    orders = {seller_name(order): order for order in group["orders"]}
    listed = [edge["node"] for edge in member.orders.get_page(first=20)["edges"]]
    annas, _ = member.orders.get(listed[0]["id"])
    if not annas:
        raise DemoError("The member cannot read the order that it has listed.")
    lines = [
        {"lineId": line["id"], "quantity": line["quantityToFulfill"]}
        for line in annas["lines"]
    ]
    given = {"lines": lines, "trackingNumber": "BEE-1"}
    member.orders.fulfill(annas["id"], given, key="shipment")
    step(f"portal     the member of {ANNA} ships #{annas['number']}")
    for _ in range(2):
        annas = member.orders.refund(annas["id"], {"amount": "2.00"}, key="refund")
    refunds = [decimal(refund["amount"]["amount"]) for refund in annas["refunds"]]
    step(f"portal     and asks for a refund of {money(refunds[0])}, twice by mistake")
    entries = running.run(seconds=60)
    for entry in entries:
        step(f"ERP        {BRIGHT}: #{entry.order['number']} is {entry.outcome}")
    print()

    names = {order["seller"]["name"] for order in listed}
    checks.that("a member sees its seller's orders alone", names == {ANNA}, names)
    checks.that(
        "the newest of them is the one of this purchase",
        annas["number"] == orders[ANNA]["number"],
        annas["number"],
    )
    checks.that("the same key refunds once", refunds == [Decimal("2.00")], refunds)
    numbers = [entry.order["number"] for entry in entries]
    checks.that(
        "a seller's ERP is told of its order, and of no other",
        numbers == [orders[BRIGHT]["number"]],
        numbers,
    )
    hidden = [entry.order["id"] for entry in entries] + [orders[ANNA]["id"]]
    seen = [member.orders.get(each)[0] for each in hidden]
    checks.that(
        "the member can read neither that order nor one by the ID of Saleor's order",
        seen == [None, None],
        seen,
    )
    shipped = [
        seller_name(order)
        for order in sellers.orders_to_ship(app, group["id"])
        if order["status"] == "FULFILLED"
    ]
    checks.that(
        "the orders of the two sellers are shipped, and no others",
        shipped == [ANNA, BRIGHT],
        shipped,
    )


def conclude(checks: Checks) -> None:
    heading("Result")
    if checks.failed:
        print(f"  {len(checks.failed)} of the checks failed:", file=sys.stderr)
        for claim in checks.failed:
            print(f"  ✗ {claim}", file=sys.stderr)
    else:
        step(f"all {checks.passed} checks hold")


def serve(
    url: str, access: shop.AppAccess, group: dict[str, Any], receiver: Receiver
) -> None:
    """Print how to try it by hand and stay until Ctrl-C."""
    portal_url = vendors.start_portal(url)
    by_hand.show_curl_lines(url, group["id"])
    by_hand.show_accounts(url, access.token, portal_url)
    shown = receiver.count()
    try:
        while True:
            if delivery := receiver.get(shown, timeout=3600):
                shown += 1
                heading("A webhook, as received")
                show_delivery(delivery, url)
                # The last thing on the screen is what a reader needs next.
                by_hand.show_accounts(url, access.token, portal_url)
    except KeyboardInterrupt:
        print("\nEnded.")


# --------------------------------------------------------------------- its parts


def seller_name(order: dict[str, Any]) -> str:
    return (order["seller"] or {"name": SHOP_ITSELF})["name"]


def expected_lines(checkout: dict[str, Any]) -> dict[str, list[tuple[str, int]]]:
    """Return SKUs and quantities by seller, from the seed rather than the answer."""
    sold_by = {
        sku: name if slug else SHOP_ITSELF
        for slug, name, goods in shop.SELLERS
        for sku, _, _ in goods
    }
    expected: dict[str, list[tuple[str, int]]] = {}
    for line in checkout["lines"]:
        sku = line["variant"]["sku"]
        expected.setdefault(sold_by[sku], []).append((sku, line["quantity"]))
    return {name: sorted(lines) for name, lines in expected.items()}


def show_orders(orders: list[dict[str, Any]]) -> None:
    rows = [
        [
            f"#{order['number']}",
            seller_name(order),
            money(order["subtotal"]["gross"]["amount"]),
            money(order["shippingPrice"]["gross"]["amount"]),
            money(order["total"]["gross"]["amount"]),
            money(order["totalCharged"]["amount"]),
        ]
        for order in orders
    ]
    table(
        ["order", "sold by", "goods sum", "shipping", "total", "charged"],
        rows,
        left=2,
    )


def show_events(title: str, events: list[dict[str, Any]]) -> None:
    print()
    step(title)
    rows = [
        [
            str(event["sequence"]),
            f"ORDER_GROUP_{event['type']}",
            f"#{event['order']['number']}" if event["order"] else "",
            event["status"],
            event["chargeStatus"],
        ]
        for event in events
    ]
    table(["no.", "event", "seen at", "status", "charged"], rows, left=5)


def show_delivery(delivery: Delivery, url: str) -> None:
    verified = "verified" if signed_by(delivery, url) else "NOT verified"
    step(f"Saleor-Event: {delivery.event}")
    step(f"Saleor-Signature: {delivery.signature[:40]}… {verified}")
    show_json(delivery.payload)


if __name__ == "__main__":
    sys.exit(main())
