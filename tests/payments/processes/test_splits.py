"""The examples pay sellers: docs/splits.md is output of these runs."""

import threading
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from graphene import Node
from saleor.app.models import App
from saleor.channel import TransactionFlowStrategy

from examples.payment_apps import adyen_platforms, paypal, stripe_connect
from examples.payment_apps.adyen_platforms import Adyen, AdyenPlatforms
from examples.payment_apps.balances import get_balances
from examples.payment_apps.paypal import PayPal, PayPalApp
from examples.payment_apps.saleor_api import Saleor as SaleorApi
from examples.payment_apps.stripe_connect import Stripe, StripeConnect
from examples.payment_apps.web import make_server
from tests.apps.fake_adyen import FakeAdyen
from tests.apps.fake_paypal import FakePayPal
from tests.apps.fake_provider import post
from tests.apps.fake_stripe import FakeStripe
from tests.helpers.documented_runs import DocumentedRun
from tests.helpers.waiting import WAIT_SECONDS, until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("processes"),
]

PAGE = Path(__file__).parents[3] / "docs" / "splits.md"
IDENTIFIER = "examples.payment_app"
# Orders of 63.00, 31.50 and 10.50, delivered for 5.00.
THREE = [("alpha", "60.00"), ("beta", "10.00", 3), ("gamma", "10.00")]
ONE = [("alpha", "100.00")]
# By seller: the account, the percentage and the fixed amount of the commission.
TERMS = {
    "alpha": ("acct_alpha", "10", "0.30"),
    "beta": ("acct_beta", "12.5", "0"),
    "gamma": ("acct_gamma", "15", "0.25"),
}

SELLER_UPDATE = """
    mutation Update($id: ID!, $input: SellerUpdateInput!) {
      sellerUpdate(id: $id, input: $input) {
        seller { payoutReference }
        errors { field message code }
      }
    }
"""
INITIALIZE = """
    mutation Initialize(
      $id: ID!, $amount: PositiveDecimal, $gateway: PaymentGatewayToInitialize!
    ) {
      transactionInitialize(id: $id, amount: $amount, paymentGateway: $gateway) {
        transaction { id pspReference }
        transactionEvent { type message }
        data
        errors { field message code }
      }
    }
"""
PROCESS = """
    mutation Process($id: ID!) {
      transactionProcess(id: $id) {
        transactionEvent { type message }
        errors { field message code }
      }
    }
"""
COMPLETE = """
    mutation Complete($id: ID!) {
      checkoutComplete(id: $id) {
        orderGroup { id orders { id number seller { slug } } }
        errors { field message code }
      }
    }
"""
REQUEST = """
    mutation Request($id: ID!, $action: TransactionActionEnum!, $amount: PositiveDecimal) {
      transactionRequestAction(id: $id, actionType: $action, amount: $amount) {
        errors { field message code }
      }
    }
"""
GROUP_CHARGE = """
    mutation Charge($id: ID!, $amount: PositiveDecimal) {
      orderGroupCharge(id: $id, amount: $amount) {
        results { errors { field message code } }
        errors { field message code }
      }
    }
"""
LINES_UPDATE = """
    mutation Update($id: ID!, $lines: [CheckoutLineUpdateInput!]!) {
      checkoutLinesUpdate(id: $id, lines: $lines) { errors { field message code } }
    }
"""
SHARES = """
    query Shares($id: ID!) {
      transaction(id: $id) {
        orderGroup { id }
        shares {
          order { id number }
          seller { slug }
          transaction { id }
          authorizedAmount { amount }
          chargedAmount { amount }
        }
      }
    }
"""


