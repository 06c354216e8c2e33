"""Every way into a completion ends in the same group and the same orders."""

import datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone
from graphene import Node
from saleor.account.models import User
from saleor.checkout import CheckoutAuthorizeStatus
from saleor.checkout.models import Checkout
from saleor.checkout.tasks import (
    automatic_checkout_completion_task,
    trigger_automatic_checkout_completion_task,
)
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderChargeStatus, OrderOrigin, OrderStatus
from saleor.order.models import Order
from saleor.payment import ChargeStatus, TransactionKind
from saleor.payment.models import Payment, Transaction

from saleor_order_groups.models import OrderGroup, SellerCustomer

CART = [("beta", "40.00"), ("alpha", "30.00", 2), (None, "5.00")]
# seller, lines, shipping, total: 5.00 of shipping over 5, 60 and 40
PLACED = [
    (None, [("SKU-2", 1)], Decimal("0.24"), Decimal("5.24")),
    ("alpha", [("SKU-1", 2)], Decimal("2.86"), Decimal("62.86")),
    ("beta", [("SKU-0", 1)], Decimal("1.90"), Decimal("41.90")),
]
EVENT_REPORT = """
    mutation Report($id: ID!, $amount: PositiveDecimal!) {
      transactionEventReport(
        id: $id, type: AUTHORIZATION_SUCCESS, amount: $amount, pspReference: "auth-1"
      ) {
        errors { field message code }
      }
    }
"""


@pytest.fixture
def confirming_gateway(settings):
    """Install a gateway that asks the customer's bank first; the value is its ID."""
    from tests.helpers.legacy_gateway import ConfirmingGateway

    settings.PLUGINS = [
        *settings.PLUGINS,
        f"{ConfirmingGateway.__module__}.{ConfirmingGateway.__name__}",
    ]
    return ConfirmingGateway.PLUGIN_ID


def get_placed():
    [group] = OrderGroup.objects.all()
    links = list(group.order_links.select_related("order", "seller"))
    assert [link.position for link in links] == list(range(len(links)))
    assert Order.objects.count() == len(links)
    numbers = [link.order.number for link in links]
    assert numbers == sorted(numbers)
    return [
        (
            link.seller and link.seller.slug,
            sorted(link.order.lines.values_list("product_sku", "quantity")),
            link.order.shipping_price_gross_amount,
            link.order.total_gross_amount,
        )
        for link in links
    ]


def get_orders():
    return list(Order.objects.order_by("number"))


@pytest.fixture
def complete_automatically(channel_USD):
    channel_USD.automatically_complete_fully_paid_checkouts = True
    channel_USD.automatic_completion_delay = 0
    channel_USD.save()


# ------------------------------------------------------------------ entries


def test_transactions(make_cart, pay, complete):
    # given
    checkout = make_cart(CART)
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert get_placed() == PLACED
    for order in get_orders():
        assert order.origin == OrderOrigin.CHECKOUT


def test_three_d_secure_completes_on_the_second_call(
    make_cart, get_total, complete, confirming_gateway
):
    # given
    checkout = make_cart(CART)
    payment = Payment.objects.create(
        gateway=confirming_gateway,
        checkout=checkout,
        is_active=True,
        total=get_total(checkout).gross.amount,
        currency="USD",
        token=ChargeStatus.FULLY_CHARGED,
    )

    # when
    first = complete(checkout)

    # then
    assert not first["errors"]
    assert first["confirmationNeeded"] is True
    assert first["order"] is None
    assert first["orderGroup"] is None
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    payment.refresh_from_db()
    assert payment.to_confirm
    assert payment.checkout_id == checkout.pk

    # when
    second = complete(checkout)
    again = complete(checkout)

    # then
    assert not second["errors"]
    assert second["confirmationNeeded"] is False
    assert again["orderGroup"] == second["orderGroup"]
    assert get_placed() == PLACED
    for order in get_orders():
        assert order.charge_status == OrderChargeStatus.FULL
        assert order.total_charged_amount == order.total_gross_amount
        part = order.payments.get()
        assert part.total == part.captured_amount == order.total_gross_amount
        assert not part.to_confirm
        attempts = part.transactions.order_by("action_required")
        assert list(attempts.values_list("kind", "action_required", "amount")) == [
            (TransactionKind.CAPTURE, False, order.total_gross_amount),
            (TransactionKind.CAPTURE, True, order.total_gross_amount),
        ]
    assert Transaction.objects.count() == 6


