"""What the customer and staff are told of a purchase, as a mail plugin gets it."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pybars
import pytest
from django.core.management import call_command
from graphene import Node
from saleor.account.models import StaffNotificationRecipient
from saleor.core.models import EventDelivery
from saleor.core.notify import NotifyEventType
from saleor.core.utils.json_serializer import CustomJsonEncoder
from saleor.order.models import Order
from saleor.payment import ChargeStatus
from saleor.payment.models import Payment

from saleor_order_groups.checks import check_configuration
from saleor_order_groups.models import OrderGroup
from tests.helpers.dummy_gateway import get_dummy_gateway
from tests.helpers.mailbox import MailboxPlugin
from tests.helpers.plugin_paths import WEBHOOK_PLUGIN_PATH

CART = [(None, "10.00"), ("beta", "40.00"), ("alpha", "30.00", 2)]
DOCS = Path(__file__).parents[2] / "docs"
GROUP = "order_group_confirmation"


@pytest.fixture
def mailbox(order_groups_plugin, settings, staff_user):
    """Return what is sent from now on, as (event, payload) pairs."""
    StaffNotificationRecipient.objects.create(user=staff_user)
    settings.PLUGINS = [*settings.PLUGINS, "tests.helpers.mailbox.MailboxPlugin"]
    MailboxPlugin.received = []
    yield MailboxPlugin.received
    MailboxPlugin.received = []


@pytest.fixture
def confirm_groups(order_groups_plugin, channel_USD):
    order_groups_plugin(channel_USD, confirmation="GROUP")


def get_events(mailbox):
    return [event for event, _ in mailbox]


def get_group_payload(mailbox):
    [payload] = [payload for event, payload in mailbox if event == GROUP]
    return payload


def test_each_order_is_confirmed_by_default(mailbox, make_cart, pay, complete):
    # given
    checkout = make_cart(CART)
    pay(checkout)

    # when
    complete(checkout)

    # then
    assert (
        get_events(mailbox)
        == [
            NotifyEventType.ORDER_CONFIRMATION,
            NotifyEventType.STAFF_ORDER_CONFIRMATION,
        ]
        * 3
    )


def test_the_group_is_confirmed_once(
    mailbox, confirm_groups, make_cart, pay, complete, customer_user, site_settings
):
    # given
    checkout = make_cart(CART, redirect_url="https://shop.example/order")
    pay(checkout)

    # when
    assert complete(checkout)["errors"] == []

    # then
    assert get_events(mailbox) == [NotifyEventType.STAFF_ORDER_CONFIRMATION] * 3 + [
        GROUP
    ]
    payload = get_group_payload(mailbox)
    group = OrderGroup.objects.get()
    shop, alpha, beta = Order.objects.order_by("number")
    assert payload["recipient_email"] == customer_user.email
    assert payload["site_name"] == site_settings.site.name
    shown = payload["order_group"]
    orders = shown.pop("orders")
    address = shown.pop("shipping_address")
    assert shown.pop("billing_address")["city"] == "WROCŁAW"
    assert (address["city"], address["country"]) == ("WROCŁAW", "PL")
    assert shown == {
        "id": Node.to_global_id("OrderGroup", group.pk),
        "number": str(group.number),
        "created": str(group.created_at),
        "channel_slug": "main",
        "language_code": "en",
        "email": customer_user.email,
        "currency": "USD",
        "display_gross_prices": True,
        "subtotal_net_amount": Decimal("110.00"),
        "subtotal_gross_amount": Decimal("110.00"),
        "shipping_price_net_amount": Decimal("5.00"),
        "shipping_price_gross_amount": Decimal("5.00"),
        "placed_total_net_amount": Decimal("115.00"),
        "placed_total_gross_amount": Decimal("115.00"),
        "placed_total_tax_amount": Decimal("0.00"),
    }
    assert [
        (
            order["id"],
            order["number"],
            order["seller"] and order["seller"]["name"],
            order["total_gross_amount"],
            [(line["product_name"], line["quantity"]) for line in order["lines"]],
            order["order_details_url"],
        )
        for order in orders
    ] == [
        (
            Node.to_global_id("Order", order.pk),
            order.number,
            seller,
            order.total_gross_amount,
            [(order.lines.get().product_name, quantity)],
            f"https://shop.example/order?token={order.pk}",
        )
        for order, seller, quantity in (
            (shop, None, 1),
            (alpha, "Alpha", 2),
            (beta, "Beta", 1),
        )
    ]
    assert sum(order["total_gross_amount"] for order in orders) == Decimal("115.00")

    # when: it is completed again
    complete(checkout)

    # then
    assert len(mailbox) == 4


def test_one_order_is_confirmed_as_its_group(
    mailbox, confirm_groups, make_cart, pay, complete
):
    # given
    checkout = make_cart([("alpha", "10.00")])
    pay(checkout)

    # when
    complete(checkout)
    complete(checkout)

    # then
    assert get_events(mailbox) == [NotifyEventType.STAFF_ORDER_CONFIRMATION, GROUP]
    [order] = get_group_payload(mailbox)["order_group"]["orders"]
    assert order["seller"]["slug"] == "alpha"


@pytest.mark.parametrize(
    ("_case", "options"),
    [
        ("no group", {"group-single-seller": False, "confirmation": "GROUP"}),
        ("inactive", {"active": False, "confirmation": "GROUP"}),
    ],
)
def test_an_order_without_a_group_is_confirmed_by_saleor(
    _case, options, mailbox, make_cart, pay, complete, order_groups_plugin, channel_USD
):
    # given
    checkout = make_cart([("alpha", "10.00")])
    pay(checkout)
    order_groups_plugin(channel_USD, **options)

    # when
    complete(checkout)

    # then
    assert get_events(mailbox) == [
        NotifyEventType.ORDER_CONFIRMATION,
        NotifyEventType.STAFF_ORDER_CONFIRMATION,
    ]


def test_payments_are_confirmed_for_each_order_all_the_same(
    mailbox, confirm_groups, make_cart, pay, complete
):
    # given
    checkout = make_cart(CART)
    pay(checkout, charged_value=Decimal("115.00"))

    # when
    complete(checkout)

    # then
    events = get_events(mailbox)
    assert events.count(NotifyEventType.ORDER_PAYMENT_CONFIRMATION) == 3
    assert events.count(NotifyEventType.ORDER_CONFIRMATION) == 0
    assert events.count(GROUP) == 1


@pytest.mark.parametrize(
    ("_case", "lines", "orders"), [("several", CART, 3), ("one", CART[1:2], 1)]
)
def test_purchases_that_a_legacy_payment_paid_for_are_confirmed_alike(
    _case,
    lines,
    orders,
    mailbox,
    confirm_groups,
    make_cart,
    get_total,
    complete,
    settings,
):
    # given
    settings.PLUGINS = [
        get_dummy_gateway(),
        *settings.PLUGINS,
    ]
    checkout = make_cart(lines)
    Payment.objects.create(
        gateway="mirumee.payments.dummy",
        checkout=checkout,
        is_active=True,
        total=get_total(checkout).gross.amount,
        currency="USD",
        token=ChargeStatus.FULLY_CHARGED,
    )

    # when
    assert complete(checkout)["errors"] == []
    complete(checkout)

    # then
    events = get_events(mailbox)
    assert events.count(GROUP) == 1
    assert events.count(NotifyEventType.STAFF_ORDER_CONFIRMATION) == orders
    assert events.count(NotifyEventType.ORDER_CONFIRMATION) == 0
    assert len(get_group_payload(mailbox)["order_group"]["orders"]) == orders


def test_a_guest_is_told_by_the_checkouts_email(
    mailbox, confirm_groups, make_cart, pay, complete, api_client
):
    # given
    checkout = make_cart(CART, user=None)
    pay(checkout)

    # when
    complete(checkout, api_client)

    # then
    payload = get_group_payload(mailbox)
    assert payload["recipient_email"] == "guest@example.com"
    assert payload["order_group"]["email"] == "guest@example.com"


def test_a_completion_that_fails_confirms_nothing(
    mailbox, confirm_groups, make_cart, pay, complete
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    [*_, line] = checkout.lines.all()
    line.variant.stocks.update(quantity=0)

    # when
    data = complete(checkout)

    # then
    assert data["errors"] != []
    assert mailbox == []


def test_an_app_gets_the_confirmation(
    order_groups_plugin_with_webhooks,
    confirm_groups,
    make_cart,
    pay,
    complete,
    app,
    permission_manage_orders,
    permission_manage_users,
):
    # given
    app.permissions.add(permission_manage_orders, permission_manage_users)
    webhook = app.webhooks.create(name="mail", target_url="http://127.0.0.1:1/")
    webhook.events.create(event_type="notify_user")
    checkout = make_cart(CART)
    pay(checkout)

    # when
    complete(checkout)

    # then
    [delivery] = EventDelivery.objects.filter(event_type="notify_user")
    data = json.loads(delivery.payload.get_payload())
    assert data["notify_event"] == GROUP
    sellers = [order["seller"] for order in data["payload"]["order_group"]["orders"]]
    assert [seller and seller["slug"] for seller in sellers] == [None, "alpha", "beta"]
    assert data["payload"]["order_group"]["placed_total_gross_amount"] == "115.00"


def read_block(name):
    """Return the first code block after the line of docs/confirmation.md with the name."""
    text = (DOCS / "confirmation.md").read_text()
    _, _, rest = text.partition(name)
    return rest.split("```")[1].partition("\n")[2]


def test_the_documented_template_renders_the_documented_mail(
    mailbox, confirm_groups, make_cart, pay, complete
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    complete(checkout)
    payload = json.loads(json.dumps(get_group_payload(mailbox), cls=CustomJsonEncoder))
    template = read_block("The template")

    # when
    mail = str(pybars.Compiler().compile(template)(payload))

    # then: numbers are the database's
    group = OrderGroup.objects.get()
    numbers = Order.objects.order_by("number").values_list("number", flat=True)
    expected = read_block("What it renders").replace("#12\n", f"#{group.number}\n", 1)
    for documented, number in zip((31, 32, 33), numbers, strict=True):
        expected = expected.replace(f"Order {documented},", f"Order {number},")
    assert mail == expected


def find_warnings():
    return [
        warning for warning in check_configuration(None) if warning.id[-4:] == "W002"
    ]


def test_check_warns_where_nothing_sends_the_confirmation(
    confirm_groups, order_groups_plugin, channel_USD, settings
):
    # given: Saleor's mail plugins know Saleor's events only
    settings.PLUGINS = [
        *settings.PLUGINS,
        "saleor.plugins.user_email.plugin.UserEmailPlugin",
        WEBHOOK_PLUGIN_PATH,
    ]

    # when
    [warning] = find_warnings()

    # then
    assert warning.msg == (
        "Customers get no confirmation of their purchases in channel"
        f" {channel_USD.slug}: its confirmation is GROUP, and nothing sends"
        " order_group_confirmation."
    )
    stderr = StringIO()
    call_command("check", stderr=stderr)
    assert "(saleor_order_groups.W002) Customers get no" in stderr.getvalue()

    # when: each order is confirmed
    order_groups_plugin(channel_USD)

    # then
    assert find_warnings() == []

    # when: the plugin is not active
    order_groups_plugin(channel_USD, active=False, confirmation="GROUP")

    # then
    assert find_warnings() == []


def test_check_passes_where_a_plugin_of_the_shops_is_notified(mailbox, confirm_groups):
    assert find_warnings() == []


@pytest.mark.parametrize(
    ("_case", "event", "count"),
    [("notify", "notify_user", 0), ("any", "any_events", 0), ("else", "order_paid", 1)],
)
def test_check_looks_for_webhooks_of_notify_user(
    _case,
    event,
    count,
    order_groups_plugin_with_webhooks,
    confirm_groups,
    app,
    permission_manage_users,
):
    # given
    app.permissions.add(permission_manage_users)
    webhook = app.webhooks.create(name="mail", target_url="https://mail.example.com/")
    webhook.events.create(event_type=event)

    # then
    assert len(find_warnings()) == count

    # when
    app.is_active = False
    app.save()

    # then
    assert len(find_warnings()) == 1
