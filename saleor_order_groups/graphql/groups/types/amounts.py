"""The types of a group's taxes and discounts."""

import graphene
from promise import Promise
from saleor.graphql.channel.dataloaders.by_order import ChannelByOrderIdLoader
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import ChannelContext, SyncWebhookControlContext
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.fields import PermissionsField
from saleor.graphql.core.scalars import DateTime, PositiveDecimal
from saleor.graphql.core.types import BaseObjectType, Money, NonNullList
from saleor.graphql.discount.dataloaders import PromotionByIdLoader, VoucherByIdLoader
from saleor.graphql.discount.enums import DiscountValueTypeEnum, OrderDiscountTypeEnum
from saleor.graphql.discount.types import Promotion, Voucher
from saleor.graphql.order.dataloaders import OrderByIdLoader
from saleor.graphql.order.types import Order
from saleor.permission.enums import DiscountPermissions, OrderPermissions

from ....groups.discounts import GroupDiscount
from ....groups.taxes import GroupTax
from ...core.descriptions import ADDED_IN_01


class OrderGroupTax(BaseObjectType):
    rate = graphene.Float(
        required=True, description="The tax rate; 0 if an order has none."
    )
    tax_class_name = graphene.String(description="Name of the tax class.")
    net = graphene.Field(Money, required=True, description="Amount without tax.")
    gross = graphene.Field(Money, required=True, description="Amount with tax.")
    tax = graphene.Field(Money, required=True, description="Amount of the tax.")

    class Meta:
        description = (
            "Amounts that are taxed at one rate in the orders of a group, including "
            "shipping." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_net(root: GroupTax, _info: ResolveInfo):
        return root.price.net

    @staticmethod
    def resolve_gross(root: GroupTax, _info: ResolveInfo):
        return root.price.gross

    @staticmethod
    def resolve_tax(root: GroupTax, _info: ResolveInfo):
        return root.price.tax


class OrderGroupDiscountShare(BaseObjectType):
    order = graphene.Field(Order, required=True, description="The order.")
    amount = graphene.Field(
        Money, required=True, description="The order's part of the discount."
    )

    class Meta:
        description = "An order's part of a group's discount." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_order(root, info: ResolveInfo):
        order_id, _ = root
        return (
            OrderByIdLoader(info.context)
            .load(order_id)
            .then(
                lambda order: SyncWebhookControlContext(
                    order, allow_sync_webhooks=False
                )
            )
        )

    @staticmethod
    def resolve_amount(root, _info: ResolveInfo):
        _, amount = root
        return amount


class OrderGroupDiscount(BaseObjectType):
    type = OrderDiscountTypeEnum(required=True, description="Type of the discount.")
    name = graphene.String(description="Name of the discount.")
    voucher_code = graphene.String(
        description="Code of the voucher, null for other discounts."
    )
    reason = PermissionsField(
        graphene.String,
        description="Explanation for the discount.",
        permissions=[OrderPermissions.MANAGE_ORDERS],
    )
    promotion = PermissionsField(
        Promotion,
        description="The promotion; null for other discounts, or if it was deleted.",
        permissions=[DiscountPermissions.MANAGE_DISCOUNTS],
    )
    voucher = PermissionsField(
        Voucher,
        description="The voucher; null for other discounts, or if it was deleted.",
        permissions=[DiscountPermissions.MANAGE_DISCOUNTS],
    )
    created_at = DateTime(
        required=True, description="Date and time when the discount was first applied."
    )
    start_date = DateTime(
        description=(
            "Current start date of the promotion or voucher; null if it was deleted."
        )
    )
    end_date = DateTime(
        description=(
            "Current end date of the promotion or voucher; null if it was deleted or "
            "does not end."
        )
    )
    value_type = graphene.Field(
        DiscountValueTypeEnum,
        required=True,
        description=(
            "PERCENTAGE if all records of the discount have the same percentage, "
            "otherwise FIXED."
        ),
    )
    value = PositiveDecimal(
        required=True, description="The percentage, or `amount` if the type is FIXED."
    )
    amount = graphene.Field(
        Money,
        required=True,
        description="Amount of the discount on all orders, in base prices.",
    )
    shares = NonNullList(
        OrderGroupDiscountShare,
        required=True,
        description="Each order's part of the discount.",
    )

    class Meta:
        description = (
            "The discount of one promotion or code on the orders of a group, including "
            "discounts on lines." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_reason(root: GroupDiscount, _info: ResolveInfo):
        return root.reason

    @staticmethod
    def resolve_promotion(root: GroupDiscount, info: ResolveInfo):
        if not root.promotion_id:
            return None
        return PromotionByIdLoader(info.context).load(root.promotion_id)

    @staticmethod
    def resolve_voucher(root: GroupDiscount, info: ResolveInfo):
        if not root.voucher_id:
            return None

        def in_channel(loaded):
            voucher, channel = loaded
            return voucher and ChannelContext(voucher, channel_slug=channel.slug)

        return Promise.all(
            [
                VoucherByIdLoader(info.context).load(root.voucher_id),
                ChannelByOrderIdLoader(info.context).load(next(iter(root.shares))),
            ]
        ).then(in_channel)

    @staticmethod
    def resolve_shares(root: GroupDiscount, _info: ResolveInfo):
        return list(root.shares.items())
