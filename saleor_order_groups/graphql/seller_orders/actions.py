"""What a seller can do with an order now."""

from collections.abc import Collection, Sequence

from saleor.order import FulfillmentStatus, OrderStatus
from saleor.order.models import Fulfillment, Order, OrderLine
from saleor.site.models import SiteSettings

from ...models import SellerRight
from .enums import SellerOrderAction

# Where nothing can be fulfilled.
NOT_CONFIRMED = (
    OrderStatus.DRAFT,
    OrderStatus.UNCONFIRMED,
    OrderStatus.CANCELED,
    OrderStatus.EXPIRED,
)
_NOT_CANCELABLE = (OrderStatus.DRAFT, OrderStatus.CANCELED, OrderStatus.EXPIRED)
# The fulfillments with which an order can still be canceled, as `Order.can_cancel`.
_DEAD_FULFILLMENTS = (
    FulfillmentStatus.CANCELED,
    FulfillmentStatus.REFUNDED,
    FulfillmentStatus.REPLACED,
    FulfillmentStatus.REFUNDED_AND_RETURNED,
    FulfillmentStatus.RETURNED,
)


def find_actions(
    order: Order,
    lines: Sequence[OrderLine],
    fulfillments: Sequence[Fulfillment],
    rights: Collection[SellerRight],
    site_settings: SiteSettings,
    *,
    is_refundable: bool,
) -> list[SellerOrderAction]:
    """Return the actions that rights, status and the shop's settings allow.

    :param is_refundable: whether the seller may refund, and something is left.
    """
    actions = []
    if SellerRight.DECIDE in rights:
        if order.status == OrderStatus.UNCONFIRMED and lines:
            actions.append(SellerOrderAction.CONFIRM)
        if order.status not in _NOT_CANCELABLE and all(
            one.status in _DEAD_FULFILLMENTS for one in fulfillments
        ):
            actions.append(SellerOrderAction.CANCEL)
    if (
        SellerRight.FULFILL in rights
        and order.status not in NOT_CONFIRMED
        and any(line.quantity_unfulfilled and not line.is_gift_card for line in lines)
        and not must_be_paid_first(order, site_settings)
    ):
        actions.append(SellerOrderAction.FULFILL)
    if is_refundable:
        actions.append(SellerOrderAction.REFUND)
    return actions


def must_be_paid_first(order: Order, site_settings: SiteSettings) -> bool:
    """Tell whether the shop forbids to fulfill the order until it is paid."""
    return (
        not order.is_fully_paid()
        and site_settings.fulfillment_auto_approve
        and not site_settings.fulfillment_allow_unpaid
    )