class Run:
    """A payment app with its provider, and a purchase that is paid with it.

    `received`: the webhooks of Saleor that the app has got, in order. `gates`: by
    event, webhooks of which the app does not handle while the gate is closed.
    """

    def __init__(self, saleor, api, app, provider, shop_token):
        self.saleor, self.api, self.app, self.provider = saleor, api, app, provider
        self.shop_token = shop_token
        self.received = []
        self.answers = []
        self.failures = []
        self.working = 0
        self.held = 0
        self.gates = {}
        self._lock = threading.Lock()
        self.server = make_server(self.handle)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def handle(self, event, payload):
        with self._lock:
            self.received.append((event, payload))
        if event in self.gates:
            with self._lock:
                self.held += 1
            self.gates[event].wait(WAIT_SECONDS)
            with self._lock:
                self.held -= 1
        with self._lock:
            self.working += 1
        try:
            answer = self.app.handle(event, payload)
            self.answers.append((event, answer))
            return answer
        except Exception as error:
            self.failures.append((event, error))
            raise
        finally:
            with self._lock:
                self.working -= 1

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.provider.stop()

    def count(self, event):
        return len([name for name, _ in self.received if name == event])

    def last(self, event):
        return [payload for name, payload in self.received if name == event][-1]

    def last_answer(self, event):
        return [answer for name, answer in self.answers if name == event][-1]

    # What the customer does

    def initialize(self, checkout, data=None, amount=None):
        answer = self.saleor.post(
            INITIALIZE,
            id=to_id(checkout),
            amount=amount,
            gateway={"id": IDENTIFIER, "data": data},
        )["transactionInitialize"]
        assert not answer["errors"], answer
        self.transaction_id = answer["transaction"]["id"]
        return answer["transactionEvent"]

    def process(self):
        answer = self.saleor.post(PROCESS, id=self.transaction_id)["transactionProcess"]
        assert not answer["errors"], answer
        return answer["transactionEvent"]

    def complete(self, checkout, asked=0):
        with self.settling(asked):
            answer = self.saleor.post(COMPLETE, id=to_id(checkout))["checkoutComplete"]
        assert not answer["errors"], answer
        self.group_id = answer["orderGroup"]["id"]
        self.orders = {
            get_slug(order): order for order in answer["orderGroup"]["orders"]
        }

    # What staff do

    def request(self, seller, action, amount=None, asked=1):
        share = self.get_share_id(seller)
        with self.settling(asked):
            answer = self.saleor.post(
                REQUEST, self.shop_token, id=share, action=action, amount=amount
            )["transactionRequestAction"]
            assert not answer["errors"], answer

    def charge_group(self, amount=None):
        with self.settling(asked=1):
            answer = self.saleor.post(
                GROUP_CHARGE, self.shop_token, id=self.group_id, amount=amount
            )["orderGroupCharge"]
            assert not answer["errors"], answer

    @contextmanager
    def settling(self, asked=0):
        """Wait until the block has let the app ask the provider so often, and all idle."""
        expected = len(self.provider.asked) + asked
        yield
        until(
            lambda: len(self.provider.asked) >= expected,
            WAIT_SECONDS,
            lambda: (expected, self.provider.asked, self.failures),
        )
        for _ in range(2):
            self.saleor.wait_until_idle(lambda: self.held)
            until(lambda: not self.working, WAIT_SECONDS, lambda: self.received)

    # What the provider does

    def deliver(self, payload, asked=0):
        """Deliver a webhook of the provider, twice."""
        with self.settling(asked):
            for _ in range(2):
                post(f"{self.url}/provider", payload)

    def report(self, transaction_id, amount, reference, asked):
        """Report a refund, as the app."""
        with self.settling(asked):
            amount = Decimal(amount)
            self.api.report(transaction_id, "REFUND_SUCCESS", amount, reference)

    # What the API shows

    def get_shares(self):
        data = self.saleor.post(SHARES, self.api.token, id=self.transaction_id)
        return data["transaction"]["shares"]

    def get_share_id(self, seller):
        [share_id] = [
            each["transaction"]["id"]
            for each in self.get_shares()
            if get_slug(each) == seller
        ]
        return share_id

    def get_references(self):
        return {
            event["pspReference"]
            for event in self.get_events()
            if event["type"] == "REFUND_SUCCESS" and event["shares"]
        }

    def get_events(self):
        return self.api.read(self.transaction_id)["events"]

    def get_balances(self):
        """Return what get_balances says, by seller, in minor units."""
        balances = get_balances(self.get_events())
        return {
            seller: int(balances.get(order["id"], 0) * 100)
            for seller, order in self.orders.items()
        }

    def deliver_all_again(self):
        """Let all signals come again, the latest first."""
        with self.settling():
            for event, payload in reversed(list(self.received)):
                if event == "transaction_shares_updated":
                    self.handle(event, payload)


