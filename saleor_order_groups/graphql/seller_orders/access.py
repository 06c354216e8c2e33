"""The scope of the requestor, read once for each request."""

from django.db.models import QuerySet
from saleor.account.models import User
from saleor.core.jwt import JWT_THIRDPARTY_ACCESS_TYPE
from saleor.graphql.app.dataloaders import get_app_promise
from saleor.graphql.core import ResolveInfo, SaleorContext
from saleor.graphql.core.context import get_database_connection_name

from ...access.scope import Scope, read_scope
from ...models import OrderGroupOrder

_CACHE = "_saleor_order_groups_seller_scope"


def get_scope(info: ResolveInfo) -> Scope:
    """Return the scope of the requestor: of the app, or else of the user.

    A token that was minted for an app on behalf of a user has none: the user has not
    given the app access to the seller's orders.
    """
    context = info.context
    # Not a data loader: while Saleor builds payloads, several apps share data loaders.
    scope = getattr(context, _CACHE, None)
    if scope is None:
        scope = read_scope(
            get_user(context),
            get_app_promise(context).get(),
            get_database_connection_name(context),
        )
        setattr(context, _CACHE, scope)
    return scope


def get_user(context: SaleorContext) -> User | None:
    """Return the user who acts in person; None for apps and for an app's user token."""
    if get_app_promise(context).get():
        return None
    token = getattr(context, "decoded_auth_token", None) or {}
    if token.get("type") == JWT_THIRDPARTY_ACCESS_TYPE:
        return None
    # Over HTTP an anonymous user is a lazy object around None.
    user = getattr(context, "user", None)
    return user if user else None


def is_anonymous(info: ResolveInfo) -> bool:
    """Tell whether the requestor is neither a user nor an app."""
    return not (get_app_promise(info.context).get() or info.context.user)


def select_orders(
    info: ResolveInfo, scope: Scope | None = None
) -> QuerySet[OrderGroupOrder]:
    """Return the links of the orders in a scope, with order and channel.

    :param scope: a part of the requestor's scope; the whole one by default.
    """
    scope = get_scope(info) if scope is None else scope
    links = scope.select_links(get_database_connection_name(info.context))
    return links.select_related("order__channel")
