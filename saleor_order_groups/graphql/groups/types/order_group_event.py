"""The type of a group's event."""

from decimal import Decimal

import graphene
from graphene import relay
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.scalars import DateTime
from saleor.graphql.core.types import ModelObjectType, Money
from saleor.graphql.order.dataloaders import OrderByIdLoader
from saleor.graphql.order.enums import OrderAuthorizeStatusEnum, OrderChargeStatusEnum
from saleor.graphql.order.types import Order

from .... import models
from ....groups.totals import to_money
from ...core.descriptions import ADDED_IN_01
from ..dataloaders import OrderGroupByIdLoader
from ..enums import (
    OrderGroupEventTypeEnum,
    OrderGroupFulfillmentStatusEnum,
    OrderGroupStatusEnum,
)

PREVIOUS, PRESENT = "previous", "present"


def _resolve_status(when: str, name: str):
    """Return a resolver for a status of the state before the event, or after it."""

    def resolve(root: models.OrderGroupEvent, _info: ResolveInfo):
        state = root.parameters[when]
        return state and state[name]

    return resolve


def _resolve_amount(when: str, name: str):
    """Return a resolver for an amount of the state before the event, or after it."""

    def resolve(root: models.OrderGroupEvent, info: ResolveInfo):
        state = root.parameters[when]
        if state is None:
            return None

        def with_group(group: models.OrderGroup | None):
            return group and to_money(Decimal(state[name]), group.currency)

        return OrderGroupByIdLoader(info.context).load(root.group_id).then(with_group)

    return resolve


def _status(enum, when: str, name: str, what: str) -> graphene.Field:
    return _field(enum, when, what, _resolve_status(when, name))


def _amount(when: str, name: str, what: str) -> graphene.Field:
    return _field(Money, when, what, _resolve_amount(when, name))


def _field(type, when: str, what: str, resolver) -> graphene.Field:
    if when == PREVIOUS:
        description = f"{what} before the event; null for CREATED."
    else:
        description = f"{what} after the event."
    return graphene.Field(
        type,
        required=when == PRESENT,
        description=description,
        resolver=resolver,
    )


class OrderGroupEvent(ModelObjectType[models.OrderGroupEvent]):
    id = graphene.GlobalID(required=True, description="ID of the event.")
    sequence = graphene.Int(
        required=True,
        description="1, 2, 3 and so on within the group, without gaps.",
    )
    type_sequence = graphene.Int(
        required=True,
        description="1, 2, 3 and so on within the group's events of this type.",
    )
    type = OrderGroupEventTypeEnum(required=True, description="What has happened.")
    created_at = DateTime(
        required=True, description="Date and time when the event was recorded."
    )
    order = graphene.Field(
        Order,
        description=(
            "The order whose change was seen first. Null for CREATED, for UPDATED after "
            "an update of the group itself, for an event that the sweep has found, and "
            "for a deleted order."
        ),
    )
    previous_status = _status(OrderGroupStatusEnum, PREVIOUS, "status", "Status")
    status = _status(OrderGroupStatusEnum, PRESENT, "status", "Status")
    previous_fulfillment_status = _status(
        OrderGroupFulfillmentStatusEnum,
        PREVIOUS,
        "fulfillment_status",
        "Fulfillment status",
    )
    fulfillment_status = _status(
        OrderGroupFulfillmentStatusEnum,
        PRESENT,
        "fulfillment_status",
        "Fulfillment status",
    )
    previous_charge_status = _status(
        OrderChargeStatusEnum, PREVIOUS, "charge_status", "Charge status"
    )
    charge_status = _status(
        OrderChargeStatusEnum, PRESENT, "charge_status", "Charge status"
    )
    previous_authorize_status = _status(
        OrderAuthorizeStatusEnum, PREVIOUS, "authorize_status", "Authorize status"
    )
    authorize_status = _status(
        OrderAuthorizeStatusEnum, PRESENT, "authorize_status", "Authorize status"
    )
    previous_total_charged = _amount(PREVIOUS, "charged_amount", "Charged amount")
    total_charged = _amount(PRESENT, "charged_amount", "Charged amount")
    previous_total_refunded = _amount(PREVIOUS, "refunded_amount", "Refunded amount")
    total_refunded = _amount(PRESENT, "refunded_amount", "Refunded amount")

    class Meta:
        description = "A transition of an order group." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS
        interfaces = [relay.Node]
        model = models.OrderGroupEvent

    @staticmethod
    def resolve_order(root: models.OrderGroupEvent, info: ResolveInfo):
        if root.order_id is None:
            return None
        return (
            OrderByIdLoader(info.context)
            .load(root.order_id)
            .then(lambda order: order and SyncWebhookControlContext(order))
        )
