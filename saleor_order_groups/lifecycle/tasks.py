"""The Celery task that announces the events of a group."""

import logging
from uuid import UUID

from saleor.celeryconf import app
from saleor.core.db.connection import allow_writer

from ..webhooks.event_types import EVENT_NAMES
from ..webhooks.sending import is_any_heard
from .announcing import announce_events, mark_unheard

logger = logging.getLogger(__name__)


@app.task
@allow_writer()
def announce_events_task(group_id: str) -> None:
    """Announce the events of a group that nobody announces."""
    for _ in announce_events(UUID(group_id)):
        pass


def request_announcement(group_id: UUID) -> None:
    """Let a worker announce the events of a group, unless no webhook listens to any.

    Without a broker the failure is logged, and the sweep announces them.
    """
    try:
        if is_any_heard(EVENT_NAMES):
            announce_events_task.delay(str(group_id))
        else:
            with allow_writer():
                mark_unheard(group_id)
    except Exception:
        logger.exception("The events of group %s wait for the next sweep.", group_id)
