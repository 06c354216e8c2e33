"""The types of the preview of a checkout's orders."""

import graphene
from saleor.graphql.checkout.types import CheckoutLine
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.doc_category import DOC_CATEGORY_CHECKOUT
from saleor.graphql.core.types import BaseObjectType, Money, NonNullList, TaxedMoney

from ....allocation import preview
from ...core.descriptions import ADDED_IN_01
from ...sellers.types import Seller


class OrderPreview(BaseObjectType):
    """The root is a preview in a context, which may forbid calls of sync webhooks."""

    seller = graphene.Field(
        Seller, description="The seller of the order; null for the shop's own goods."
    )
    lines = NonNullList(
        CheckoutLine, required=True, description="The lines that go into the order."
    )
    shipping_method_name = graphene.String(
        description=(
            "Name of the shipping method that the order will have; null if nothing "
            "ships, no method is chosen, or the customer collects the goods."
        )
    )
    subtotal = graphene.Field(
        TaxedMoney, required=True, description="Sum of the lines' totals."
    )
    shipping_price = graphene.Field(
        TaxedMoney,
        required=True,
        description="The order's share of the shipping price.",
    )
    discount = graphene.Field(
        Money,
        required=True,
        description=(
            "The order's share of order-level discounts, in base prices. The lines "
            "show their own discounts."
        ),
    )
    gift_card_amount = graphene.Field(
        Money, required=True, description="Amount of the order that gift cards pay."
    )
    total = graphene.Field(
        TaxedMoney,
        required=True,
        description="Total price of the order, after gift cards.",
    )

    class Meta:
        description = "An order that a checkout will be split into." + ADDED_IN_01
        doc_category = DOC_CATEGORY_CHECKOUT
        # The root is a context; its `node` is the preview.
        default_resolver = staticmethod(
            lambda name, default, root, info, **args: getattr(root.node, name, default)
        )

    @staticmethod
    def resolve_lines(
        root: SyncWebhookControlContext[preview.OrderPreview], _info: ResolveInfo
    ):
        return [
            SyncWebhookControlContext(
                line_info.line, allow_sync_webhooks=root.allow_sync_webhooks
            )
            for line_info in root.node.lines
        ]


class OrderGroupPreview(BaseObjectType):
    orders = NonNullList(
        OrderPreview,
        required=True,
        description=(
            "One order for each seller: the shop's own goods first, then by the "
            "seller's slug."
        ),
    )
    total = graphene.Field(
        TaxedMoney,
        required=True,
        description="Sum of the orders' totals, after gift cards.",
    )

    class Meta:
        description = (
            "The orders that a checkout will be split into if it completes in its "
            "current state." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_CHECKOUT

    @staticmethod
    def resolve_orders(root, _info: ResolveInfo):
        return root

    @staticmethod
    def resolve_total(
        root: list[SyncWebhookControlContext[preview.OrderPreview]],
        _info: ResolveInfo,
    ):
        first, *rest = [order.node.total for order in root]
        return sum(rest, start=first)