def get_slug(owner):
    return owner["seller"]["slug"] if owner["seller"] else "shop"


def to_id(checkout):
    return Node.to_global_id("Checkout", checkout.pk)


@pytest.fixture
def shop_token(
    permission_manage_payments,
    permission_manage_orders,
    permission_manage_products,
    saleor,
):
    """Return the token of an app that does what staff do."""
    app = App.objects.create(name="Shop", is_active=True)
    app.permissions.add(
        permission_manage_payments, permission_manage_orders, permission_manage_products
    )
    return app.tokens.create(name="test")[1]


@pytest.fixture
def run(
    saleor,
    shop_token,
    permission_manage_payments,
    permission_manage_products,
    get_seller,
    tmp_path,
):
    """Return a function that starts an example with its provider."""
    for slug, (account, percent, fixed) in TERMS.items():
        metadata = {"commission_percent": percent, "commission_fixed": fixed}
        answer = saleor.post(
            SELLER_UPDATE,
            shop_token,
            id=Node.to_global_id("Seller", get_seller(slug).pk),
            input={
                "payoutReference": account,
                "privateMetadata": [
                    {"key": key, "value": value} for key, value in metadata.items()
                ],
            },
        )["sellerUpdate"]
        assert not answer["errors"], answer
    started = []

    def _start(provider, module, make_app):
        row = App.objects.create(name="App", identifier=IDENTIFIER, is_active=True)
        row.permissions.add(permission_manage_payments, permission_manage_products)
        _, token = row.tokens.create(name="test")
        api = SaleorApi(saleor.url, token)
        provider.start()
        app = make_app(api, provider.url, str(tmp_path / "store.sqlite"))
        started.append(Run(saleor, api, app, provider, shop_token))
        webhook = row.webhooks.create(
            name="Payments",
            target_url=f"{started[-1].url}/",
            subscription_query=module.SUBSCRIPTION,
        )
        for event in module.EVENTS:
            webhook.events.create(event_type=event)
        return started[-1]

    yield _start
    saleor.wait_until_idle()
    for each in started:
        each.stop()
        assert each.failures == []
        assert each.provider.refusals == []


@pytest.fixture
def stripe_run(run):
    return run(
        FakeStripe(),
        stripe_connect,
        lambda api, url, path: StripeConnect(api, Stripe(url, "sk"), path),
    )


@pytest.fixture
def adyen_run(run):
    return run(
        FakeAdyen(),
        adyen_platforms,
        lambda api, url, path: AdyenPlatforms(api, Adyen(url, "key", "Market"), path),
    )


@pytest.fixture
def paypal_run(run):
    return run(
        FakePayPal(),
        paypal,
        lambda api, url, path: PayPalApp(api, PayPal(url, "token")),
    )


GIFT_CARDS = """
    query Orders($id: ID!) {
      orderGroup(id: $id) {
        orders {
          seller { slug }
          subtotal { gross { amount } }
          shippingPrice { gross { amount } }
          total { gross { amount } }
        }
      }
    }
"""


