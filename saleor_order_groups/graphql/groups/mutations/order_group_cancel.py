"""Cancel the orders of a group."""

import graphene
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.order.mutations.order_cancel import OrderCancel
from saleor.permission.enums import OrderPermissions

from ...core.descriptions import ADDED_IN_01
from ..errors import OrderGroupError
from .base import OrderGroupOperation


class OrderGroupCancel(OrderGroupOperation):
    class Arguments:
        id = graphene.ID(required=True, description="ID of the group.")

    class Meta:
        description = (
            "Cancels every order of a group that can be canceled. When the last live "
            "order is canceled, the remaining authorizations of the group's payments "
            "are canceled too. Charged amounts stay charged." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        permissions = (OrderPermissions.MANAGE_ORDERS,)
        error_type_class = OrderGroupError

    @classmethod
    def perform_mutation(cls, _root, info: ResolveInfo, /, *, id):  # type: ignore[override]
        return cls.run_for_each(info, id, OrderCancel)
