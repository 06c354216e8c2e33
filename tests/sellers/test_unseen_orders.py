"""`manage.py check` warns where sellers' people do not see all of their orders."""

from io import StringIO

import pytest
from django.core.management import call_command
from saleor.app.models import App

from saleor_order_groups.checks import check_configuration


def find_warnings():
    return [
        warning for warning in check_configuration(None) if warning.id[-4:] == "W003"
    ]


@pytest.fixture
def member(create_seller, customer_user):
    return create_seller().members.create(user=customer_user)


def test_check_warns_where_single_sellers_are_not_grouped(
    order_groups_plugin, member, channel_USD, channel_PLN
):
    # given
    order_groups_plugin(channel_PLN)
    assert find_warnings() == []

    # when
    order_groups_plugin(channel_USD, **{"group-single-seller": False})

    # then
    [warning] = find_warnings()
    assert warning.msg == (
        "Members and apps of sellers do not see the orders of carts with one seller in"
        f" channel {channel_USD.slug}: its group-single-seller is false, and such"
        " orders belong to no group."
    )
    stderr = StringIO()
    call_command("check", stderr=stderr)
    assert "(saleor_order_groups.W003) Members and apps" in stderr.getvalue()

    # when: the value is stored as text, as by a script
    order_groups_plugin(channel_PLN, **{"group-single-seller": "False"})

    # then
    assert len(find_warnings()) == 2

    # when: the plugin is not active
    for channel in (channel_USD, channel_PLN):
        order_groups_plugin(channel, active=False, **{"group-single-seller": False})

    # then
    assert find_warnings() == []


def test_check_does_not_warn_without_members_and_apps(
    order_groups_plugin, member, channel_USD
):
    # given
    order_groups_plugin(channel_USD, **{"group-single-seller": False})
    seller = member.seller

    # when
    member.delete()

    # then
    assert find_warnings() == []

    # when
    seller.apps.create(app=App.objects.create(name="ERP"))

    # then
    assert len(find_warnings()) == 1


def test_check_passes_over_a_value_that_checkouts_refuse(
    order_groups_plugin, member, channel_USD
):
    # given
    order_groups_plugin(channel_USD, **{"group-single-seller": "perhaps"})

    # then
    assert find_warnings() == []