class Page(DocumentedRun):
    """The blocks of one provider."""

    def __init__(self, run, prefix):
        super().__init__(PAGE, f"{prefix}: ")
        self.run = run
        self.shares = 0
        self.seen = 0

    def name_purchase(self):
        self.name(self.run.transaction_id, "<the payment>")
        for share in self.run.get_shares():
            seller = share["seller"]["slug"]
            self.name(share["transaction"]["id"], f"<share of {seller}>")
            self.name(share["order"]["id"], f"<order of {seller}>")
            number = share["order"]["number"]
            self.name(f'"number": "{number}"', f'"number": "<{seller}\'s>"')

    def show_rows(self, name, types):
        """Show the shares of the events that have one of the types."""
        rows = [("event", "pspReference", "seller", "amount", "share")]
        for event in self.run.get_events():
            for share in event["shares"]:
                if event["type"] in types:
                    if not self.has_name(share["id"]):
                        self.shares += 1
                        self.name(share["id"], f"<share {self.shares}>")
                    amount = share["amount"]["amount"]
                    rows.append(
                        (
                            event["type"],
                            event["pspReference"],
                            share["seller"]["slug"],
                            f"{amount:.2f}",
                            share["id"],
                        )
                    )
        self.show_table(name, rows)

    def show_asked(self, name, *fields):
        """Show what the provider was asked for since the last time."""
        rows = [("request", *fields, "Idempotency-Key")]
        for asked in self.run.provider.asked[self.seen :]:
            values = [asked.body.get(each, "") for each in fields]
            rows.append((f"{asked.method} {asked.path}", *values, asked.key or ""))
        self.seen = len(self.run.provider.asked)
        self.show_table(name, rows)

    def show_splits(self, name):
        """Show the splits of the last request."""
        asked = self.run.provider.asked[-1]
        body = asked.body
        self.name(body["reference"], f"<reference {len(self.run.provider.asked)}>")
        self.show(name, {"amount": body["amount"], "splits": body["splits"]})

    def show_balances(self, paid, commissions):
        rows = [("seller", "get_balances", "paid to the seller", "commission")]
        for seller, balance in self.run.get_balances().items():
            amounts = (balance, paid[TERMS[seller][0]], commissions[seller])
            rows.append((seller, *(f"{each / 100:.2f}" for each in amounts)))
        self.show_table("balances", rows)


def assert_paid(run, paid, platform, commissions):
    """Check that sellers and shop have what the balances say, to the cent.

    :param commissions: what the shop must have, by the seller, in minor units.
    """

    def has_been_paid():
        return {
            seller: paid[TERMS[seller][0]] + commission
            for seller, commission in commissions.items()
        }

    until(
        lambda: run.get_balances() == has_been_paid(),
        WAIT_SECONDS,
        lambda: (run.get_balances(), has_been_paid()),
    )
    assert platform == sum(commissions.values())