def test_three_d_secure_follows_goods_that_changed_hands(
    make_cart, get_total, complete, confirming_gateway, get_seller
):
    # given
    checkout = make_cart(CART)
    Payment.objects.create(
        gateway=confirming_gateway,
        checkout=checkout,
        is_active=True,
        total=get_total(checkout).gross.amount,
        currency="USD",
        token=ChargeStatus.FULLY_CHARGED,
    )
    assert complete(checkout)["confirmationNeeded"] is True
    owner = checkout.lines.get(variant__sku="SKU-0").variant.product.product_seller
    owner.seller = get_seller("gamma")
    owner.save()

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert [row[0] for row in get_placed()] == [None, "alpha", "gamma"]
    assert [row[3] for row in get_placed()] == [row[3] for row in PLACED]


def test_unpaid(make_cart, complete, channel_USD):
    # given
    checkout = make_cart(CART)
    channel_USD.allow_unpaid_orders = True
    channel_USD.automatically_confirm_all_new_orders = True
    channel_USD.save()

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert get_placed() == PLACED
    for order in get_orders():
        # as Saleor's own order without a payment
        assert order.status == OrderStatus.UNCONFIRMED
        assert order.charge_status == OrderChargeStatus.NONE


def test_unpaid_where_it_is_not_allowed(make_cart, complete):
    # given
    checkout = make_cart(CART)

    # when
    data = complete(checkout)

    # then
    [error] = data["errors"]
    assert error["code"] == "CHECKOUT_NOT_FULLY_PAID"
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()


def test_total_of_zero(make_cart, complete):
    # given
    checkout = make_cart([("beta", "0.00"), ("alpha", "0.00")], shipping="0.00")

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert get_placed() == [
        ("alpha", [("SKU-1", 1)], Decimal(0), Decimal(0)),
        ("beta", [("SKU-0", 1)], Decimal(0), Decimal(0)),
    ]
    assert OrderGroup.objects.get().placed_total_gross_amount == 0
    for order in get_orders():
        assert order.charge_status == OrderChargeStatus.FULL


@pytest.mark.parametrize("remove_case", [True, False])
def test_order_create_from_checkout(make_cart, pay, create_from_checkout, remove_case):
    # given
    checkout = make_cart(CART)
    storage = checkout.metadata_storage
    storage.metadata = {"kept": "1", "changed": "1"}
    storage.private_metadata = {"kept": "2", "changed": "2"}
    storage.save()
    pay(checkout)
    addresses = {checkout.shipping_address_id, checkout.billing_address_id}

    # when
    data = create_from_checkout(
        checkout,
        removeCheckout=remove_case,
        metadata=[{"key": "changed", "value": "3"}, {"key": "new", "value": "4"}],
        privateMetadata=[{"key": "changed", "value": "5"}],
    )

    # then
    assert not data["errors"]
    assert get_placed() == PLACED
    orders = get_orders()
    assert [order["id"] for order in data["orderGroup"]["orders"]] == [
        Node.to_global_id("Order", order.pk) for order in orders
    ]
    assert data["order"] == data["orderGroup"]["orders"][0]
    for order in orders:
        assert order.metadata == {"kept": "1", "changed": "3", "new": "4"}
        assert order.private_metadata == {"kept": "2", "changed": "5"}
        assert order.events.get(type="placed").app is not None
    assert Checkout.objects.exists() is not remove_case
    if not remove_case:
        checkout.refresh_from_db()
        kept = {checkout.shipping_address_id, checkout.billing_address_id}
        used = {order.shipping_address_id for order in orders} | {
            order.billing_address_id for order in orders
        }
        assert len(used) == 6
        assert addresses < used
        assert not kept & used
        assert checkout.lines.count() == 3


@pytest.mark.parametrize("remove_case", [True, False])
@pytest.mark.parametrize("cart", [CART, CART[:1]])
def test_order_create_from_checkout_repeated(
    make_cart, pay, complete, create_from_checkout, cart, remove_case
):
    # given
    checkout = make_cart(cart)
    pay(checkout)

    # when
    first = create_from_checkout(checkout, removeCheckout=remove_case)
    again = [
        create_from_checkout(checkout, removeCheckout=True),
        create_from_checkout(checkout, removeCheckout=False),
    ]
    by_customer = complete(checkout)

    # then
    assert not first["errors"]
    assert again == [first, first]
    assert by_customer["order"]["id"] == first["order"]["id"]
    assert by_customer["orderGroup"]["id"] == first["orderGroup"]["id"]
    assert Order.objects.count() == len(cart)
    assert OrderGroup.objects.count() == 1


