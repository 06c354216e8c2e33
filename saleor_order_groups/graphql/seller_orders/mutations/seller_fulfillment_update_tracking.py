"""Set the tracking number of a fulfillment."""

import graphene
from saleor.graphql.app.dataloaders import get_app_promise
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.plugins.dataloaders import get_plugin_manager_promise
from saleor.order import FulfillmentStatus

from ....host.internals import fulfillment_tracking_updated, send_fulfillment_update
from ....host.locks import lock_fulfillment
from ....models import OrderGroupOrder, SellerRight
from ...core.descriptions import ADDED_IN_01
from ..access import get_user
from ..enums import SellerOrderErrorCode
from ..errors import SellerOrderError, refuse
from .base import SellerFulfillmentAct
from .limits import clean_tracking_number


class SellerFulfillmentUpdateTracking(SellerFulfillmentAct):
    right = SellerRight.FULFILL
    act_name = "update_tracking"

    class Arguments:
        id = graphene.ID(required=True, description="ID of the seller's fulfillment.")
        tracking_number = graphene.String(
            required=True, description="Tracking number; an empty text removes it."
        )
        notify_customer = graphene.Boolean(
            default_value=False,
            description="Whether the customer gets an email if the number changes.",
        )

    class Meta:
        description = (
            "Sets the tracking number of a fulfillment. Requires FULFILL." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        error_type_class = SellerOrderError

    @classmethod
    def act(  # type: ignore[override]
        cls,
        info: ResolveInfo,
        link: OrderGroupOrder,
        fulfillment_pk: int,
        tracking_number: str,
        notify_customer: bool | None = False,
    ) -> None:
        tracking_number = clean_tracking_number(tracking_number)
        fulfillment = lock_fulfillment(fulfillment_pk)
        if fulfillment is None:
            raise cls.not_found("fulfillment")
        if fulfillment.status == FulfillmentStatus.CANCELED:
            raise refuse(
                "id", "The fulfillment is canceled.", SellerOrderErrorCode.ORDER_STATUS
            )
        if fulfillment.tracking_number == tracking_number:
            return
        fulfillment.tracking_number = tracking_number
        fulfillment.save(update_fields=["tracking_number"])
        manager = get_plugin_manager_promise(info.context).get()
        fulfillment_tracking_updated(
            fulfillment,
            get_user(info.context),
            get_app_promise(info.context).get(),
            tracking_number,
            manager,
        )
        if notify_customer:
            send_fulfillment_update(fulfillment.order, fulfillment, manager)
