"""`create_order_groups`: orders from before the plugin get their groups."""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphene import Node
from prices import Money, TaxedMoney
from saleor.graphql.tests.utils import get_graphql_content
from saleor.order import OrderOrigin, OrderStatus
from saleor.order.models import Order
from saleor.product.models import Product, ProductVariant

from saleor_order_groups.adoption.existing import adopt_existing
from saleor_order_groups.config import get_config
from saleor_order_groups.models import (
    OrderGroup,
    OrderGroupOrder,
    ProductSeller,
    Seller,
    SellerCustomer,
)
from saleor_order_groups.verification.runner import verify

GROUPS = """
    query {
      orderGroups(first: 20) {
        edges {
          node {
            number
            checkoutId
            placedTotal { gross { amount } }
            orders { number seller { slug } }
          }
        }
      }
    }
"""


def run(*args, **options):
    stdout, stderr = StringIO(), StringIO()
    call_command("create_order_groups", *args, stdout=stdout, stderr=stderr, **options)
    return stdout.getvalue().splitlines(), stderr.getvalue().splitlines()


@pytest.fixture
def place_whole(order_generator, make_variant, order_groups_plugin):
    """Return a function that makes an order of lines (seller or None, price).

    It is as Saleor's own completion leaves one: with a checkout's token, without a group.
    """

    def _place(*lines):
        order = order_generator(checkout_token=str(uuid4()))
        for seller, amount in lines:
            price = TaxedMoney(*[Money(amount, order.currency)] * 2)
            order.lines.create(
                variant=make_variant(seller, amount),
                quantity=1,
                currency=order.currency,
                unit_price=price,
                total_price=price,
                is_shipping_required=True,
                is_gift_card=False,
            )
            order.total += price
        order.save()
        return order

    return _place


def share_a_checkout(*orders):
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(
        checkout_token=orders[0].checkout_token
    )


def read_links():
    links = OrderGroupOrder.objects.select_related("seller", "order", "group")
    return [
        (link.order.number, link.seller and link.seller.slug)
        for link in links.order_by("group__number", "position")
    ]


def test_an_order_of_one_seller_gets_a_group_and_the_seller(
    make_cart,
    pay,
    complete,
    order_groups_plugin,
    channel_USD,
    user_api_client,
    customer_user,
):
    # given: completed while the plugin was not active
    order_groups_plugin(channel_USD, active=False)
    checkout = make_cart([("alpha", "10.00"), ("alpha", "2.50", 2)])
    pay(checkout)
    complete(checkout)
    order_groups_plugin(channel_USD)
    order = Order.objects.get()

    # when
    stdout, stderr = run()

    # then
    assert stdout == ["1 groups of 1 orders, 0 remarks"]
    assert stderr == ["main: 1 of 1 orders read"]
    group = OrderGroup.objects.get()
    assert group.created_at == order.created_at
    assert group.user == customer_user
    assert group.user_email == customer_user.email
    response = user_api_client.post_graphql(GROUPS)
    [edge] = get_graphql_content(response)["data"]["orderGroups"]["edges"]
    assert edge["node"] == {
        "number": str(group.number),
        "checkoutId": Node.to_global_id("Checkout", order.checkout_token),
        "placedTotal": {"gross": {"amount": float(order.total_gross_amount)}},
        "orders": [{"number": str(order.number), "seller": {"slug": "alpha"}}],
    }
    customer = SellerCustomer.objects.get()
    assert (customer.seller.slug, customer.user, customer.created_at) == (
        "alpha",
        customer_user,
        order.created_at,
    )
    assert list(verify()) == []


def test_orders_whose_lines_do_not_agree_have_no_seller_and_are_named(place_whole):
    # given
    several = place_whole(("beta", "10.00"), ("alpha", "10.00"))
    with_shop = place_whole((None, "10.00"), ("alpha", "10.00"))
    gone = place_whole(("alpha", "10.00"), ("alpha", "10.00"))
    ProductVariant.objects.filter(order_lines=gone.lines.first()).delete()
    shop = place_whole((None, "10.00"))
    empty = place_whole((None, "10.00"))
    empty.lines.all().delete()

    # when
    stdout, _ = run()

    # then
    assert stdout == [
        f"Order #{several.number}: no seller: its lines are of alpha, beta",
        f"Order #{with_shop.number}: no seller: its lines are of alpha, the shop itself",
        f"Order #{gone.number}: no seller: a product is gone",
        f"Order #{empty.number}: no seller: it has no lines",
        "5 groups of 5 orders, 4 remarks",
    ]
    assert read_links() == [
        (order.number, None) for order in (several, with_shop, gone, shop, empty)
    ]
    assert not SellerCustomer.objects.exists()
    assert list(verify()) == []


