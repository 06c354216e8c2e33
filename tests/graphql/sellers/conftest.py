"""Callers with given permissions, for the matrices of who may."""

import pytest
from saleor.account.models import Group
from saleor.permission.models import Permission


def get_permissions(names):
    return Permission.objects.filter(codename__in=[name.lower() for name in names])


@pytest.fixture
def caller(
    api_client,
    user_api_client,
    staff_api_client,
    superuser_api_client,
    app_api_client,
    channel_USD,
):
    """Return a function that gives somebody permissions, and returns the API client.

    Staff has them through a group of all channels or of one, or without a group.
    """

    def _caller(who, *names):
        if who == "app":
            app_api_client.app.permissions.add(*get_permissions(names))
        elif who.startswith("staff"):
            user = staff_api_client.user
            if who == "staff without a group":
                user.user_permissions.add(*get_permissions(names))
            else:
                is_bound = who == "staff of a channel"
                group = Group.objects.create(
                    name=who, restricted_access_to_channels=is_bound
                )
                group.permissions.add(*get_permissions(names))
                if is_bound:
                    group.channels.add(channel_USD)
                group.user_set.add(user)
        return {
            "anonymous": api_client,
            "customer": user_api_client,
            "superuser": superuser_api_client,
            "app": app_api_client,
        }.get(who, staff_api_client)

    return _caller
