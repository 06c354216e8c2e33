"""What becomes of the groups of a channel that is deleted."""

from .models import OrderGroup


def move_groups(origin_channel_id: int, target_channel_id: int) -> None:
    """Move all groups of a channel to the one that their orders were moved to."""
    OrderGroup.objects.filter(channel_id=origin_channel_id).update(
        channel_id=target_channel_id
    )


def delete_groups_without_orders(channel_id: int) -> None:
    """Delete the groups whose orders have all expired and been deleted."""
    OrderGroup.objects.filter(channel_id=channel_id, order_links=None).delete()
