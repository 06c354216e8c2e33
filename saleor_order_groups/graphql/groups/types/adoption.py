"""The type that tells why adopted orders have no seller."""

from uuid import UUID

import graphene
from promise import Promise
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.types import BaseObjectType, NonNullList

from ...core.descriptions import ADDED_IN_01
from ...sellers.dataloaders import SellerByIdLoader
from ...sellers.types import Seller
from ..enums import OrderGroupAdoptionReasonEnum


class OrderGroupAdoption(BaseObjectType):
    reason = OrderGroupAdoptionReasonEnum(
        required=True,
        description="Why the first order without a seller has none.",
    )
    message = graphene.String(
        required=True,
        description="The reason in words, for each order without a seller.",
    )
    sellers = NonNullList(
        Seller,
        required=True,
        description="The known sellers of the goods of these orders.",
    )

    class Meta:
        description = (
            "Why orders of a group have no seller although not all of their goods are "
            "the shop's own. Recorded when the group was created for these orders."
            + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_sellers(root: dict, info: ResolveInfo) -> Promise[list]:
        # Sellers that have been deleted since are left out.
        return (
            SellerByIdLoader(info.context)
            .load_many([UUID(pk) for pk in root["sellers"]])
            .then(lambda sellers: [seller for seller in sellers if seller])
        )
