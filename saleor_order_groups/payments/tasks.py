"""The Celery task that announces changed shares."""

from saleor.celeryconf import app
from saleor.core.db.connection import allow_writer

from .shares_updates import announce_updates


@app.task
@allow_writer()
def announce_shares_updates_task(transaction_id: int) -> None:
    """Announce the updates of a transaction's shares that nobody announces."""
    for _ in announce_updates(transaction_id):
        pass
