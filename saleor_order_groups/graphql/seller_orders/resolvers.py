"""Find the orders of the requestor's sellers."""

from uuid import UUID

from saleor.core.exceptions import PermissionDenied
from saleor.graphql.core import ResolveInfo
from saleor.permission.auth_filters import AuthorizationFilters

from ...access.scope import Access, Scope
from ...models import OrderGroupOrder
from ..core.connections import PageRequest, filter_and_slice
from ..core.ids import global_id_to_uuid, to_number
from .access import get_scope, is_anonymous, select_orders
from .search import search_seller_orders
from .sorters import get_sorting
from .types.order import SellerOrderCountableConnection

# The columns that no row of a page has empty: links without copies are sorted by the
# order's own columns.
FILLED = ("order_created_at", "order_number")
# Up to this many sellers a page is read from the index of each of them.
MAX_SELLERS = 20


def refuse_anonymous(info: ResolveInfo) -> None:
    """Refuse a requestor who is neither a user nor an app.

    :raises PermissionDenied: always for such a requestor.
    """
    if is_anonymous(info):
        raise PermissionDenied(
            permissions=[
                AuthorizationFilters.AUTHENTICATED_USER,
                AuthorizationFilters.AUTHENTICATED_APP,
            ]
        )


def resolve_seller_access(info: ResolveInfo) -> list[Access]:
    """Return what the requestor may do for each of its sellers, by their slugs.

    :raises PermissionDenied: the requestor is anonymous.
    """
    refuse_anonymous(info)
    return list(get_scope(info))


def resolve_seller_orders(info: ResolveInfo, kwargs: dict):
    """Return a page of the orders in the requestor's scope.

    :raises PermissionDenied: the requestor is anonymous.
    """
    refuse_anonymous(info)
    scope = _narrow(get_scope(info), kwargs.pop("seller_id", None))
    links = search_seller_orders(select_orders(info, scope), kwargs.get("search"))
    without_copies = scope.select_links(links.db).filter(order_created_at=None)
    kwargs["sort_by"] = get_sorting(
        kwargs.get("sort_by"), lacks_copies=without_copies.exists()
    )
    return filter_and_slice(
        links,
        info,
        kwargs,
        SellerOrderCountableConnection,
        filled=FILLED,
        shortcuts=[_make_shortcut(scope)],
    )


def resolve_seller_order(
    info: ResolveInfo,
    global_id: str | None,
    number: str | None,
    external_reference: dict | None,
) -> OrderGroupOrder | None:
    """Return one order in the requestor's scope; None for all others."""
    if is_anonymous(info):
        return None
    links = select_orders(info)
    if global_id is not None:
        pk = global_id_to_uuid(global_id, "SellerOrder")
        return links.filter(pk=pk).first() if pk else None
    if number is not None:
        found = to_number(number)
        return None if found is None else links.filter(order__number=found).first()
    assert external_reference is not None
    seller_id = global_id_to_uuid(external_reference["seller_id"], "Seller")
    if seller_id is None:
        return None
    reference = external_reference["reference"]
    # PostgreSQL cannot compare with NUL.
    if "\0" in reference:
        return None
    return links.filter(seller_id=seller_id, seller_reference=reference).first()


def _narrow(scope: Scope, global_id: str | None) -> Scope:
    """Return the scope, or its part of one seller; empty for any other seller."""
    if global_id is None:
        return scope
    pk: UUID | None = global_id_to_uuid(global_id, "Seller")
    return Scope({key: one for key, one in scope.by_seller.items() if key == pk})


def _make_shortcut(scope: Scope):
    """Return a function that reads a page of several sellers from their indexes.

    PostgreSQL would sort all orders of the sellers: its index has one seller after the
    other. The page is among the first orders of each seller.
    """

    def read_page(page: PageRequest):
        links, ordering, size = page.rows, page.ordering, page.size
        is_plain = not (page.arguments.get("where") or page.arguments.get("search"))
        if not ordering or not size:
            return None
        if not is_plain or not 1 < len(scope.by_seller) <= MAX_SELLERS:
            return None
        first, *others = (
            ordering.sort(links.filter(seller_id=key)).values("pk")[: size + 1]
            for key in scope.by_seller
        )
        keys = first.union(*others, all=True)
        return page.slice(select_orders(page.info).filter(pk__in=keys))

    return read_page