ADOPTION = """
    query {
      orderGroups(first: 20) {
        edges {
          node {
            number
            adoption { reason message sellers { slug } }
            orders { number seller { slug } }
          }
        }
      }
    }
"""


@pytest.fixture
def read_adoptions(staff_api_client, permission_group_manage_orders):
    """Return the `adoption` of each group by its first order's number."""
    permission_group_manage_orders.user_set.add(staff_api_client.user)

    def _read():
        content = get_graphql_content(staff_api_client.post_graphql(ADOPTION))
        return {
            int(edge["node"]["orders"][0]["number"]): edge["node"]["adoption"]
            for edge in content["data"]["orderGroups"]["edges"]
        }

    return _read


def test_adoption_tells_orders_of_several_sellers_from_the_shops_own(
    place_whole, read_adoptions
):
    # given
    several = place_whole(("beta", "10.00"), (None, "10.00"), ("alpha", "10.00"))
    gone = place_whole(("alpha", "10.00"), ("alpha", "10.00"))
    ProductVariant.objects.filter(order_lines=gone.lines.first()).delete()
    shop = place_whole((None, "10.00"))
    one = place_whole(("alpha", "10.00"))
    empty = place_whole((None, "10.00"))
    empty.lines.all().delete()

    # when
    run()

    # then
    assert read_adoptions() == {
        several.number: {
            "reason": "SEVERAL_SELLERS",
            "message": (
                f"Order #{several.number}: its lines are of alpha, beta, the shop"
                " itself."
            ),
            "sellers": [{"slug": "alpha"}, {"slug": "beta"}],
        },
        gone.number: {
            "reason": "PRODUCT_DELETED",
            "message": f"Order #{gone.number}: a product is gone.",
            "sellers": [{"slug": "alpha"}],
        },
        shop.number: None,
        one.number: None,
        empty.number: {
            "reason": "NO_LINES",
            "message": f"Order #{empty.number}: it has no lines.",
            "sellers": [],
        },
    }

    # when: one of the sellers is deleted
    ProductSeller.objects.filter(seller__slug="beta").delete()
    Seller.objects.get(slug="beta").delete()

    # then
    assert read_adoptions()[several.number]["sellers"] == [{"slug": "alpha"}]


def test_adoption_of_several_orders_names_each(place_whole, read_adoptions):
    # given
    first = place_whole(("beta", "10.00"), ("alpha", "10.00"))
    second = place_whole(("gamma", "10.00"), ("alpha", "10.00"))
    third = place_whole(("alpha", "10.00"))
    share_a_checkout(first, second, third)

    # when
    run()

    # then
    assert read_adoptions() == {
        first.number: {
            "reason": "SEVERAL_SELLERS",
            "message": (
                f"Order #{first.number}: its lines are of alpha, beta."
                f" Order #{second.number}: its lines are of alpha, gamma."
            ),
            "sellers": [{"slug": "alpha"}, {"slug": "beta"}, {"slug": "gamma"}],
        }
    }


def test_adoption_of_goods_whose_seller_the_source_cannot_tell(
    place_whole, read_adoptions, give_attribute, color_attribute, product_type,
    product_type_without_variant,
):  # fmt: skip
    # given: the product's type has lost the attribute, another one has it
    order = place_whole((None, "10.00"))
    give_attribute(color_attribute, [color_attribute.values.first()])
    color_attribute.product_types.set([product_type_without_variant])

    # when
    stdout, _ = run()

    # then
    reason = (
        "it is not known who sells its goods: the product type does not have the"
        " attribute color any more"
    )
    assert stdout == [
        f"Order #{order.number}: no seller: {reason}",
        "1 groups of 1 orders, 1 remarks",
    ]
    assert read_adoptions() == {
        order.number: {
            "reason": "UNKNOWN_SELLER",
            "message": f"Order #{order.number}: {reason}.",
            "sellers": [],
        }
    }


