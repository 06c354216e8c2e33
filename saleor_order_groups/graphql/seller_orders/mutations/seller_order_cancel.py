"""Cancel an order."""

import graphene
from saleor.graphql.app.dataloaders import get_app_promise
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.order.events import order_note_added_event

from ....host.locks import lock_order_with_goods
from ....models import OrderGroupOrder, SellerRight
from ...core.descriptions import ADDED_IN_01
from .. import saleor_mutations
from ..access import get_user
from ..enums import SellerOrderErrorCode
from ..errors import SellerOrderError, refuse
from .base import SellerOrderAct

MAX_REASON_LENGTH = 2000


class SellerOrderCancel(SellerOrderAct):
    right = SellerRight.DECIDE
    act_name = "cancel"

    class Arguments:
        id = graphene.ID(required=True, description="ID of the seller's order.")
        reason = graphene.String(
            description=(
                "Why, for the shop: it becomes a note of the order. At most "
                f"{MAX_REASON_LENGTH} characters."
            )
        )
        idempotency_key = graphene.String(
            description="Any text of the caller's: a retry with it is done once."
        )

    class Meta:
        description = (
            "Declines or cancels an order without live fulfillments, as `orderCancel`; "
            "refunds nothing. Requires DECIDE." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        error_type_class = SellerOrderError

    @classmethod
    def act(  # type: ignore[override]
        cls, info: ResolveInfo, link: OrderGroupOrder, reason: str | None = None
    ) -> None:
        reason = (reason or "").strip()
        if len(reason) > MAX_REASON_LENGTH:
            raise refuse(
                "reason",
                f"At most {MAX_REASON_LENGTH} characters.",
                SellerOrderErrorCode.INVALID,
            )
        order = lock_order_with_goods(link.order_id)
        if order is None or not order.can_cancel():
            raise refuse(
                "id",
                "The order cannot be canceled any more.",
                SellerOrderErrorCode.ORDER_STATUS,
            )
        if reason:
            order_note_added_event(
                order=order,
                user=get_user(info.context),
                app=get_app_promise(info.context).get(),
                message=reason,
            )
        saleor_mutations.cancel(info, order)
