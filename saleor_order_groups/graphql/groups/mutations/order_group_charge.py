"""Charge the authorized amount of a group."""

import graphene
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.scalars import PositiveDecimal
from saleor.payment import TransactionAction
from saleor.permission.enums import PaymentPermissions

from ....groups.statuses import NOT_LIVE
from ...core.descriptions import ADDED_IN_01
from ..errors import OrderGroupError, OrderGroupErrorCode
from .base import get_orders
from .payment_base import OrderGroupPaymentOperation


class OrderGroupCharge(OrderGroupPaymentOperation):
    class Arguments:
        id = graphene.ID(required=True, description="ID of the group.")
        amount = PositiveDecimal(
            description="Amount to charge. Default: the whole authorized amount."
        )

    class Meta:
        description = (
            "Charges the authorized amount of a group's live orders, or the given part "
            "of it, through the group's payments." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        permissions = (PaymentPermissions.HANDLE_PAYMENTS,)
        error_type_class = OrderGroupError

    @classmethod
    def perform_mutation(cls, _root, info: ResolveInfo, /, *, id, amount=None):  # type: ignore[override]
        group = cls.get_group(info, id)
        orders = [order for order in get_orders(group) if order.status not in NOT_LIVE]
        if not orders:
            raise cls.amount_error(
                "No order of the group is live.", OrderGroupErrorCode.INVALID
            )
        return cls.request(info, group, orders, TransactionAction.CHARGE, amount)