def test_order_create_from_checkout_after_the_customer_completed(
    make_cart, pay, complete, create_from_checkout
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    completed = complete(checkout)

    # when
    data = create_from_checkout(checkout)

    # then
    assert not data["errors"]
    assert data["order"]["id"] == completed["order"]["id"]
    assert data["orderGroup"]["id"] == completed["orderGroup"]["id"]
    assert get_placed() == PLACED


def test_order_create_from_checkout_of_no_checkout(create_from_checkout):
    # given: a key that never was
    checkout = Checkout(token=uuid4())

    # when
    data = create_from_checkout(checkout)

    # then
    [error] = data["errors"]
    assert error["code"] == "CHECKOUT_NOT_FOUND"


def test_automatic_completion_of_the_channel(
    make_cart, pay, complete_automatically, django_capture_on_commit_callbacks
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    assert checkout.authorize_status == CheckoutAuthorizeStatus.FULL
    checkout.save()

    # when
    with django_capture_on_commit_callbacks(execute=True):
        trigger_automatic_checkout_completion_task()

    # then
    assert get_placed() == PLACED
    assert not Checkout.objects.exists()
    for order in get_orders():
        assert order.events.filter(type="placed_automatically_from_paid_checkout").get()
        assert not order.events.filter(type="placed").exists()


def test_automatic_completion_repeated(
    make_cart, pay, complete, django_capture_on_commit_callbacks
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    first = complete(checkout)

    # when
    with django_capture_on_commit_callbacks(execute=True):
        automatic_checkout_completion_task(checkout.pk)
        automatic_checkout_completion_task(checkout.pk)

    # then
    assert get_placed() == PLACED
    assert complete(checkout)["orderGroup"] == first["orderGroup"]


def test_automatic_completion_leaves_what_is_refused(
    make_cart, pay, get_seller, django_capture_on_commit_callbacks
):
    # given
    checkout = make_cart(CART)
    transaction = pay(checkout)
    seller = get_seller("beta")
    seller.is_active = False
    seller.save()

    # when
    with django_capture_on_commit_callbacks(execute=True):
        automatic_checkout_completion_task(checkout.pk)

    # then
    assert not Order.objects.exists()
    assert not OrderGroup.objects.exists()
    transaction.refresh_from_db()
    assert transaction.checkout_id == checkout.pk
    checkout.refresh_from_db()
    assert checkout.last_automatic_completion_attempt is not None


def test_event_that_fully_authorizes_leads_to_the_automatic_completion(
    make_cart,
    get_total,
    transaction_item_generator,
    complete_automatically,
    app_api_client,
    permission_manage_payments,
    django_capture_on_commit_callbacks,
):
    # given
    checkout = make_cart(CART)
    total = get_total(checkout).gross.amount
    transaction = transaction_item_generator(
        checkout_id=checkout.pk, app=app_api_client.app, psp_reference=None
    )
    app_api_client.app.permissions.add(permission_manage_payments)

    # when
    with django_capture_on_commit_callbacks(execute=True):
        trigger_automatic_checkout_completion_task()
    assert not Order.objects.exists()
    response = app_api_client.post_graphql(
        EVENT_REPORT,
        {
            "id": Node.to_global_id("TransactionItem", transaction.token),
            "amount": str(total),
        },
    )
    data = get_graphql_content(response)["data"]["transactionEventReport"]
    assert not data["errors"]
    with django_capture_on_commit_callbacks(execute=True):
        trigger_automatic_checkout_completion_task()

    # then
    assert get_placed() == PLACED
    for order in get_orders():
        share = order.payment_transactions.get()
        assert share.authorized_value == order.total_gross_amount
        assert order.total_authorized_amount == order.total_gross_amount


# ------------------------------------------------------------------ customers


def test_guest(make_cart, pay, complete, api_client):
    # given
    checkout = make_cart(CART, user=None)
    pay(checkout)

    # when
    data = complete(checkout, client=api_client)

    # then
    assert not data["errors"]
    assert get_placed() == PLACED
    group = OrderGroup.objects.get()
    assert (group.user, group.user_email) == (None, "guest@example.com")
    for order in get_orders():
        assert (order.user, order.user_email) == (None, "guest@example.com")
    assert not SellerCustomer.objects.exists()


def test_customer_is_counted_once_for_each_order(
    make_cart, pay, complete, customer_user
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    before = customer_user.number_of_orders

    # when
    complete(checkout)

    # then
    customer_user.refresh_from_db()
    assert customer_user.number_of_orders == before + 3
    assert {order.user for order in get_orders()} == {customer_user}


@pytest.mark.parametrize("active_case", [True, False])
def test_guest_email_of_an_account(
    make_cart, pay, create_from_checkout, customer_user, active_case
):
    # given
    customer_user.is_active = active_case
    customer_user.save()
    checkout = make_cart(CART, user=None)
    checkout.email = customer_user.email
    checkout.save()
    pay(checkout)

    # when
    data = create_from_checkout(checkout)

    # then
    assert not data["errors"]
    owner = customer_user if active_case else None
    assert OrderGroup.objects.get().user == owner
    assert OrderGroup.objects.get().user_email == customer_user.email
    for order in get_orders():
        assert (order.user, order.user_email) == (owner, customer_user.email)
    assert set(SellerCustomer.objects.values_list("seller__slug", "user")) == (
        {("alpha", customer_user.pk), ("beta", customer_user.pk)}
        if active_case
        else set()
    )


def test_guest_email_of_an_account_that_completes_as_a_guest(
    make_cart, pay, complete, api_client, customer_user
):
    # given
    checkout = make_cart(CART, user=None)
    checkout.email = customer_user.email
    checkout.save()
    pay(checkout)

    # when
    data = complete(checkout, client=api_client)

    # then
    assert not data["errors"]
    assert OrderGroup.objects.get().user == customer_user
    assert {order.user for order in get_orders()} == {customer_user}


def test_staff_who_impersonate(
    make_cart,
    pay,
    complete,
    staff_api_client,
    staff_user,
    customer_user,
    permission_impersonate_user,
):
    # given
    staff_user.user_permissions.add(permission_impersonate_user)
    checkout = make_cart(CART)
    pay(checkout)

    # when
    data = complete(checkout, client=staff_api_client)

    # then
    assert not data["errors"]
    assert get_placed() == PLACED
    assert OrderGroup.objects.get().user == customer_user
    for order in get_orders():
        assert order.user == customer_user
        assert order.events.get(type="placed").user == customer_user
    assert not SellerCustomer.objects.filter(user=staff_user).exists()


@pytest.mark.parametrize(
    ("shipping_case", "billing_case", "saved"),
    [(True, True, 2), (True, False, 1), (False, True, 1), (False, False, 0)],
)
def test_addresses_are_saved_to_the_account_once(
    make_cart,
    pay,
    complete,
    customer_user,
    address_usa,
    shipping_case,
    billing_case,
    saved,
):
    # given
    customer_user.addresses.all().delete()
    checkout = make_cart(
        CART, save_shipping_address=shipping_case, save_billing_address=billing_case
    )
    checkout.billing_address = address_usa.get_copy()
    checkout.save()
    pay(checkout)

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    customer_user = User.objects.get(pk=customer_user.pk)
    assert customer_user.addresses.count() == saved
    assert bool(customer_user.default_shipping_address) is shipping_case
    assert bool(customer_user.default_billing_address) is billing_case
    book = set(customer_user.addresses.values_list("pk", flat=True))
    used = [order.shipping_address_id for order in get_orders()]
    used += [order.billing_address_id for order in get_orders()]
    assert len(set(used)) == 6
    assert not book & set(used)


def test_addresses_of_the_account_itself_are_copied(
    make_cart, pay, complete, customer_user
):
    # given
    checkout = make_cart(CART, save_shipping_address=True, save_billing_address=True)
    saved = customer_user.addresses.first()
    checkout.shipping_address = checkout.billing_address = saved
    checkout.save()
    pay(checkout)
    count = customer_user.addresses.count()

    # when
    data = complete(checkout)

    # then
    assert not data["errors"]
    assert customer_user.addresses.count() == count
    used = [order.shipping_address_id for order in get_orders()]
    used += [order.billing_address_id for order in get_orders()]
    assert len(set(used)) == 6
    assert saved.pk not in used


def test_language_note_and_redirect_url_reach_every_order(make_cart, pay, complete):
    # given
    checkout = make_cart(CART, language_code="pl", note="Ring twice.")
    pay(checkout)

    # when
    complete(checkout, redirectUrl="https://www.example.com/thanks")

    # then
    for order in get_orders():
        assert order.language_code == "pl"
        assert order.customer_note == "Ring twice."
        assert order.redirect_url == "https://www.example.com/thanks"


def test_checkout_that_is_too_old_is_not_completed_automatically(
    make_cart, pay, complete_automatically, settings
):
    # given
    checkout = make_cart(CART)
    pay(checkout)
    age = settings.AUTOMATIC_CHECKOUT_COMPLETION_OLDEST_MODIFIED
    Checkout.objects.update(
        last_change=timezone.now() - age - datetime.timedelta(days=1)
    )

    # when
    trigger_automatic_checkout_completion_task()

    # then
    assert not Order.objects.exists()
