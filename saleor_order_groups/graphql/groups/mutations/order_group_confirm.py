"""Confirm the orders of a group."""

import graphene
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.order.mutations.order_confirm import OrderConfirm
from saleor.permission.enums import OrderPermissions

from ...core.descriptions import ADDED_IN_01
from ..errors import OrderGroupError
from .base import OrderGroupOperation, get_orders


class OrderGroupConfirm(OrderGroupOperation):
    class Arguments:
        id = graphene.ID(required=True, description="ID of the group.")

    class Meta:
        description = "Confirms every unconfirmed order of a group." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS
        permissions = (OrderPermissions.MANAGE_ORDERS,)
        error_type_class = OrderGroupError

    @classmethod
    def perform_mutation(cls, _root, info: ResolveInfo, /, *, id):  # type: ignore[override]
        group = cls.get_group(info, id)
        return cls.run_for_each(info, group, get_orders(group), OrderConfirm)
