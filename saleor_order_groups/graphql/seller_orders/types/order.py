"""One order, as its seller sees it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import graphene
import prices
from graphene import relay
from promise import Promise
from saleor.core.db.connection import allow_writer_in_context
from saleor.core.prices import quantize_price
from saleor.graphql.account.dataloaders import AddressByIdLoader
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.connection import CountableConnection
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.enums import LanguageCodeEnum
from saleor.graphql.core.scalars import DateTime
from saleor.graphql.core.types import ModelObjectType, Money, NonNullList, TaxedMoney
from saleor.graphql.core.utils import str_to_enum
from saleor.graphql.order.dataloaders import (
    FulfillmentsByOrderIdLoader,
    OrderGrantedRefundsByOrderIdLoader,
    OrderLinesByOrderIdLoader,
    OrderPriceCalculationByOrderIdAndWebhookSyncLoader,
)
from saleor.graphql.order.enums import (
    OrderAuthorizeStatusEnum,
    OrderChargeStatusEnum,
    OrderStatusEnum,
)
from saleor.graphql.order.types import Order
from saleor.graphql.site.dataloaders import get_site_promise

from .... import models
from ....config import CustomerData, SellerRefunds
from ....models import SellerRight
from ...core.descriptions import ADDED_IN_01
from ..access import get_scope, select_orders
from ..actions import find_actions
from ..dataloaders import RefundableByOrderIdLoader
from ..enums import SellerOrderActionEnum
from ..settings import get_settings
from .access import SellerName
from .address import SellerOrderAddress, ShownAddress
from .fulfillment import SellerFulfillment
from .line import LineOfSeller, SellerOrderLine
from .refund import SellerRefund

SHOWN = " Null where the channel does not show it to sellers (`seller-customer-data`)."


class SellerOrder(ModelObjectType[models.OrderGroupOrder]):
    id = graphene.GlobalID(required=True, description="ID of the order for its seller.")
    number = graphene.String(
        required=True, description="The order's number, as the customer knows it."
    )
    seller = graphene.Field(SellerName, required=True, description="The seller.")
    external_reference = graphene.String(
        description=(
            "The seller's own reference, e.g. of its ERP; unique for each seller."
        )
    )
    channel_slug = graphene.String(required=True, description="Slug of the channel.")
    created_at = DateTime(
        required=True, description="Date and time when the customer placed the order."
    )
    updated_at = DateTime(
        required=True, description="Date and time when the order was last changed."
    )
    status = OrderStatusEnum(required=True, description="Status of the order.")
    charge_status = OrderChargeStatusEnum(
        required=True, description="How much of the order is charged."
    )
    authorize_status = OrderAuthorizeStatusEnum(
        required=True, description="How much of the order is authorized."
    )
    language_code = graphene.Field(
        LanguageCodeEnum, required=True, description="The customer's language."
    )
    lines = NonNullList(SellerOrderLine, required=True, description="The lines.")
    fulfillments = NonNullList(
        SellerFulfillment, required=True, description="The fulfillments."
    )
    refunds = NonNullList(
        SellerRefund, required=True, description="The granted refunds."
    )
    subtotal = graphene.Field(
        TaxedMoney, required=True, description="Sum of the lines."
    )
    shipping_price = graphene.Field(
        TaxedMoney, required=True, description="Price of the delivery."
    )
    undiscounted_total = graphene.Field(
        TaxedMoney, required=True, description="Total without discounts."
    )
    total = graphene.Field(
        TaxedMoney, required=True, description="Total, after gift cards."
    )
    total_charged = graphene.Field(
        Money, required=True, description="Amount that is charged."
    )
    total_refunded = graphene.Field(
        Money, required=True, description="Amount that was refunded."
    )
    refundable = graphene.Field(
        Money,
        required=True,
        description="Amount that the caller may still ask to be refunded.",
    )
    delivery_method_name = graphene.String(description="Name of the delivery method.")
    collection_point_name = graphene.String(description="Name of the collection point.")
    shipping_address = graphene.Field(
        SellerOrderAddress, description="The shipping address." + SHOWN
    )
    billing_address = graphene.Field(
        SellerOrderAddress, description="The billing address." + SHOWN
    )
    user_email = graphene.String(description="Email of the customer." + SHOWN)
    customer_note = graphene.String(description="Note of the customer." + SHOWN)
    available_actions = NonNullList(
        SellerOrderActionEnum,
        required=True,
        description=(
            "What the caller may do now, by right, status and the shop's settings."
        ),
    )

    class Meta:
        description = (
            "One order, as its seller sees it. Its ID is not the order's ID and says "
            "nothing of it: whoever holds an order's ID reads the order, its customer "
            "and its group from Saleor's `order`." + ADDED_IN_01
        )
        interfaces = [relay.Node]
        model = models.OrderGroupOrder
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_number(root: models.OrderGroupOrder, _info: ResolveInfo):
        return str(root.order.number)

    @staticmethod
    def resolve_seller(root: models.OrderGroupOrder, info: ResolveInfo):
        return get_scope(info).by_seller[_get_seller_id(root)].seller

    @staticmethod
    def resolve_external_reference(root: models.OrderGroupOrder, _info: ResolveInfo):
        return root.seller_reference

    @staticmethod
    def resolve_channel_slug(root: models.OrderGroupOrder, _info: ResolveInfo):
        return root.order.channel.slug

    @staticmethod
    def resolve_created_at(root: models.OrderGroupOrder, _info: ResolveInfo):
        return root.order.created_at

    @staticmethod
    def resolve_updated_at(root: models.OrderGroupOrder, _info: ResolveInfo):
        return root.order.updated_at

    @staticmethod
    def resolve_status(root: models.OrderGroupOrder, _info: ResolveInfo):
        return root.order.status

    @staticmethod
    def resolve_charge_status(root: models.OrderGroupOrder, _info: ResolveInfo):
        return root.order.charge_status

    @staticmethod
    def resolve_authorize_status(root: models.OrderGroupOrder, _info: ResolveInfo):
        return root.order.authorize_status

    @staticmethod
    def resolve_language_code(root: models.OrderGroupOrder, _info: ResolveInfo):
        return LanguageCodeEnum[str_to_enum(root.order.language_code)]

    @staticmethod
    def resolve_lines(root: models.OrderGroupOrder, info: ResolveInfo):
        def with_lines(data):
            _, lines = data
            return [LineOfSeller(root, line) for line in lines]

        return _load_priced(root, info).then(with_lines)

    @staticmethod
    def resolve_fulfillments(root: models.OrderGroupOrder, info: ResolveInfo):
        return FulfillmentsByOrderIdLoader(info.context).load(root.order_id)

    @staticmethod
    def resolve_refunds(root: models.OrderGroupOrder, info: ResolveInfo):
        return OrderGrantedRefundsByOrderIdLoader(info.context).load(root.order_id)

    @staticmethod
    def resolve_subtotal(root: models.OrderGroupOrder, info: ResolveInfo):
        return _load_price(root, info, lambda order: order.subtotal)

    @staticmethod
    def resolve_shipping_price(root: models.OrderGroupOrder, info: ResolveInfo):
        return _load_price(root, info, lambda order: order.shipping_price)

    @staticmethod
    def resolve_undiscounted_total(root: models.OrderGroupOrder, info: ResolveInfo):
        return _load_price(root, info, lambda order: order.undiscounted_total)

    @staticmethod
    def resolve_total(root: models.OrderGroupOrder, info: ResolveInfo):
        return _load_price(root, info, lambda order: order.total)

    @staticmethod
    def resolve_total_charged(root: models.OrderGroupOrder, _info: ResolveInfo):
        return root.order.total_charged

    @staticmethod
    def resolve_total_refunded(root: models.OrderGroupOrder, info: ResolveInfo):
        return Order.resolve_total_refunded(SyncWebhookControlContext(root.order), info)

    @staticmethod
    def resolve_refundable(root: models.OrderGroupOrder, info: ResolveInfo):
        currency = root.order.currency

        def with_refundable(refundable):
            total = refundable.total if refundable else 0
            return quantize_price(prices.Money(Decimal(total), currency), currency)

        return _load_refundable(root, info).then(with_refundable)

    @staticmethod
    def resolve_delivery_method_name(root: models.OrderGroupOrder, _info: ResolveInfo):
        return root.order.shipping_method_name

    @staticmethod
    def resolve_collection_point_name(root: models.OrderGroupOrder, _info: ResolveInfo):
        return root.order.collection_point_name

    @staticmethod
    def resolve_shipping_address(root: models.OrderGroupOrder, info: ResolveInfo):
        return _load_address(
            root, info, root.order.shipping_address_id, CustomerData.SHIPPING_ADDRESS
        )

    @staticmethod
    def resolve_billing_address(root: models.OrderGroupOrder, info: ResolveInfo):
        return _load_address(
            root, info, root.order.billing_address_id, CustomerData.BILLING_ADDRESS
        )

    @staticmethod
    def resolve_user_email(root: models.OrderGroupOrder, info: ResolveInfo):
        if not _is_shown(root, info, CustomerData.EMAIL):
            return None
        # Saleor writes the email of the account to each order.
        return root.order.user_email or None

    @staticmethod
    def resolve_customer_note(root: models.OrderGroupOrder, info: ResolveInfo):
        if not _is_shown(root, info, CustomerData.NOTE):
            return None
        return root.order.customer_note or None

    @staticmethod
    def resolve_available_actions(root: models.OrderGroupOrder, info: ResolveInfo):
        # The settings of the site are read here if nothing has read them before.
        @allow_writer_in_context(info.context)
        def with_data(data):
            lines, fulfillments, refundable, site = data
            access = get_scope(info).by_seller[_get_seller_id(root)]
            return find_actions(
                root.order,
                lines,
                fulfillments,
                access.rights,
                site.settings,
                is_refundable=bool(refundable and refundable.total),
            )

        return Promise.all(
            [
                OrderLinesByOrderIdLoader(info.context).load(root.order_id),
                FulfillmentsByOrderIdLoader(info.context).load(root.order_id),
                _load_refundable(root, info),
                get_site_promise(info.context),
            ]
        ).then(with_data)

    @classmethod
    def get_node(
        cls, info: ResolveInfo, id: str | UUID
    ) -> models.OrderGroupOrder | None:
        try:
            pk = UUID(str(id))
        except ValueError:
            return None
        return select_orders(info).filter(pk=pk).first()


class SellerOrderCountableConnection(CountableConnection):
    class Meta:
        description = (
            "Represents a connection to a list of sellers' orders." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        node = SellerOrder


def _get_seller_id(link: models.OrderGroupOrder) -> UUID:
    assert link.seller_id is not None
    return link.seller_id


def _load_priced(root: models.OrderGroupOrder, info: ResolveInfo) -> Promise:
    """Load the order and its lines with the prices that Saleor's `orders` shows."""
    loader = OrderPriceCalculationByOrderIdAndWebhookSyncLoader(info.context)
    return loader.load((root.order_id, False))


