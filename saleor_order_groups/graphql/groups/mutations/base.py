"""Operations on all orders of a group, with a result for each order."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import graphene
from django.core.exceptions import ValidationError
from saleor.graphql.app.dataloaders import get_app_promise
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.mutations import (
    BaseMutation,
    validation_error_to_error_type,
)
from saleor.graphql.core.types import BaseObjectType, NonNullList
from saleor.graphql.order.types import Order
from saleor.graphql.plugins.dataloaders import get_plugin_manager_promise
from saleor.order import models as order_models
from saleor.payment import PaymentError

from .... import models
from ....groups.channels import get_channel
from ....host.webhook_lookups import share_lookups
from ....lifecycle.look import look_after_commit, mute_hooks
from ....payments.group_requests import Requestor, cancel_rests_once
from ...core.descriptions import ADDED_IN_01
from ...core.ids import global_id_to_uuid
from ..errors import OrderGroupError, OrderGroupErrorCode
from ..types.order_group import OrderGroup


class OrderGroupOperationResult(BaseObjectType):
    order = graphene.Field(Order, required=True, description="The order.")
    errors = NonNullList(
        OrderGroupError,
        required=True,
        description=(
            "Errors of the operation for this order; empty if it succeeded, or is "
            "pending."
        ),
    )
    is_pending = graphene.Boolean(
        required=True,
        description=(
            "Whether the operation goes on in a task for this order. The group's events "
            "tell the end."
        ),
    )

    class Meta:
        description = "The result of an operation on a group for one of its orders." + (
            ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS


class OrderGroupOperation(BaseMutation):
    """Shared by all operations on a group."""

    order_group = graphene.Field(OrderGroup, description="The group.")
    results = NonNullList(
        OrderGroupOperationResult,
        required=True,
        description="A result for each order that was affected, in the group's order.",
    )

    class Meta:
        abstract = True

    @classmethod
    def handle_typed_errors(cls, errors: list, **extra):
        extra.setdefault("results", [])
        return super().handle_typed_errors(errors, **extra)

    @classmethod
    def get_group(cls, info: ResolveInfo, global_id: str) -> models.OrderGroup:
        """Return the group.

        :raises ValidationError: the group does not exist.
        :raises PermissionDenied: the requestor has no access to the group's channel.
        """
        pk = global_id_to_uuid(global_id, "OrderGroup")
        groups = models.OrderGroup.objects.select_related("channel")
        group = groups.filter(pk=pk).first() if pk else None
        channel = get_channel(group) if group else None
        if group is None or channel is None:
            raise ValidationError(
                {
                    "id": ValidationError(
                        f"Couldn't resolve to an order group: {global_id}",
                        code=OrderGroupErrorCode.NOT_FOUND.value,
                    )
                }
            )
        cls.check_channel_permissions(info, [channel.pk])
        return group

    @classmethod
    def get_requestor(cls, info: ResolveInfo) -> Requestor:
        """Return the user or app of the request, with a plugin manager."""
        return Requestor(
            manager=get_plugin_manager_promise(info.context).get(),
            user=info.context.user,
            app=get_app_promise(info.context).get(),
        )

    @classmethod
    def respond(
        cls,
        group: models.OrderGroup,
        orders: Sequence[order_models.Order],
        errors: Mapping[UUID, Sequence[Exception]],
        pending: Collection[UUID] = (),
    ):
        """Return the payload, with the orders as they are in the database now.

        :param errors: the errors of each order that failed, by order key.
        :param pending: the keys of orders for which the operation goes on in a task.
        """
        now = order_models.Order.objects.select_related("channel").in_bulk(
            [order.pk for order in orders]
        )
        return cls(
            order_group=group,
            results=[
                OrderGroupOperationResult(
                    order=SyncWebhookControlContext(now[order.pk]),
                    errors=[
                        shown
                        for error in errors.get(order.pk, [])
                        for shown in to_error_types(error)
                    ],
                    is_pending=order.pk in pending,
                )
                for order in orders
                if order.pk in now
            ],
        )

    @classmethod
    def run_for_each(
        cls,
        info: ResolveInfo,
        group: models.OrderGroup,
        orders: Sequence[order_models.Order],
        mutation,
    ):
        """Run Saleor's mutation of an order for each order of the group.

        A failure for one order becomes that order's error; the other orders are still
        processed.
        """
        errors: dict[UUID, list[Exception]] = {}
        # Look at the group and at its payments once, not after each order.
        with (
            share_lookups({}),
            mute_hooks(),
            cancel_rests_once(cls.get_requestor(info)),
        ):
            for order in orders:
                try:
                    mutation.perform_mutation(
                        None, info, id=graphene.Node.to_global_id("Order", order.pk)
                    )
                except (ValidationError, PaymentError) as error:
                    errors[order.pk] = [error]
        done = [order.pk for order in orders if order.pk not in errors]
        if done:
            look_after_commit(group.pk, done[-1])
        return cls.respond(group, orders, errors)


def get_orders(group: models.OrderGroup) -> list[order_models.Order]:
    """Return the orders of a group by position."""
    orders = order_models.Order.objects.filter(order_group_link__group=group)
    return list(orders.select_related("channel").order_by("order_group_link__position"))


def to_error_types(error: Exception) -> list[OrderGroupError]:
    """Return the error as API errors; codes that are unknown there become INVALID."""
    if not isinstance(error, ValidationError):
        error = ValidationError(
            str(error), code=OrderGroupErrorCode.PAYMENT_ERROR.value
        )
    shown = validation_error_to_error_type(error, OrderGroupError)
    known = {code.value for code in OrderGroupErrorCode}
    for row in shown:
        if row.code not in known:
            row.code = OrderGroupErrorCode.INVALID.value
    return shown
