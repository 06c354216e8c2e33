"""Cancel a fulfillment."""

import graphene
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.order import FulfillmentStatus

from ....host.locks import lock_fulfillment
from ....models import OrderGroupOrder, SellerRight
from ...core.descriptions import ADDED_IN_01
from .. import saleor_mutations
from ..enums import SellerOrderErrorCode
from ..errors import SellerOrderError, refuse
from .base import SellerFulfillmentAct

# All others have been refunded, returned or replaced, or are canceled.
_CANCELABLE = (FulfillmentStatus.FULFILLED, FulfillmentStatus.WAITING_FOR_APPROVAL)


class SellerFulfillmentCancel(SellerFulfillmentAct):
    right = SellerRight.FULFILL
    act_name = "cancel_fulfillment"

    class Arguments:
        id = graphene.ID(required=True, description="ID of the seller's fulfillment.")
        idempotency_key = graphene.String(
            description="Any text of the caller's: a retry with it is done once."
        )

    class Meta:
        description = (
            "Cancels a fulfillment. The goods go back to where they were taken from. "
            "Requires FULFILL." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        error_type_class = SellerOrderError

    @classmethod
    def act(  # type: ignore[override]
        cls, info: ResolveInfo, link: OrderGroupOrder, fulfillment_pk: int
    ) -> None:
        fulfillment = lock_fulfillment(fulfillment_pk)
        if fulfillment is None:
            raise cls.not_found("fulfillment")
        if fulfillment.status not in _CANCELABLE:
            raise refuse(
                "id",
                "The fulfillment cannot be canceled any more.",
                SellerOrderErrorCode.ORDER_STATUS,
            )
        warehouse_ids = set(
            fulfillment.lines.values_list("stock__warehouse_id", flat=True)
        )
        is_waiting = fulfillment.status == FulfillmentStatus.WAITING_FOR_APPROVAL
        if not is_waiting and (len(warehouse_ids) != 1 or None in warehouse_ids):
            raise refuse(
                "id",
                "The shop itself must take these goods back: their warehouse is gone.",
                SellerOrderErrorCode.WAREHOUSE,
            )
        warehouse_id = None if is_waiting else warehouse_ids.pop()
        saleor_mutations.cancel_fulfillment(info, fulfillment, warehouse_id)