def test_stripe_pays_three_sellers(stripe_run, make_cart):
    # given
    run, stripe, page = stripe_run, stripe_run.provider, Page(stripe_run, "stripe")
    checkout = make_cart(THREE, user=None)

    # when: charged and completed
    run.initialize(checkout, {"paymentMethod": "pm_card_visa"})
    run.complete(checkout, asked=3)
    page.name_purchase()
    page.show_rows("charged", ["CHARGE_SUCCESS"])
    page.seen = 1
    fields = ("amount", "destination", "source_transaction")
    page.show_asked("transfers", *fields)
    assert stripe.accounts == {
        "acct_alpha": 5640,
        "acct_beta": 2756,
        "acct_gamma": 867,
    }

    # and a refund of one order
    run.request("alpha", "REFUND", "11.11", asked=2)
    page.show("refund, received", run.last("transaction_refund_requested"))
    page.show_rows("refunded", ["REFUND_SUCCESS"])
    page.show_asked("refund, requests", "amount", "charge")
    assert stripe.accounts["acct_alpha"] == 5640 - 995

    # and a refund on Stripe's own site, while the app has not answered another one
    is_answered = run.gates["transaction_refund_requested"] = threading.Event()
    run.request("alpha", "REFUND", "10.00", asked=0)
    until(
        lambda: run.count("transaction_refund_requested") == 2,
        WAIT_SECONDS,
        lambda: run.received,
    )
    by_hand = stripe.refund("ch_1", 1000)["id"]
    run.report(run.transaction_id, "10.00", by_hand, asked=1)
    page.show_rows("refunded by hand", ["REFUND_SUCCESS"])
    page.show_asked("refunded by hand, requests", "amount")
    # The signals come when the answer has been divided, so that the app reads it once.
    may_read = run.gates["transaction_shares_updated"] = threading.Event()
    is_answered.set()
    until(lambda: "re_3" in run.get_references(), WAIT_SECONDS, run.get_references)
    with run.settling(asked=5):
        may_read.set()
    page.show_rows("corrected", ["REFUND_SUCCESS"])
    page.show_asked("corrected, requests", "amount", "destination")

    # and a dispute
    dispute = stripe.dispute("ch_1", 2000)
    page.show("dispute, event", dispute)
    run.deliver(dispute, asked=3)
    page.show_rows("disputed", ["CHARGE_BACK"])
    page.show_asked("dispute, requests", "amount")

    # then
    asked = len(stripe.asked)
    run.deliver_all_again()
    run.deliver(dispute)
    assert len(stripe.asked) == asked
    of_alpha = run.api.read(run.get_share_id("alpha"))["events"]
    assert get_ids(of_alpha) < get_ids(run.get_events())
    commissions = {"alpha": 282, "beta": 253, "gamma": 118}
    assert_paid(run, stripe.accounts, stripe.platform, commissions)
    page.show_balances(stripe.accounts, commissions)
    page.compare()


def test_stripe_pays_one_seller(stripe_run, make_cart):
    # given
    run, stripe = stripe_run, stripe_run.provider
    checkout = make_cart(ONE, user=None)

    # when
    run.initialize(checkout, {"paymentMethod": "pm_card_visa"})
    run.complete(checkout, asked=1)
    run.request("alpha", "REFUND", "11.11", asked=2)
    run.deliver(stripe.dispute("ch_1", 2000), asked=1)
    run.deliver_all_again()

    # then: the order of 105.00 keeps 73.89, and 10.80 of commission in proportion
    assert run.get_balances() == {"alpha": 7389}
    assert_paid(run, stripe.accounts, stripe.platform, {"alpha": 760})
    assert [asked.path for asked in stripe.asked] == [
        "/v1/payment_intents",
        "/v1/transfers",
        "/v1/refunds",
        "/v1/transfers/tr_1/reversals",
        "/v1/transfers/tr_1/reversals",
    ]


def test_seller_without_an_account_is_paid_later(stripe_run, make_cart, get_seller):
    # given
    run, stripe = stripe_run, stripe_run.provider
    beta = get_seller("beta")
    beta.payout_reference = None
    beta.save()
    checkout = make_cart([*THREE, (None, "20.00")], user=None)

    # when
    run.initialize(checkout, {"paymentMethod": "pm_card_visa"})
    run.complete(checkout, asked=2)

    # then: nobody gets what the shop has sold itself
    assert stripe.accounts.keys() == {"acct_alpha", "acct_gamma"}

    # when
    beta.payout_reference = "acct_beta"
    beta.save()
    run.deliver_all_again()

    # then
    balances = run.get_balances()
    assert stripe.accounts["acct_beta"] == balances["beta"] - round(
        balances["beta"] * 0.125
    )
    assert len(stripe.transfers) == 3


