"""The Celery task that tells a seller's apps of an order."""

import logging
from uuid import UUID

from saleor.celeryconf import app
from saleor.core.db.connection import allow_writer
from saleor.core.utils.events import call_event
from saleor.order.models import Order

from .telling import is_due, tell

logger = logging.getLogger(__name__)


@app.task
@allow_writer()
def tell_seller_task(order_id: str) -> None:
    """Tell the seller's apps of an order, if it is due."""
    tell(UUID(order_id))


def tell_after_hook(order: Order) -> None:
    """Let a worker tell the seller's apps of an order that one of Saleor's hooks reports.

    Nothing may keep Saleor from calling its other hooks: a failure is logged, and the
    sweep tells the apps.
    """
    call_event(_request_or_log, order.pk)


def _request_or_log(order_id: UUID) -> None:
    try:
        with allow_writer():
            if is_due(order_id):
                tell_seller_task.delay(str(order_id))
    except Exception:
        logger.exception("The seller of order %s waits for the next sweep.", order_id)
