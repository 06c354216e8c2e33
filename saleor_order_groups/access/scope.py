"""The scope of a member or an app: whose orders they may see, and with which rights.

A scope is read from the database in each request and is never part of a token: who is
removed loses access with the next request.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet
from saleor.account.models import User
from saleor.app.models import App

from ..models import OrderGroupOrder, Seller, SellerApp, SellerMember, SellerRight


@dataclass(frozen=True)
class Access:
    """What somebody may do with one seller's orders; reading is always included."""

    seller: Seller
    rights: frozenset[SellerRight]


@dataclass(frozen=True)
class Scope:
    """The sellers of a member or an app, by key; empty for everybody else."""

    by_seller: dict[UUID, Access] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_seller)

    def __iter__(self) -> Iterator[Access]:
        """Yield the accesses by the slugs of their sellers."""
        return iter(sorted(self.by_seller.values(), key=lambda one: one.seller.slug))

    def has_right(self, seller_id: UUID | None, right: SellerRight) -> bool:
        """Tell whether the scope has this right for this seller."""
        access = self.by_seller.get(seller_id) if seller_id else None
        return access is not None and right in access.rights

    def select_links(self, using: str = DEFAULT_DB_ALIAS) -> QuerySet[OrderGroupOrder]:
        """Return the links of all orders in the scope."""
        links = OrderGroupOrder.objects.using(using)
        return links.filter(seller_id__in=list(self.by_seller))


def read_scope(
    user: User | None, app: App | None, using: str = DEFAULT_DB_ALIAS
) -> Scope:
    """Read the scope of an app, or else of a user, in one statement.

    Sellers whose access the operator has locked are left out.
    """
    rows: QuerySet[SellerApp] | QuerySet[SellerMember]
    if app is not None:
        if not app.is_active:
            return Scope()
        rows = SellerApp.objects.using(using).filter(app_id=app.pk)
    elif user is not None and user.is_active:
        rows = SellerMember.objects.using(using).filter(user_id=user.pk)
    else:
        return Scope()
    found = rows.filter(seller__has_access=True).select_related("seller")
    return Scope(
        {row.seller_id: Access(row.seller, _read(row.rights)) for row in found}
    )


def _read(rights: Iterable[str]) -> frozenset[SellerRight]:
    """Return the rights that this version knows."""
    return frozenset(SellerRight(each) for each in rights if each in SellerRight)