def test_many_adoptions_cost_as_many_statements_as_one(place_whole, read_adoptions):
    # given
    def measure():
        run()
        with CaptureQueriesContext(connection) as queries:
            adoptions = read_adoptions()
        return len(queries), len([one for one in adoptions.values() if one])

    place_whole(("beta", "10.00"), ("alpha", "10.00"))
    measure()

    # when
    counts = [measure()]
    for number in range(4):
        place_whole((f"s{number}", "10.00"), ("alpha", "10.00"))
    counts.append(measure())

    # then
    assert counts == [(counts[0][0], 1), (counts[0][0], 5)]


@pytest.mark.parametrize("_case", ["customer", "staff without the permission"])
def test_adoption_is_for_who_manages_orders(
    _case, place_whole, user_api_client, staff_api_client
):
    # given
    order = place_whole(("beta", "10.00"), ("alpha", "10.00"))
    client = user_api_client if _case == "customer" else staff_api_client
    Order.objects.update(user=client.user)
    run()

    # when
    content = get_graphql_content(client.post_graphql(ADOPTION), ignore_errors=True)

    # then
    [edge] = content["data"]["orderGroups"]["edges"]
    assert edge["node"]["orders"] == [{"number": str(order.number), "seller": None}]
    assert edge["node"]["adoption"] is None
    [error] = content["errors"]
    assert error["extensions"]["exception"]["code"] == "PermissionDenied"


@pytest.mark.parametrize("_case", ["inactive", "no channel configured"])
def test_a_plugin_that_is_active_nowhere_says_so(
    _case, place_whole, order_groups_plugin, channel_USD
):
    # given
    place_whole(("alpha", "10.00"))
    configuration = order_groups_plugin(channel_USD, active=False)
    if _case == "no channel configured":
        configuration.delete()

    # when
    with pytest.raises(CommandError) as error:
        run()

    # then
    assert str(error.value) == (
        "The plugin is active in no channel: activate it first, in the channels whose"
        " orders shall get groups."
    )
    assert not OrderGroup.objects.exists()


def test_orders_of_one_checkout_get_one_group(place_whole):
    # given
    orders = [
        place_whole((seller, "10.00"))
        for seller in ("beta", "alpha", None, "alpha", "beta")
    ]
    first, second, third, fourth, alone = orders
    share_a_checkout(*orders[:4])

    # when: a batch ends between them
    stdout, stderr = run(batch_size=2)

    # then
    assert stdout == ["2 groups of 5 orders, 0 remarks"]
    assert stderr == ["main: 2 of 5 orders read", "main: 3 of 5 orders read"]
    assert read_links() == [
        (third.number, None),
        (second.number, "alpha"),
        (fourth.number, "alpha"),
        (first.number, "beta"),
        (alone.number, "beta"),
    ]
    group = OrderGroup.objects.order_by("number").first()
    assert str(group.checkout_token) == first.checkout_token
    assert group.created_at == first.created_at
    assert group.placed_total_gross_amount == Decimal("40.00")
    assert list(verify()) == []


def test_two_shop_orders_of_one_checkout_are_one_group(place_whole):
    # given
    orders = [place_whole((None, "10.00")) for _ in range(2)]
    share_a_checkout(*orders)

    # when
    run()

    # then
    assert read_links() == [(order.number, None) for order in orders]
    assert OrderGroup.objects.count() == 1
    assert list(verify()) == []


@pytest.mark.parametrize("_case", ["channel", "customer"])
def test_orders_of_one_checkout_that_differ_get_a_group_each(
    _case, place_whole, channel_PLN, staff_user
):
    # given
    orders = [place_whole(("alpha", "10.00")) for _ in range(2)]
    share_a_checkout(*orders)
    other = Order.objects.filter(pk=orders[1].pk)
    other.update(
        **{"channel": {"channel": channel_PLN}, "customer": {"user": staff_user}}[_case]
    )

    # when
    stdout, _ = run()

    # then
    reason = (
        "a group of its own: the orders of its checkout differ in channel, currency or"
        " customer"
    )
    adopted = orders if _case == "customer" else orders[:1]
    assert stdout == [
        *[f"Order #{order.number}: {reason}" for order in adopted],
        f"{len(adopted)} groups of {len(adopted)} orders, {len(adopted)} remarks",
    ]
    assert not OrderGroup.objects.exclude(checkout_token=None).exists()
    assert list(verify()) == []


