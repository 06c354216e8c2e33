"""What happens after the commit: once for each order, and only then."""

from unittest import mock

from saleor.order.models import Order

from saleor_order_groups.completion import after_commit as events
from saleor_order_groups.models import OrderGroup, OrderGroupEvent, OrderGroupOrder
from tests.helpers.events import get_event_types

CART = [(None, "10.00"), ("alpha", "60.00"), ("beta", "40.00")]

TWO_SELLERS = [("alpha", "60.00"), ("beta", "40.00")]


class PowerCutError(Exception):
    pass


def test_events_fire_once_for_each_order_after_commit(
    make_cart, pay, complete, order_groups_plugin_with_webhooks
):
    # given
    checkout = make_cart(CART)
    pay(checkout)

    # when
    with (
        mock.patch(
            "saleor_order_groups.completion.after_commit.order_created"
        ) as order_created,
        mock.patch(
            "saleor_order_groups.completion.after_commit.send_order_confirmation"
        ) as confirm,
        mock.patch(
            "saleor_order_groups.lifecycle.announcing.trigger_order_group_event"
        ) as announce,
    ):
        complete(checkout)
        complete(checkout)

    # then
    orders = list(Order.objects.order_by("number"))
    assert [
        call.kwargs["order_info"].order for call in order_created.call_args_list
    ] == orders
    assert [
        call.kwargs["order_info"].order for call in confirm.call_args_list
    ] == orders
    group = OrderGroup.objects.get()
    assert get_event_types(group) == ["created", "confirmed"]
    announced = [call.args[0] for call in announce.call_args_list]
    assert announced == list(group.events.order_by("sequence"))
    assert not group.events.filter(announced_at=None).exists()
    assert not group.order_links.filter(announced_at=None).exists()


def test_rolled_back_completion_announces_nothing(make_cart, pay, fail_to_complete):
    # given
    checkout = make_cart(CART)
    pay(checkout)

    # when
    with (
        mock.patch(
            "saleor_order_groups.lifecycle.announcing.trigger_order_group_event"
        ) as announce,
        mock.patch(
            "saleor_order_groups.completion.after_commit.order_created"
        ) as order_created,
        mock.patch(
            "saleor.checkout.complete_checkout.delete_checkouts",
            side_effect=PowerCutError,
        ),
    ):
        fail_to_complete(checkout, PowerCutError)

    # then
    announce.assert_not_called()
    assert not OrderGroupEvent.objects.exists()
    order_created.assert_not_called()
    assert not OrderGroup.objects.exists()


def test_events_of_one_order_that_fail_keep_nothing_from_the_others(
    make_cart, pay, complete
):
    # given
    checkout = make_cart(TWO_SELLERS)
    pay(checkout)
    order_created = events.order_created

    def fail_for_the_first(*, order_info, **kwargs):
        if order_info.order.order_group_link.position == 0:
            raise RuntimeError("power cut")
        order_created(order_info=order_info, **kwargs)

    # when
    with (
        mock.patch.object(events, "order_created", fail_for_the_first),
        mock.patch(
            "saleor_order_groups.lifecycle.announcing.trigger_order_group_event"
        ) as announce,
    ):
        data = complete(checkout)

    # then
    assert not data["errors"]
    first, second = Order.objects.order_by("number")
    assert not first.events.filter(type="placed").exists()
    assert second.events.filter(type="placed").count() == 1
    assert announce.call_count == OrderGroupEvent.objects.count() > 0
    # The sweep does the first order's work again.
    unannounced = OrderGroupOrder.objects.get(announced_at=None)
    assert unannounced.order == first
