"""Cancel the orders of a group."""

from uuid import UUID

import graphene
from django.core.exceptions import ValidationError
from django.db import transaction
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.order.mutations.order_cancel import (
    OrderCancel,
    clean_order_cancel,
)
from saleor.order.models import Order
from saleor.permission.enums import OrderPermissions

from ....cancelation.pending import (
    find_pending,
    is_written_down,
    write_down,
)
from ....cancelation.tasks import request_cancelation
from ...core.descriptions import ADDED_IN_01
from ..errors import OrderGroupError
from .base import OrderGroupOperation, get_orders

# How many orders one request cancels itself. More are canceled in a task.
MAX_AT_ONCE = 10


class OrderGroupCancel(OrderGroupOperation):
    class Arguments:
        id = graphene.ID(required=True, description="ID of the group.")

    class Meta:
        description = (
            "Cancels every order of a group that can be canceled. When the last live "
            "order is canceled, the remaining authorizations of the group's payments "
            f"are canceled too. Charged amounts stay charged. More than {MAX_AT_ONCE} orders "
            "are canceled in a task, and their results are pending." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        permissions = (OrderPermissions.MANAGE_ORDERS,)
        error_type_class = OrderGroupError

    @classmethod
    def perform_mutation(cls, _root, info: ResolveInfo, /, *, id):  # type: ignore[override]
        group = cls.get_group(info, id)
        orders = get_orders(group)
        if len(orders) <= MAX_AT_ONCE:
            return cls.run_for_each(info, group, orders, OrderCancel)
        errors = _find_errors(orders)
        to_cancel = [order for order in orders if order.pk not in errors]
        # A task that is at work goes on with few orders, too.
        if len(to_cancel) <= MAX_AT_ONCE and not is_written_down(group.pk):
            return cls.run_for_each(info, group, orders, OrderCancel)
        requestor = cls.get_requestor(info)
        with transaction.atomic():
            write_down(group, to_cancel, requestor.user, requestor.app, refused=errors)
        request_cancelation(group.pk)
        return cls.respond(group, orders, errors, find_pending(group.pk))


def _find_errors(orders: list[Order]) -> dict[UUID, list[Exception]]:
    """Return why orders cannot be canceled, by order key."""
    errors: dict[UUID, list[Exception]] = {}
    for order in orders:
        try:
            clean_order_cancel(order)
        except ValidationError as error:
            errors[order.pk] = [error]
    return errors
