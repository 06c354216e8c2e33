"""The Celery task that cancels the orders of a group."""

import logging
from uuid import UUID

from saleor.celeryconf import app
from saleor.core.db.connection import allow_writer

from .pending import cancel_pending

logger = logging.getLogger(__name__)


@app.task
@allow_writer()
def cancel_orders_task(group_id: str) -> None:
    """Cancel the orders of a group that were written down."""
    cancel_pending(UUID(group_id))


def request_cancelation(group_id: UUID) -> None:
    """Let a worker cancel the orders of a group that were written down.

    Without a broker the failure is logged, and the sweep cancels them.
    """
    try:
        cancel_orders_task.delay(str(group_id))
    except Exception:
        logger.exception("Canceling group %s waits for the next sweep.", group_id)