def _load_price(
    root: models.OrderGroupOrder, info: ResolveInfo, read: Callable[[Any], Any]
) -> Promise:
    def with_order(data):
        order, _ = data
        return quantize_price(read(order), order.currency)

    return _load_priced(root, info).then(with_order)


def _load_refundable(root: models.OrderGroupOrder, info: ResolveInfo) -> Promise:
    """Load what the caller may still refund; None if the caller may not refund."""
    settings = get_settings(info, root.order.channel.slug)
    may_refund = get_scope(info).has_right(root.seller_id, SellerRight.REFUND)
    if not may_refund or settings.seller_refunds == SellerRefunds.OFF:
        return Promise.resolve(None)
    return RefundableByOrderIdLoader(info.context).load(root.order_id)


def _is_shown(
    root: models.OrderGroupOrder, info: ResolveInfo, data: CustomerData
) -> bool:
    settings = get_settings(info, root.order.channel.slug)
    return data in settings.seller_customer_data


def _load_address(
    root: models.OrderGroupOrder,
    info: ResolveInfo,
    address_id: int | None,
    data: CustomerData,
) -> Promise | None:
    def with_address(address):
        return ShownAddress(
            address, shows_phone=_is_shown(root, info, CustomerData.PHONE)
        )

    if address_id is None or not _is_shown(root, info, data):
        return None
    return AddressByIdLoader(info.context).load(address_id).then(with_address)
