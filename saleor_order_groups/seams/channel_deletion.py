"""Let Saleor delete a channel that has order groups."""

from collections.abc import Callable

from .seam import Seam


def _migrate_orders(original: Callable) -> Callable:
    """Move groups to the target channel with their orders."""

    def migrate(cls, origin_channel_id, target_channel_id):
        from ..groups.channels import move_groups

        original(origin_channel_id, target_channel_id)
        move_groups(origin_channel_id, target_channel_id)

    return migrate


def _delete_channel_without_orders(original: Callable) -> Callable:
    """Delete the channel's groups without orders; with orders, Saleor refuses."""

    def delete(cls, origin_channel):
        from ..groups.channels import delete_groups_without_orders

        original(origin_channel)
        delete_groups_without_orders(origin_channel.pk)

    return delete


MUTATION = "saleor.graphql.channel.mutations.channel_delete"

SEAMS = (
    Seam(
        MUTATION,
        "ChannelDelete.migrate_orders_to_target_channel",
        ("origin_channel_id", "target_channel_id"),
        _migrate_orders,
    ),
    Seam(
        MUTATION,
        "ChannelDelete.perform_delete_channel_without_order",
        ("origin_channel",),
        _delete_channel_without_orders,
    ),
)
