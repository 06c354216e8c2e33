"""Give Saleor the channel of a group's payment, which has no order to take it from."""

from collections.abc import Callable

from promise import Promise
from saleor.payment.models import TransactionItem

from ..models import GroupPayment
from .seam import Seam


def _resolve_transactions(original: Callable) -> Callable:
    """List a group's payment to the staff of its channel.

    Saleor filters by the channel of the order or checkout, and a group's payment has
    neither. Apps see every transaction, or their own, without this seam.
    """

    def resolve_transactions(info):
        from saleor.graphql.app.dataloaders import get_app_promise

        from ..graphql.groups.resolvers import is_of_channels

        transactions = original(info)
        if get_app_promise(info.context).get():
            return transactions
        of_payments = GroupPayment.objects.filter(is_of_channels(info, "group__"))
        return transactions | TransactionItem.objects.using(transactions.db).filter(
            pk__in=of_payments.order_by().values("transaction_id")
        )

    return resolve_transactions


def _load_channels(original: Callable) -> Callable:
    """Load the channel of the group for a group's payment.

    Saleor reads the page to which a refund's reason refers in the channel of the order
    or checkout, and fails where there is neither.
    """

    def batch_load(self, keys):
        from saleor.graphql.channel.dataloaders.by_self import ChannelByIdLoader

        channel_ids = dict(
            GroupPayment.objects.using(self.database_connection_name)
            .filter(transaction_id__in=keys)
            .order_by()
            .values_list("transaction_id", "group__channel_id")
        )
        channels_of_payments = ChannelByIdLoader(self.context)

        def with_payments(channels):
            return Promise.all(
                [
                    channel
                    if channel or key not in channel_ids
                    else channels_of_payments.load(channel_ids[key])
                    for key, channel in zip(keys, channels, strict=True)
                ]
            )

        return original(self, keys).then(with_payments)

    return batch_load


SEAMS = (
    Seam(
        "saleor.graphql.channel.dataloaders.by_transaction",
        "ChannelByTransactionIdLoader.batch_load",
        ("self", "keys"),
        _load_channels,
    ),
    Seam(
        "saleor.graphql.payment.resolvers",
        "resolve_transactions",
        ("info",),
        _resolve_transactions,
    ),
)
