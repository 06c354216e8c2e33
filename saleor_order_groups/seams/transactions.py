"""Where staff would not find the payments of groups."""

from collections.abc import Callable

from saleor.payment.models import TransactionItem

from ..models import GroupPayment
from .seam import Seam


def _resolve_transactions(original: Callable) -> Callable:
    """List a group's payment to the staff of its channel.

    Saleor goes by the channel of the order or checkout, and a payment has neither.
    Apps see every transaction, or their own, without this.
    """

    def resolve_transactions(info):
        from saleor.graphql.app.dataloaders import get_app_promise

        from ..graphql.resolvers import is_of_channels

        transactions = original(info)
        if get_app_promise(info.context).get():
            return transactions
        of_payments = GroupPayment.objects.filter(is_of_channels(info, "group__"))
        return transactions | TransactionItem.objects.using(transactions.db).filter(
            pk__in=of_payments.order_by().values("transaction_id")
        )

    return resolve_transactions


SEAMS = (
    Seam(
        "saleor.graphql.payment.resolvers",
        "resolve_transactions",
        ("info",),
        _resolve_transactions,
    ),
)