def test_an_order_whose_checkout_has_a_group_gets_its_own(
    place_whole, make_cart, pay, complete
):
    # given: it had expired, and came back
    checkout = make_cart([("alpha", "10.00"), ("beta", "10.00")])
    pay(checkout)
    complete(checkout)
    late = place_whole(("alpha", "10.00"))
    Order.objects.filter(pk=late.pk).update(checkout_token=str(checkout.pk))
    # Of this checkout the orders are deleted, and the group remains.
    orphan = place_whole(("alpha", "10.00"))
    group = OrderGroup.objects.get()
    gone = OrderGroup.objects.create(
        channel=group.channel,
        currency="USD",
        checkout_token=orphan.checkout_token,
        placed_total_net_amount=1,
        placed_total_gross_amount=1,
    )

    # when
    stdout, _ = run()

    # then
    reason = "a group of its own: the orders of its checkout have one already"
    assert stdout == [
        f"Order #{late.number}: {reason}",
        f"Order #{orphan.number}: {reason}",
        "2 groups of 2 orders, 2 remarks",
    ]
    assert group.order_links.count() == 2
    assert gone.order_links.count() == 0
    assert OrderGroup.objects.filter(checkout_token=None).count() == 2


def test_a_checkout_token_that_is_none_makes_groups_of_their_own(place_whole):
    # given
    orders = [place_whole(("alpha", "10.00")) for _ in range(2)]
    Order.objects.update(checkout_token="")
    imported = [place_whole(("alpha", "10.00")) for _ in range(2)]
    Order.objects.exclude(checkout_token="").update(checkout_token="legacy-17")

    # when
    run()

    # then
    assert [
        [link.order.number for link in group.order_links.all()]
        for group in OrderGroup.objects.order_by("number")
    ] == [
        [orders[0].number],
        [orders[1].number],
        [order.number for order in imported],
    ]
    assert not OrderGroup.objects.exclude(checkout_token=None).exists()
    assert list(verify()) == []


def test_running_again_and_after_an_interruption_changes_nothing(
    place_whole, channel_USD
):
    # given: stopped after the first of the batches
    orders = [place_whole(("alpha", "10.00")) for _ in range(5)]
    batches = adopt_existing(
        channel_USD, get_config(channel_USD.slug), 2, dry_run=False
    )
    assert next(batches).groups == 2
    batches.close()
    first_groups = list(OrderGroup.objects.order_by("number"))

    # when
    stdout, stderr = run(batch_size=2)
    again, _ = run()

    # then
    assert stdout == ["3 groups of 3 orders, 0 remarks"]
    assert stderr[0] == "main: 2 of 3 orders read"
    assert again == ["0 groups of 0 orders, 0 remarks"]
    assert read_links() == [(order.number, "alpha") for order in orders]
    assert list(OrderGroup.objects.order_by("number"))[:2] == first_groups


def test_a_dry_run_reports_the_same_and_writes_nothing(
    place_whole, order_groups_plugin, channel_USD
):
    # given
    orders = [place_whole((None, "10.00")) for _ in range(3)]
    share_a_checkout(orders[0], orders[2])
    place_whole((None, "10.00"), (None, "10.00"))
    for number, product in enumerate(Product.objects.order_by("pk")):
        product.metadata = {"vendor": f"vendor {number}"}
        product.save()
    order_groups_plugin(channel_USD, **{"seller-source": "METADATA:vendor"})

    # when
    shown, _ = run(dry_run=True, batch_size=1)

    # then
    assert not OrderGroup.objects.exists()
    assert not Seller.objects.exists()
    assert shown.pop() == "Dry run: nothing was written."
    done, _ = run()
    assert shown == done
    assert done[-1] == "3 groups of 4 orders, 1 remarks"
    assert Seller.objects.count() == 5


