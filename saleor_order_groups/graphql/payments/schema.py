"""The fields of shares that are added to Saleor's types."""

import graphene
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.types import NonNullList
from saleor.graphql.payment.dataloaders import TransactionItemByIDLoader
from saleor.payment import models
from saleor.payment.interface import (
    TransactionActionData,
    TransactionProcessActionData,
)

from ..core.descriptions import ADDED_IN_01
from ..groups.types.order_group import OrderGroup
from .access import load_readable_group, refuse_without_permission, with_access
from .dataloaders import SharesByEventLoader, SharesByTransactionLoader
from .requested import resolve_action_shares, resolve_session_shares
from .types.shares import PaymentShare, TransactionAmountShare, TransactionEventShare

REQUIRES = (
    "\n\nRequires one of the following permissions: HANDLE_PAYMENTS, MANAGE_ORDERS."
)
REQUESTED = (
    "Each order's part of the amount: what completion or the app's report would book "
    "now. Parts of zero are left out. Empty for a transaction of no group."
    + ADDED_IN_01
)


class TransactionItemFields:
    order_group = graphene.Field(
        OrderGroup,
        description=(
            "The group that the transaction paid for, whole or one order of it. Null "
            "before the checkout completes, and for requestors who may not see the "
            "group." + ADDED_IN_01
        ),
    )
    shares = graphene.Field(
        NonNullList(PaymentShare),
        description=(
            "Each order's share of the transaction, in the group's order. A transaction "
            "of one order has one. Empty for a transaction of no group."
            + ADDED_IN_01
            + REQUIRES
        ),
    )

    @staticmethod
    def resolve_order_group(root: models.TransactionItem, info: ResolveInfo):
        return load_readable_group(info, root)

    @staticmethod
    def resolve_shares(root: models.TransactionItem, info: ResolveInfo):
        loader = SharesByTransactionLoader(info.context)
        return with_access(info, root, lambda: loader.load(root))


class TransactionEventFields:
    shares = graphene.Field(
        NonNullList(TransactionEventShare),
        description=(
            "Each order's part of the event's amount. Parts of zero are left out. Empty "
            "for an event that Saleor does not count or that moves no money, and for a "
            "transaction of no group." + ADDED_IN_01 + REQUIRES
        ),
    )

    @staticmethod
    def resolve_shares(root: models.TransactionEvent, info: ResolveInfo):
        loader = SharesByEventLoader(info.context)

        def with_transaction(transaction: models.TransactionItem):
            return with_access(info, transaction, lambda: loader.load(root))

        refuse_without_permission(info)
        return (
            TransactionItemByIDLoader(info.context)
            .load(root.transaction_id)
            .then(with_transaction)
        )


class TransactionActionFields:
    shares = graphene.Field(
        NonNullList(TransactionAmountShare), required=True, description=REQUESTED
    )

    @staticmethod
    def resolve_shares(root: TransactionActionData, info: ResolveInfo):
        return resolve_action_shares(root, info)


class TransactionProcessActionFields:
    shares = graphene.Field(
        NonNullList(TransactionAmountShare), required=True, description=REQUESTED
    )

    @staticmethod
    def resolve_shares(root: TransactionProcessActionData, info: ResolveInfo):
        # `seams.sessions` hands the session down to its action.
        session = getattr(root, "session", None)
        return resolve_session_shares(session, info) if session else []
