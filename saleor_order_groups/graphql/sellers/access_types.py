"""The types of the people and apps who work on a seller's orders."""

import graphene
from saleor.graphql.account.types import User
from saleor.graphql.app.types import App
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.scalars import DateTime
from saleor.graphql.core.types import BaseObjectType, NonNullList

from ... import models
from ..core.descriptions import ADDED_IN_01
from .enums import SellerRightEnum
from .errors import SellerError

SELLER = "saleor_order_groups.graphql.sellers.types.Seller"


class SellerMember(BaseObjectType):
    id = graphene.GlobalID(required=True, description="ID of the membership.")
    seller = graphene.Field(SELLER, required=True, description="The seller.")
    user = graphene.Field(User, required=True, description="The account.")
    rights = NonNullList(
        SellerRightEnum,
        required=True,
        description="What the account may do besides reading.",
    )
    created_at = DateTime(
        required=True, description="Date and time when the account became a member."
    )

    class Meta:
        description = "An account that works on a seller's orders." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_rights(root: models.SellerMember, _info: ResolveInfo):
        return sort_rights(root.rights)


class SellerApp(BaseObjectType):
    id = graphene.GlobalID(required=True, description="ID of the link.")
    seller = graphene.Field(SELLER, required=True, description="The seller.")
    app = graphene.Field(App, required=True, description="The app.")
    rights = NonNullList(
        SellerRightEnum,
        required=True,
        description="What the app may do besides reading.",
    )
    created_at = DateTime(
        required=True, description="Date and time when the app was linked."
    )

    class Meta:
        description = "An app that works on a seller's orders." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_rights(root: models.SellerApp, _info: ResolveInfo):
        return sort_rights(root.rights)


class SellerAccessPayload(BaseObjectType):
    seller = graphene.Field(SELLER, description="The seller.")
    errors = NonNullList(
        SellerError,
        required=True,
        description="List of errors that occurred executing the mutation.",
    )

    class Meta:
        description = "The answer of a mutation of members or apps." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS


def sort_rights(rights) -> list[models.SellerRight]:
    """Return the rights that this version knows, each once, in the enum's order."""
    return [right for right in models.SellerRight if right in rights]
