"""Refund the charged amount of a group."""

import graphene
from django.core.exceptions import ValidationError
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.scalars import PositiveDecimal
from saleor.graphql.core.types import NonNullList
from saleor.payment import TransactionAction
from saleor.permission.enums import PaymentPermissions

from ....host.internals import prepare_refund_reason
from ...core.descriptions import ADDED_IN_01
from ...core.ids import global_id_to_uuid
from ...core.limits import describe_excess
from ..errors import OrderGroupError, OrderGroupErrorCode
from .base import get_orders
from .payment_base import OrderGroupPaymentOperation


class OrderGroupRefund(OrderGroupPaymentOperation):
    class Arguments:
        id = graphene.ID(required=True, description="ID of the group.")
        amount = PositiveDecimal(
            description="Amount to refund. Default: the whole charged amount."
        )
        orders = NonNullList(
            graphene.ID,
            description=(
                "IDs of the orders to refund, at most 100. Default: all orders of the "
                "group."
            ),
        )
        refund_reason = graphene.String(description="Reason of the refund.")
        refund_reason_reference = graphene.ID(
            description=(
                "ID of a `Page` (Model) to reference in reason. Required for staff if "
                "the shop has configured a model type for refund reasons, as in "
                "`transactionRequestAction`."
            )
        )

    class Meta:
        description = (
            "Refunds the charged amount, or the given part of it, for all orders of a "
            "group or for the given orders." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        permissions = (PaymentPermissions.HANDLE_PAYMENTS,)
        error_type_class = OrderGroupError

    @classmethod
    def perform_mutation(  # type: ignore[override]
        cls, _root, info: ResolveInfo, /, *, id, amount=None, orders=None, **reason
    ):
        if excess := describe_excess("orders", orders or ()):
            code = OrderGroupErrorCode.INVALID.value
            raise ValidationError({"orders": ValidationError(excess, code=code)})
        group = cls.get_group(info, id)
        requestor = cls.get_requestor(info)
        requestor.refund_reason = reason.get("refund_reason")
        requestor.refund_reason_reference = prepare_refund_reason(info, **reason)
        found = get_orders(group)
        if orders is not None:
            wanted = {given: global_id_to_uuid(given, "Order") for given in orders}
            keys = {order.pk for order in found}
            unknown = [given for given, pk in wanted.items() if pk not in keys]
            if unknown or not wanted:
                raise ValidationError(
                    {
                        "orders": ValidationError(
                            f"No orders of this group: {', '.join(unknown)}"
                            if unknown
                            else "No orders were named.",
                            code=OrderGroupErrorCode.NOT_FOUND.value,
                        )
                    }
                )
            found = [order for order in found if order.pk in wanted.values()]
        if not found:
            raise cls.amount_error(
                "The group has no orders left.", OrderGroupErrorCode.INVALID
            )
        return cls.request(
            info, group, found, TransactionAction.REFUND, amount, requestor
        )
