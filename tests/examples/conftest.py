"""Sellers with members and apps, and purchases that real processes complete."""

import threading

import pytest
from graphene import Node
from saleor.account.models import User
from saleor.app.models import App

from examples.seller_erp.erp import EVENTS, SUBSCRIPTION
from examples.vendor_portal.portal import Portal
from examples.vendor_portal.server import make_server
from saleor_order_groups.models import OrderGroupOrder, SellerApp, SellerMember
from tests.examples.helpers import PASSWORD, RunningErp, Sold
from tests.helpers.browsing import HttpBrowser

COMPLETE = """
    mutation Complete($id: ID!) {
      checkoutComplete(id: $id) {
        orderGroup { orders { id number seller { slug } } }
        errors { field message code }
      }
    }
"""
RIGHTS = ("decide", "fulfill", "refund")


@pytest.fixture
def buy(saleor, make_cart, get_total, pay):
    """Return a function that pays and completes a cart; the value: orders by seller."""

    def _buy(lines, **options):
        checkout = make_cart(lines, user=None, **options)
        pay(checkout, charged_value=get_total(checkout).gross.amount)
        data = saleor.post(COMPLETE, id=Node.to_global_id("Checkout", checkout.pk))
        data = data["checkoutComplete"]
        assert not data["errors"], data["errors"]
        sold = {}
        for order in data["orderGroup"]["orders"]:
            _, pk = Node.from_global_id(order["id"])
            link = OrderGroupOrder.objects.get(order_id=pk)
            slug = order["seller"]["slug"] if order["seller"] else "shop"
            sold[slug] = Sold(
                order["id"], Node.to_global_id("SellerOrder", link.pk), order["number"]
            )
        return sold

    return _buy


@pytest.fixture
def make_member(get_seller):
    """Return a function that makes an account that works for a seller."""

    def _make(seller, rights=RIGHTS):
        user = User(email=f"{seller}@example.com", is_active=True, is_confirmed=True)
        user.set_password(PASSWORD)
        user.save()
        SellerMember.objects.create(
            seller=get_seller(seller), user=user, rights=list(rights)
        )
        return user

    return _make


@pytest.fixture
def make_app(get_seller):
    """Return a function that makes an app that works for a seller, and its token."""

    def _make(seller, rights=RIGHTS):
        app = App.objects.create(name=f"ERP of {seller}", is_active=True)
        SellerApp.objects.create(
            seller=get_seller(seller), app=app, rights=list(rights)
        )
        return app, app.tokens.create(name="test")[1]

    return _make


@pytest.fixture
def portal(saleor):
    """Return the portal's address."""
    server = make_server(Portal(saleor.url))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def log_in(portal):
    def _log_in(user, browser=None):
        browser = browser or HttpBrowser()
        browser.open(portal)
        browser.press("Log in", email=user.email, password=PASSWORD)
        return browser

    return _log_in


@pytest.fixture
def start_erp(saleor, make_app, tmp_path):
    """Return a function that starts the ERP of a seller, and subscribes it."""
    started = []

    def _start(seller):
        app, token = make_app(seller, rights=["fulfill"])
        started.append(RunningErp(saleor, token, tmp_path / f"{seller}.sqlite"))
        webhook = app.webhooks.create(
            name="Orders",
            target_url=started[-1].url,
            subscription_query=SUBSCRIPTION,
        )
        for event in EVENTS:
            webhook.events.create(event_type=event.lower())
        return started[-1]

    yield _start
    saleor.wait_until_idle()
    for each in started:
        each.stop()
