"""Lock an account or an app before its links to sellers are deleted.

The lock order is: the seller, the account or app, its link to the seller. Without this
Django deletes the links first, and the database deletes them last where Django has not
seen them (`delete_rules`). Whoever saves a link then deadlocks with one or the other.
"""

from typing import Any

from django.db.models import QuerySet
from django.db.models.signals import pre_delete
from saleor.account.models import User
from saleor.app.models import App

from ..models import SellerApp, SellerMember


def keep_lock_order_at_deletions() -> None:
    """Lock the account or app of each link that Django is about to delete.

    Django asks before it deletes the first row, in the transaction of the deletion.
    """
    pre_delete.connect(_lock_account, SellerMember, dispatch_uid=__name__)
    pre_delete.connect(_lock_app, SellerApp, dispatch_uid=__name__)


def _lock_account(instance: SellerMember, using: str, **_kwargs: Any) -> None:
    _lock(User.objects.using(using).filter(pk=instance.user_id))


def _lock_app(instance: SellerApp, using: str, **_kwargs: Any) -> None:
    _lock(App.objects.using(using).filter(pk=instance.app_id))


def _lock(rows: QuerySet[Any]) -> None:
    locked = rows.select_for_update(of=("self",), no_key=True)
    list(locked.order_by().values_list("pk"))