def test_gift_card_is_no_movement_of_a_payment(stripe_run, make_cart, gift_card):
    # given: the card has 10.00
    run, page = stripe_run, Page(stripe_run, "gift card")
    checkout = make_cart(THREE, user=None, gift_cards=[gift_card])

    # when
    run.initialize(checkout, {"paymentMethod": "pm_card_visa"}, amount="95.00")
    run.complete(checkout, asked=3)

    # then
    balances = run.get_balances()
    data = run.saleor.post(GIFT_CARDS, run.shop_token, id=run.group_id)
    rows = [("seller", "subtotal", "shippingPrice", "total", "gift cards", "shares")]
    given = Decimal(0)
    for order in data["orderGroup"]["orders"]:
        subtotal, shipping, total = (
            Decimal(str(order[name]["gross"]["amount"]))
            for name in ("subtotal", "shippingPrice", "total")
        )
        by_cards = subtotal + shipping - total
        given += by_cards
        share = Decimal(balances[get_slug(order)]) / 100
        assert share == total
        amounts = (subtotal, shipping, total, by_cards, share)
        rows.append((get_slug(order), *(f"{each:.2f}" for each in amounts)))
    assert given == 10
    page.show_table("orders", rows)
    page.compare()


def test_adyen_pays_three_sellers(adyen_run, make_cart, channel_USD):
    # given
    use_authorization(channel_USD)
    run, adyen, page = adyen_run, adyen_run.provider, Page(adyen_run, "adyen")
    checkout = make_cart(THREE, user=None)

    # when: authorized
    run.initialize(checkout, {"paymentMethod": {"type": "scheme"}})
    page.name(run.transaction_id, "<the payment>")
    payload = run.last("transaction_initialize_session")
    page.show("authorization, received", payload["session"])
    page.show_splits("authorization, splits")

    # and completed with another cart of the same total
    change_cart(run, checkout)
    run.complete(checkout)
    page.name_purchase()
    rows = [("seller", "authorized")]
    for share in run.get_shares():
        amount = share["authorizedAmount"]["amount"]
        rows.append((share["seller"]["slug"], f"{amount:.2f}"))
    page.show_table("authorized", rows)

    # and captured: one order, then a part of the rest
    run.request("alpha", "CHARGE")
    page.show("first capture, received", run.last("transaction_charge_requested"))
    page.show_splits("first capture, splits")
    run.charge_group("30.00")
    page.show("second capture, received", run.last("transaction_charge_requested"))
    page.show_splits("second capture, splits")
    assert set(run.get_balances().values()) == {0}
    # and Adyen tells of the second first, and of each twice
    first, second = adyen.notifications
    page.show("first capture, notification", first)
    for notification in (second, first):
        run.deliver(notification)
    page.show_rows("captured", ["CHARGE_SUCCESS"])

    # and refunded
    run.request("alpha", "REFUND", "11.11")
    page.show_splits("refund, splits")
    run.deliver(adyen.notifications[2])
    for notification in adyen.notifications:
        run.deliver(notification)

    # then
    commissions = {"alpha": 544, "beta": 188, "gamma": 250}
    assert_paid(run, adyen.accounts, adyen.platform, commissions)
    page.show_balances(adyen.accounts, commissions)
    page.compare()


def test_adyen_pays_one_seller(adyen_run, make_cart, channel_USD):
    # given
    use_authorization(channel_USD)
    run, adyen = adyen_run, adyen_run.provider
    checkout = make_cart(ONE, user=None)
    run.initialize(checkout, {"paymentMethod": {"type": "scheme"}})
    run.complete(checkout)

    # when: the first capture fails
    adyen.is_failing = True
    run.request("alpha", "CHARGE", "50.00")
    run.deliver(adyen.notifications[0])
    assert run.get_balances() == {"alpha": 0}
    run.request("alpha", "CHARGE", "50.00")
    run.charge_group()
    for notification in reversed(adyen.notifications[1:]):
        run.deliver(notification)
    run.request("alpha", "REFUND", "11.11")
    run.deliver(adyen.notifications[3])

    # then: 10.80 of commission, of which 1.14 was given back
    assert run.get_balances() == {"alpha": 10500 - 1111}
    assert_paid(run, adyen.accounts, adyen.platform, {"alpha": 966})


