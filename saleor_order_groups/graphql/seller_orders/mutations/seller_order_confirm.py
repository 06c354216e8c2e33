"""Confirm an order."""

import graphene
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.order import OrderStatus

from ....host.locks import lock_orders
from ....models import OrderGroupOrder, SellerRight
from ....payments.legacy.bounds import lock_parts
from ...core.descriptions import ADDED_IN_01
from .. import saleor_mutations
from ..enums import SellerOrderErrorCode
from ..errors import SellerOrderError, refuse
from .base import SellerOrderAct


class SellerOrderConfirm(SellerOrderAct):
    right = SellerRight.DECIDE
    act_name = "confirm"
    # The provider of a legacy payment is asked inside the transaction: once.
    attempts = 1

    class Arguments:
        id = graphene.ID(required=True, description="ID of the seller's order.")
        idempotency_key = graphene.String(
            description="Any text of the caller's: a retry with it is done once."
        )

    class Meta:
        description = (
            "Accepts an unconfirmed order, as `orderConfirm`. Requires DECIDE."
            + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        error_type_class = SellerOrderError

    @classmethod
    def act(cls, info: ResolveInfo, link: OrderGroupOrder) -> None:  # type: ignore[override]
        # As in Saleor: the parts of a legacy payment, then the order.
        for payment in link.order.payments.filter(is_active=True).order_by("pk"):
            lock_parts(payment)
        order = lock_orders([link.order_id])[link.order_id]
        if order.status != OrderStatus.UNCONFIRMED:
            raise refuse(
                "id",
                "Only an unconfirmed order can be confirmed.",
                SellerOrderErrorCode.ORDER_STATUS,
            )
        if not order.lines.exists():
            raise refuse(
                "id", "The order has no goods.", SellerOrderErrorCode.ORDER_STATUS
            )
        saleor_mutations.confirm(info, order)
