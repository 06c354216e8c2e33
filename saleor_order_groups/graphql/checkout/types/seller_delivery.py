"""The type of a seller's delivery methods in a checkout."""

import graphene
from saleor.graphql.checkout.types import CheckoutLine
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.doc_category import DOC_CATEGORY_CHECKOUT
from saleor.graphql.core.types import BaseObjectType, NonNullList
from saleor.graphql.shipping.types import ShippingMethod

from ....delivery import options as delivery
from ...core.descriptions import ADDED_IN_01
from ...sellers.types import Seller


class CheckoutSellerDelivery(BaseObjectType):
    """The root is a delivery in a context, which may forbid calls of sync webhooks."""

    seller = graphene.Field(
        Seller, description="The seller that sends the goods; null for the shop itself."
    )
    lines = NonNullList(
        CheckoutLine, required=True, description="The seller's lines of the checkout."
    )
    is_shipping_required = graphene.Boolean(
        required=True,
        description="Whether any of the goods ship, so that a method has to be chosen.",
    )
    available_shipping_methods = NonNullList(
        ShippingMethod,
        required=True,
        description=(
            "Shipping methods that apply to the seller's lines alone, the cheapest "
            "first. Empty without a shipping address."
        ),
    )
    selected_shipping_method = graphene.Field(
        ShippingMethod,
        description=(
            "The method chosen for the seller; null if no method is chosen, or if the "
            "chosen one no longer applies."
        ),
    )

    class Meta:
        description = (
            "The delivery options of one seller's goods in a checkout." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_CHECKOUT

    @staticmethod
    def resolve_seller(
        root: SyncWebhookControlContext[delivery.SellerDelivery], _info: ResolveInfo
    ):
        return root.node.partition.seller

    @staticmethod
    def resolve_lines(
        root: SyncWebhookControlContext[delivery.SellerDelivery], _info: ResolveInfo
    ):
        return [
            SyncWebhookControlContext(
                line_info.line, allow_sync_webhooks=root.allow_sync_webhooks
            )
            for line_info in root.node.partition.lines
        ]

    @staticmethod
    def resolve_is_shipping_required(
        root: SyncWebhookControlContext[delivery.SellerDelivery], _info: ResolveInfo
    ):
        return root.node.needs_shipping

    @staticmethod
    def resolve_available_shipping_methods(
        root: SyncWebhookControlContext[delivery.SellerDelivery], _info: ResolveInfo
    ):
        return root.node.methods

    @staticmethod
    def resolve_selected_shipping_method(
        root: SyncWebhookControlContext[delivery.SellerDelivery], _info: ResolveInfo
    ):
        return root.node.selected
