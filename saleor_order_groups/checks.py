"""System checks: `manage.py check` reports what start-up would refuse."""

from django.core.checks import CheckMessage, Error, Warning, register
from django.db import Error as DatabaseError
from django.db import transaction

from . import seams
from .host import versions


@register()
def check_seams(app_configs, **kwargs) -> list[CheckMessage]:
    """Report parts of Saleor that do not fit, and seams that are not in place."""
    errors: list[CheckMessage] = [
        Error(
            f"Checkouts cannot be split in this Saleor: {problem}.",
            hint=f"Install Saleor {versions.SUPPORTED}.",
            id="saleor_order_groups.E001",
        )
        for problem in seams.find_mismatches()
    ]
    if not seams.is_installed():
        errors.append(
            Error(
                "Checkouts are not split: something has replaced the plugin's seams.",
                id="saleor_order_groups.E002",
            )
        )
    return errors


@register()
def check_configuration(app_configs, **kwargs) -> list[CheckMessage]:
    """Warn about stored configuration that no longer works.

    These are warnings because an error would stop `migrate` and all other commands.
    Without a database or before the first migration there is no configuration to check.
    """
    from .sellers import source_problems as problems
    from .sellers.unseen_orders import find_channels_with_unseen_orders

    try:
        # A savepoint: a failed statement would otherwise end the caller's transaction.
        with transaction.atomic():
            sources = list(problems.find_silent_sources())
            channels = list(problems.find_unheard_confirmations())
            unseen = list(find_channels_with_unseen_orders())
    except DatabaseError:
        return []
    return [
        *(
            Warning(
                f"It is not known who sells the products: {problem}",
                hint="Checkouts with such products are refused. See seller-source in"
                " docs/configuration.md.",
                id="saleor_order_groups.W001",
            )
            for problem in sources
        ),
        *(
            Warning(
                "Customers get no confirmation of their purchases in channel"
                f" {channel}: its confirmation is GROUP, and nothing sends"
                " order_group_confirmation.",
                hint="Add a webhook of NOTIFY_USER or a plugin with a notify hook, or"
                " set confirmation to PER_ORDER. See docs/confirmation.md.",
                id="saleor_order_groups.W002",
            )
            for channel in channels
        ),
        *(
            Warning(
                "Members and apps of sellers do not see the orders of carts with one"
                f" seller in channel {channel}: its group-single-seller is false, and"
                " such orders belong to no group.",
                hint="Set group-single-seller to true. Orders that were placed before"
                " get a group from manage.py create_order_groups.",
                id="saleor_order_groups.W003",
            )
            for channel in unseen
        ),
    ]
