"""Data loaders of shares."""

from uuid import UUID

from promise import Promise
from saleor.graphql.core.dataloaders import DataLoader
from saleor.graphql.payment.dataloaders import TransactionItemByIDLoader
from saleor.payment.models import TransactionEvent, TransactionItem

from ...models import GroupPayment, OrderGroup
from ...payments.amounts import is_divided
from ...payments.shares import (
    EventShare,
    TransactionShare,
    get_event_shares,
    get_shares,
)
from ...payments.unavailable_actions import UnavailableAction, find_unavailable
from ..groups.dataloaders import OrderGroupByIdLoader, OrderGroupByOrderIdLoader


class SharesByTransactionLoader(DataLoader[TransactionItem, list[TransactionShare]]):
    context_key = "saleor_order_groups_shares_by_transaction"

    def batch_load(self, keys):
        shares = get_shares(keys, self.database_connection_name)
        return [shares[transaction.pk] for transaction in keys]


class SharesByEventLoader(DataLoader[TransactionEvent, list[EventShare]]):
    context_key = "saleor_order_groups_shares_by_event"

    def batch_load(self, keys):
        ids = list({event.transaction_id for event in keys if is_divided(event)})

        def with_transactions(transactions):
            by_key = dict(zip(ids, transactions, strict=True))
            shares = get_event_shares(keys, by_key, self.database_connection_name)
            return [shares[event.pk] for event in keys]

        loader = TransactionItemByIDLoader(self.context)
        return loader.load_many(ids).then(with_transactions)


class UnavailableActionsByShareLoader(DataLoader[UUID, list[UnavailableAction]]):
    context_key = "saleor_order_groups_unavailable_actions_by_share"

    def batch_load(self, keys):
        found = find_unavailable(keys, self.database_connection_name)
        return [found.get(key, []) for key in keys]


class OrderGroupByPaymentLoader(DataLoader[int, OrderGroup | None]):
    """Load the group whose payment a transaction is, by the transaction's key."""

    context_key = "saleor_order_groups_group_by_payment"

    def batch_load(self, keys):
        payments = GroupPayment.objects.using(self.database_connection_name)
        group_ids = dict(
            payments.filter(transaction__in=keys).values_list(
                "transaction_id", "group_id"
            )
        )
        loader = OrderGroupByIdLoader(self.context)
        return Promise.all(
            [loader.load(group_ids[key]) if key in group_ids else None for key in keys]
        )


def load_group(context, transaction: TransactionItem) -> Promise[OrderGroup | None]:
    """Return the group that a transaction paid for, whole or one order of it."""
    if transaction.order_id:
        return OrderGroupByOrderIdLoader(context).load(transaction.order_id)
    if transaction.checkout_id:
        return Promise.resolve(None)
    return OrderGroupByPaymentLoader(context).load(transaction.pk)
