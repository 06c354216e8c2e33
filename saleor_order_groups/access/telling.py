"""Tell a seller's apps of its orders, by SELLER_ORDER_CREATED and SELLER_ORDER_UPDATED.

The link has a mark: the order's `updated_at` for which the seller's apps were last told.
An order that has changed since is due. Several changes become one event. The mark is set
after the event was sent, so that a crash between the two sends it again.
"""

import datetime
from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from saleor.app.models import App
from saleor.core import EventDeliveryStatus
from saleor.core.models import EventDelivery

from ..host.webhook_lookups import look_up
from ..models import OrderGroupOrder, SellerApp
from ..webhooks.event_types import (
    SELLER_ORDER_CREATED,
    SELLER_ORDER_DESCRIPTIONS,
    SELLER_ORDER_UPDATED,
)
from ..webhooks.sending import trigger_seller_order

# How long a process may take to tell the apps of one order.
PATIENCE = datetime.timedelta(minutes=1)

_IS_DUE = Q(seller_told_at=None) | Q(seller_told_at__lt=F("order__updated_at"))


def is_due(order_id: UUID) -> bool:
    """Tell whether the seller's apps have to be told of an order."""
    return has_app(order_id) and _select_due().filter(order=order_id).exists()


def has_app(order_id: UUID) -> bool:
    """Tell whether the seller of an order has an app.

    In `share_lookups`, it is asked once for all orders of a group.
    """
    known: dict[UUID, bool] = look_up("orders of sellers with an app", dict)
    if order_id not in known:
        siblings = OrderGroupOrder.objects.using(DEFAULT_DB_ALIAS).filter(
            group__order_links__order=order_id
        )
        of_seller = Exists(_select_apps(OuterRef("seller_id")))
        known[order_id] = False
        known |= siblings.order_by().values_list("order_id", of_seller)
    return known[order_id]


def find_due(since: datetime.datetime, before: datetime.datetime) -> Iterator[UUID]:
    """Yield the orders that have changed in a time and are due."""
    links = _select_due().filter(
        order__updated_at__gte=since, order__updated_at__lt=before
    )
    yield from links.order_by().values_list("order_id", flat=True)


def tell(order_id: UUID) -> int:
    """Tell the seller's apps of an order while it is due; return how often it was.

    Nothing is done while another process tells them: that process looks again at its
    end. Call it outside a transaction.
    """
    times = 0
    while link := _claim(order_id):
        try:
            app_ids = _select_apps(link.seller_id).values_list("app_id", flat=True)
            name = SELLER_ORDER_UPDATED if link.seller_told_at else SELLER_ORDER_CREATED
            trigger_seller_order(link, name, list(app_ids))
            # The order may have changed since it was read: then it stays due.
            link.seller_told_at = link.order.updated_at
        finally:
            link.seller_claimed_at = None
            link.save(update_fields=["seller_told_at", "seller_claimed_at"])
        times += 1
    return times


def withdraw(app_ids: Collection[int]) -> None:
    """Delete what waits to be sent to those apps that have no seller any more.

    Saleor sends a failed delivery again for hours, with the payload of its first time.
    """
    with_access = _select_apps().values("app_id")
    lost = App.objects.filter(pk__in=list(app_ids)).exclude(pk__in=with_access)
    EventDelivery.objects.filter(
        webhook__app__in=lost,
        event_type__in=list(SELLER_ORDER_DESCRIPTIONS),
        status=EventDeliveryStatus.PENDING,
    ).delete()


def _claim(order_id: UUID) -> OrderGroupOrder | None:
    """Return the link of a due order that nobody tells of; nobody else will now."""
    now = timezone.now()
    is_free = Q(seller_claimed_at=None) | Q(seller_claimed_at__lt=now - PATIENCE)
    with transaction.atomic():
        link = (
            _select_due()
            .filter(is_free, order=order_id)
            .select_for_update(of=("self",), no_key=True, skip_locked=True)
            .select_related("order")
            .first()
        )
        if link:
            link.seller_claimed_at = now
            link.save(update_fields=["seller_claimed_at"])
    return link


def _select_due() -> QuerySet[OrderGroupOrder]:
    """Return the links of changed orders whose seller has an app."""
    return OrderGroupOrder.objects.using(DEFAULT_DB_ALIAS).filter(
        _IS_DUE, Exists(_select_apps(OuterRef("seller_id")))
    )


def _select_apps(seller_id: Any = None) -> QuerySet[SellerApp]:
    """Return the links to the apps that have access to a seller's orders, or to any."""
    links = SellerApp.objects.order_by().filter(
        seller__has_access=True, app__is_active=True
    )
    return links if seller_id is None else links.filter(seller_id=seller_id)
