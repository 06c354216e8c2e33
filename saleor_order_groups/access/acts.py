"""Begin acts of sellers: lock the order's link, and recognize a retry.

All acts on one order wait for each other at its link. The row of an act commits with
the act, so that a retry finds it if and only if the act was done.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected
from saleor.account.models import User
from saleor.app.models import App

from ..host.locks import refuse_without_transaction
from ..models import OrderGroupOrder, SellerAct

# The shop's staff lock the rows of an order in orders of their own.
ATTEMPTS = 3


class KeyTakenError(Exception):
    """The idempotency key belongs to another act, or to other input."""


def begin_act(
    link_id: UUID,
    act: str,
    input: Mapping[str, Any],
    idempotency_key: str | None,
    user: User | None,
    app: App | None,
) -> bool:
    """Lock the link and record the act; return False if the act was done before.

    :param input: the arguments of the act, which JSON can hold.
    :raises KeyTakenError: the key belongs to another act, or to other input.
    :raises RuntimeError: no database transaction is open that would hold the lock.
    """
    refuse_without_transaction()
    list(OrderGroupOrder.objects.select_for_update(no_key=True).filter(pk=link_id))
    if idempotency_key is not None:
        acts = SellerAct.objects.filter(link=link_id, idempotency_key=idempotency_key)
        if done := acts.first():
            if (done.act, done.input) != (act, dict(input)):
                raise KeyTakenError
            return False
    SellerAct.objects.create(
        link_id=link_id,
        act=act,
        input=dict(input),
        idempotency_key=idempotency_key,
        user_id=user.pk if user else None,
        app_id=app.pk if app else None,
    )
    return True


def repeat_after_deadlock[Result](
    act: Callable[[], Result], attempts: int = ATTEMPTS
) -> Result:
    """Run an act in a transaction; run it again if it had to give way in a deadlock."""
    for attempt in range(1, attempts + 1):
        try:
            with transaction.atomic():
                return act()
        except OperationalError as error:
            is_deadlock = isinstance(error.__cause__, DeadlockDetected)
            if not is_deadlock or attempt == attempts:
                raise
    raise AssertionError("unreachable")
