"""The Celery task of the sweep, and its beat entry."""

import datetime
import logging

from saleor.celeryconf import app
from saleor.core.db.connection import allow_writer

from .beat import BEAT_ENTRY
from .sweep import SweepRunningError, sweep

logger = logging.getLogger(__name__)

INTERVAL = datetime.timedelta(minutes=1)
# A worker that was down for longer need not run each sweep that it has missed.
EXPIRY = datetime.timedelta(minutes=10)


@app.task
@allow_writer()
def recover_order_groups_task() -> None:
    """Do all that a crash has left undone since the last sweep."""
    try:
        for line in sweep():
            logger.info(line)
    except SweepRunningError as error:
        logger.info(str(error))


def schedule() -> None:
    """Let Celery beat run the sweep each minute; no settings change."""
    app.add_periodic_task(
        INTERVAL,
        recover_order_groups_task.s(),
        name=BEAT_ENTRY,
        expires=EXPIRY.total_seconds(),
    )
