"""The queries and mutations of sellers' orders."""

import graphene
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.fields import BaseField, FilterConnectionField
from saleor.graphql.core.types import BaseInputObjectType, NonNullList
from saleor.graphql.core.validators import validate_one_of_args_is_in_query

from ..core.descriptions import ADDED_IN_01
from .filters import SellerOrderWhereInput
from .mutations.seller_fulfillment_cancel import SellerFulfillmentCancel
from .mutations.seller_fulfillment_update_tracking import (
    SellerFulfillmentUpdateTracking,
)
from .mutations.seller_order_cancel import SellerOrderCancel
from .mutations.seller_order_confirm import SellerOrderConfirm
from .mutations.seller_order_fulfill import SellerOrderFulfill
from .mutations.seller_order_refund import SellerOrderRefund
from .mutations.seller_order_set_reference import SellerOrderSetReference
from .resolvers import (
    resolve_seller_access,
    resolve_seller_order,
    resolve_seller_orders,
)
from .sorters import SellerOrderSortingInput
from .types.access import SellerAccess
from .types.order import SellerOrder, SellerOrderCountableConnection


class SellerReferenceInput(BaseInputObjectType):
    seller_id = graphene.ID(required=True, description="ID of the seller.")
    reference = graphene.String(required=True, description="The seller's reference.")

    class Meta:
        description = "A seller's own reference of an order." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS


class SellerOrderQueries:
    seller_access = BaseField(
        NonNullList(SellerAccess),
        required=True,
        description=(
            "Whose orders the caller sees. Empty for a customer; denied to anonymous "
            "callers." + ADDED_IN_01
        ),
        doc_category=DOC_CATEGORY_ORDERS,
    )
    seller_orders = FilterConnectionField(
        SellerOrderCountableConnection,
        seller_id=graphene.Argument(
            graphene.ID, description="ID of one of the caller's sellers."
        ),
        where=SellerOrderWhereInput(
            description="Where filtering options for sellers' orders."
        ),
        sort_by=SellerOrderSortingInput(description="Sort sellers' orders."),
        search=graphene.String(
            description=(
                "Order number, SKU, product name, tracking number, reference; at most "
                "10 words, 100 characters."
            )
        ),
        description=(
            "The orders of the caller's sellers, newest first unless sorted; of one of "
            "them where named. Permissions widen nothing: staff with MANAGE_ORDERS and "
            "no membership get an empty list. Denied to anonymous callers."
            + ADDED_IN_01
        ),
        doc_category=DOC_CATEGORY_ORDERS,
    )
    seller_order = BaseField(
        SellerOrder,
        id=graphene.Argument(graphene.ID, description="ID of a seller's order."),
        number=graphene.Argument(
            graphene.String, description="Number of a seller's order."
        ),
        external_reference=graphene.Argument(
            SellerReferenceInput, description="The seller's own reference."
        ),
        description=(
            "Look up an order by exactly one argument. Null alike for what does not "
            "exist and what is somebody else's." + ADDED_IN_01
        ),
        doc_category=DOC_CATEGORY_ORDERS,
    )

    @staticmethod
    def resolve_seller_access(_root, info: ResolveInfo):
        return resolve_seller_access(info)

    @staticmethod
    def resolve_seller_orders(_root, info: ResolveInfo, **kwargs):
        return resolve_seller_orders(info, kwargs)

    @staticmethod
    def resolve_seller_order(
        _root, info: ResolveInfo, *, id=None, number=None, external_reference=None
    ):
        validate_one_of_args_is_in_query(
            "id", id, "number", number, "external_reference", external_reference
        )
        return resolve_seller_order(info, id, number, external_reference)


class SellerOrderMutations:
    seller_order_confirm = SellerOrderConfirm.Field()
    seller_order_cancel = SellerOrderCancel.Field()
    seller_order_fulfill = SellerOrderFulfill.Field()
    seller_fulfillment_update_tracking = SellerFulfillmentUpdateTracking.Field()
    seller_fulfillment_cancel = SellerFulfillmentCancel.Field()
    seller_order_refund = SellerOrderRefund.Field()
    seller_order_set_reference = SellerOrderSetReference.Field()