def test_paypal_pays_three_sellers(paypal_run, make_cart):
    # given
    run, provider, page = paypal_run, paypal_run.provider, Page(paypal_run, "paypal")
    checkout = make_cart(THREE, user=None)

    # when: the customer approves, and the app captures
    event = run.initialize(checkout)
    assert event["type"] == "CHARGE_ACTION_REQUIRED"
    page.name(run.transaction_id, "<the payment>")
    page.show("units", provider.asked[0].body["purchase_units"])
    provider.approve("ORDER1")
    assert run.process()["type"] == "CHARGE_SUCCESS"
    page.show("captured", run.last_answer("transaction_process_session"))
    run.complete(checkout)
    page.name_purchase()
    page.show_rows("charged", ["CHARGE_SUCCESS"])
    # and PayPal tells of it late
    run.deliver(provider.get_event("ORDER1"))

    # and a refund
    run.request("alpha", "REFUND", "11.11")
    page.show("refund, received", run.last("transaction_refund_requested"))
    page.show("refund, request", provider.asked[-1].body)
    run.deliver(provider.get_event("ORDER1"))

    # then
    paid = {name: int(each * 100) for name, each in provider.accounts.items()}
    commissions = {"alpha": 544, "beta": 394, "gamma": 183}
    assert_paid(run, paid, provider.platform * 100, commissions)
    page.show_balances(paid, commissions)
    page.compare()


def test_paypal_pays_one_seller(paypal_run, make_cart):
    # given
    run, provider = paypal_run, paypal_run.provider
    checkout = make_cart(ONE, user=None)

    # when: the app's answer to the capture is lost, and PayPal tells of it
    run.initialize(checkout)
    provider.approve("ORDER1")
    run.app.paypal.send("POST", "checkout/orders/ORDER1/capture", {}, "ORDER1")
    run.deliver(provider.get_event("ORDER1"))
    run.complete(checkout)
    for _ in range(3):
        run.request("alpha", "REFUND", "11.11")

    # then
    paid = {name: int(each * 100) for name, each in provider.accounts.items()}
    assert run.get_balances() == {"alpha": 10500 - 3333}
    assert_paid(run, paid, provider.platform * 100, {"alpha": 737})


def test_paypal_charges_nothing_for_a_changed_cart(paypal_run, make_cart):
    # given
    run, provider = paypal_run, paypal_run.provider
    checkout = make_cart(THREE, user=None)
    run.initialize(checkout)
    provider.approve("ORDER1")

    # when
    change_cart(run, checkout)
    event = run.process()

    # then
    assert event["type"] == "CHARGE_FAILURE"
    assert event["message"] == "The cart has changed. Please pay again."
    assert not provider.accounts


def test_paypal_takes_no_more_than_ten_sellers(paypal_run, make_cart, get_seller):
    # given
    run, provider = paypal_run, paypal_run.provider
    slugs = [f"seller-{number}" for number in range(11)]
    checkout = make_cart([(slug, "10.00") for slug in slugs], user=None)

    # when
    event = run.initialize(checkout)

    # then
    assert event["type"] == "CHARGE_FAILURE"
    assert event["message"] == "PayPal pays at most 10 sellers at once."
    assert not provider.asked


def get_ids(events):
    return {share["id"] for event in events for share in event["shares"]}


def use_authorization(channel):
    channel.default_transaction_flow_strategy = TransactionFlowStrategy.AUTHORIZATION
    channel.save()


def change_cart(run, checkout):
    """Take one of beta's goods out, and another one of gamma's in."""
    _, beta, gamma = checkout.lines.order_by("created_at", "pk")
    lines = [
        {
            "variantId": Node.to_global_id("ProductVariant", line.variant_id),
            "quantity": 2,
        }
        for line in (beta, gamma)
    ]
    answer = run.saleor.post(LINES_UPDATE, id=to_id(checkout), lines=lines)
    assert not answer["checkoutLinesUpdate"]["errors"], answer
