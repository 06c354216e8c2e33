"""docs/sellers.md: its documents fit the schema, its blocks are output of these runs."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from graphene import Node
from graphql import parse, validate
from saleor.graphql.api import schema

from examples.seller_api.graphql import execute
from examples.vendor_portal.member import log_in as log_in_by_api
from tests.apps.server import AppServer, HttpAnswer
from tests.examples.helpers import PASSWORD
from tests.helpers.browsing import HttpBrowser
from tests.helpers.documented_runs import DocumentedRun
from tests.helpers.waiting import WAIT_SECONDS, until

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "sellers.md"
DOCUMENTS = re.findall(r"```graphql\n(.*?)```", PAGE.read_text(), re.DOTALL)
THREE = [("alpha", "30.00", 2), ("beta", "10.00", 3), ("gamma", "10.00")]


def get_document(start):
    [document] = [each for each in DOCUMENTS if each.startswith(start)]
    return document


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_are_valid(document):
    assert validate(schema, parse(document)) == []


def test_files_of_the_page_exist():
    text = PAGE.read_text()
    paths = re.findall(r"`((?:examples|tests)/[\w/.]+)`", text)
    paths += re.findall(r"\]\(\.\./([\w/.]+)\)", text)
    assert len(paths) > 4
    assert all((ROOT / path).exists() for path in paths)


class Page(DocumentedRun):
    """The blocks of one run."""

    def __init__(self, prefix, sold):
        super().__init__(PAGE, f"{prefix}: ")
        for seller, order in sold.items():
            self.name(order.id, f"<order of {seller}>")
            self.name(f"#{order.number}", f"#<{seller}'s>")
            self.name(f'"{order.number}"', f'"<{seller}\'s>"')


@pytest.fixture
def sold(buy):
    return buy(THREE)


@pytest.fixture
def as_member(saleor, make_member):
    """Return a function that runs a document as a member of alpha."""
    member = make_member("alpha")
    caller = log_in_by_api(saleor.url, member.email, PASSWORD)

    def _execute(document, **variables):
        return caller.orders._execute(document, variables)

    return _execute


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("processes")
def test_api(as_member, sold):
    page = Page("api", sold)
    page.show("access", as_member(get_document("query Access")))

    # A member finds the order.
    listed = as_member(get_document("query ToShip"))
    page.name(listed["sellerOrders"]["pageInfo"]["endCursor"], "<cursor>")
    page.show("list", listed)

    # The member ships one of two items, and then three.
    order = sold["alpha"]
    details = as_member(
        "query ($id: ID!) { sellerOrder(id: $id) { lines { id } } }", id=order.id
    )
    line = details["sellerOrder"]["lines"][0]["id"]
    page.name(line, "<line>")
    ship = get_document("mutation Ship")
    for key, quantity, name in (("key-1", 1, "shipped"), ("key-2", 3, "refused")):
        answer = as_member(ship, id=order.id, line=line, quantity=quantity, key=key)
        page.show(name, answer)
    page.compare()


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("processes")
def test_portal(log_in, buy, make_member, channel_USD):
    channel_USD.automatically_confirm_all_new_orders = False
    channel_USD.save()
    sold = buy(THREE)
    page = Page("portal", sold)
    browser = log_in(make_member("alpha"))

    # The list; the date differs from run to run.
    rows = [row[:2] + row[3:] for row in browser.page.rows]
    page.show_table("orders", [tuple(row) for row in rows])
    browser.follow(f"#{sold['alpha'].number}")
    facts = [tuple(row) for row in browser.page.facts if row[0] != "Date"]
    page.show_table("order", facts)

    # The buttons
    rows = [("", "buttons"), ("unconfirmed", show_buttons(browser))]
    browser.press("Confirm order")
    rows.append(("confirmed", show_buttons(browser)))
    browser.press("Ship", quantity="2", tracking="T-1")
    rows.append(("shipped", show_buttons(browser)))
    page.show_table("buttons", rows)

    # The double click
    form = browser.get_form("Refund")

    def click(_):
        window = HttpBrowser()
        window.url, window.cookies = browser.url, dict(browser.cookies)
        window.send(form, amount="5.00", reason="A scratch")
        [refunds] = re.findall(r"Refunds (.*?) Refund Up to (\S+ \S+)\.", window.text)
        return ("The refund is recorded." in window.text, *refunds)

    with ThreadPoolExecutor(2) as clicks:
        shown = list(clicks.map(click, range(2)))
    rows = [("recorded", "refunds", "left to refund")]
    rows += [("yes" if done else "no", *rest) for done, *rest in shown]
    page.show_table("refund", rows)
    page.compare()


def show_buttons(browser):
    return ", ".join(text for text in browser.buttons if text != "Log out")


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("processes")
def test_erp(saleor, start_erp, make_app, buy, get_seller):
    # The page's own subscription, beside that of the example.
    arrived = []

    def receive(request):
        arrived.append((request.event, request.json))
        return HttpAnswer()

    receiver = AppServer(receive)
    app, token = make_app("alpha")
    webhook = app.webhooks.create(
        name="Orders",
        target_url=receiver.url,
        subscription_query=get_document("subscription"),
    )
    webhook.events.create(event_type="seller_order_created")
    running = start_erp("alpha")
    sold = buy(THREE)
    page = Page("erp", sold)
    until(lambda: arrived and running.received, WAIT_SECONDS, lambda: arrived)
    saleor.wait_until_idle()
    event, payload = arrived[0]
    order = payload["sellerOrder"]
    page.name(order["updatedAt"], "<time>")
    page.name(order["lines"][0]["id"], "<line>")
    page.show("webhook", {"Saleor-Event": event} | payload)

    # The ERP ships; then everything comes again.
    running.erp.work()
    running.wait_for(lambda erp: erp.received[-1]["status"] == "FULFILLED")
    saleor.wait_until_idle()
    for each in reversed(list(running.received)):
        running.erp.handle(each)
    running.erp.work()
    rows = [("reference", "order", "status", "tracking number", "outcome")]
    for entry in running.book.get_all():
        page.name(entry.reference, "<reference>")
        page.name(f"PARCEL-{entry.order['number']}", "<parcel>")
        [fulfillment] = entry.order["fulfillments"]
        rows.append(
            (
                entry.order["externalReference"],
                f"#{entry.order['number']}",
                entry.order["status"],
                fulfillment["trackingNumber"],
                entry.outcome,
            )
        )
    page.show_table("book", rows)
    variables = {
        "seller": Node.to_global_id("Seller", get_seller("alpha").pk),
        "reference": entry.reference,
    }
    answer = execute(saleor.url, get_document("query ByReference"), variables, token)
    page.show("by reference", answer)
    receiver.stop()
    page.compare()