def test_what_is_not_placed_and_replacements_stay_without(place_whole):
    # given
    orders = [place_whole(("alpha", "10.00")) for _ in range(5)]
    for order, fields in zip(
        orders,
        (
            {"status": OrderStatus.DRAFT},
            {"status": OrderStatus.EXPIRED},
            {"origin": OrderOrigin.REISSUE},
            {"status": OrderStatus.UNCONFIRMED},
            {"status": OrderStatus.CANCELED},
        ),
        strict=True,
    ):
        Order.objects.filter(pk=order.pk).update(**fields)
    share_a_checkout(orders[3], orders[0], orders[1], orders[2])

    # when
    run()

    # then
    assert read_links() == [(order.number, "alpha") for order in orders[3:]]
    assert list(verify()) == []


def test_single_orders_stay_without_where_the_channel_groups_only_several(
    place_whole, order_groups_plugin, channel_USD, staff_user
):
    # given: the third shares its checkout with another customer's
    orders = [place_whole(("alpha", "10.00")) for _ in range(4)]
    share_a_checkout(*orders[:2])
    share_a_checkout(*orders[2:])
    Order.objects.filter(pk=orders[3].pk).update(user=staff_user)
    order_groups_plugin(channel_USD, **{"group-single-seller": False})

    # when
    stdout, _ = run()

    # then
    assert stdout == ["1 groups of 2 orders, 0 remarks"]
    assert read_links() == [(order.number, "alpha") for order in orders[:2]]


def test_channels_that_are_named(place_whole, channel_PLN, order_groups_plugin):
    # given
    place_whole(("alpha", "10.00"))
    other = place_whole(("alpha", "10.00"))
    Order.objects.filter(pk=other.pk).update(channel=channel_PLN)

    # when
    with pytest.raises(CommandError) as error:
        run("--channel", channel_PLN.slug, "--channel", "main", "--channel", "no-such")

    # then
    assert (
        str(error.value) == f"The plugin is not active in: {channel_PLN.slug}, no-such."
    )
    assert not OrderGroup.objects.exists()

    # when
    order_groups_plugin(channel_PLN)
    run("--channel", channel_PLN.slug)

    # then
    assert read_links() == [(other.number, "alpha")]


def test_a_batch_of_many_orders_costs_as_many_statements_as_one_of_few(
    place_whole, channel_USD
):
    # given
    template = place_whole(("alpha", "10.00"))
    line = template.lines.get()
    product = line.variant.product

    def copy(count):
        now = template.created_at
        for number in range(count):
            order = Order.objects.get(pk=template.pk)
            order.pk, order.number = uuid4(), 1000 + Order.objects.count()
            order.checkout_token = str(uuid4())
            order.created_at = now + datetime.timedelta(seconds=number)
            order._state.adding = True
            order.save(force_insert=True)
            copied = template.lines.get()
            copied.pk, copied.order = uuid4(), order
            copied._state.adding = True
            copied.save(force_insert=True)

    def measure():
        config = get_config(channel_USD.slug)
        with CaptureQueriesContext(connection) as queries:
            list(adopt_existing(channel_USD, config, 1000, dry_run=False))
        return len(queries)

    # when
    copy(2)
    few = measure()
    copy(40)
    many = measure()

    # then
    assert many == few
    assert OrderGroupOrder.objects.filter(seller__slug="alpha").count() == 43
    assert ProductSeller.objects.get().product == product


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_make_each_group_once(place_whole, channel_USD):
    # given
    orders = [place_whole(("alpha", "10.00")) for _ in range(6)]
    share_a_checkout(*orders[:3])
    config = get_config(channel_USD.slug)
    barrier = threading.Barrier(3)

    def adopt(_number):
        try:
            barrier.wait()
            batches = adopt_existing(channel_USD, config, 2, dry_run=False)
            return sum(batch.groups for batch in batches)
        finally:
            connection.close()

    # when
    with ThreadPoolExecutor(3) as pool:
        adopted = list(pool.map(adopt, range(3)))

    # then
    assert sum(adopted) == OrderGroup.objects.count() == 4
    assert OrderGroupOrder.objects.count() == 6
    assert list(verify()) == []
