"""Inputs of the mutations of sellers."""

import graphene
from saleor.graphql.core.doc_category import DOC_CATEGORY_PRODUCTS
from saleor.graphql.core.types import BaseInputObjectType, NonNullList
from saleor.graphql.meta.inputs import MetadataInput, MetadataInputDescription

from ...core.descriptions import ADDED_IN_01


class SellerInput(BaseInputObjectType):
    """Fields to create and to update a seller."""

    name = graphene.String(description="Name of the seller.")
    slug = graphene.String(description="Slug of the seller.")
    external_reference = graphene.String(description="External ID of the seller.")
    payout_reference = graphene.String(
        description="The payment provider's name for the seller, such as an account."
    )
    is_active = graphene.Boolean(
        description="Whether the seller's goods can be bought."
    )
    metadata = NonNullList(
        MetadataInput,
        description=(
            "Public metadata of the seller. "
            f"{MetadataInputDescription.PUBLIC_METADATA_INPUT}"
        ),
    )
    private_metadata = NonNullList(
        MetadataInput,
        description=(
            "Private metadata of the seller. "
            f"{MetadataInputDescription.PRIVATE_METADATA_INPUT}"
        ),
    )

    class Meta:
        abstract = True


class SellerUpdateInput(SellerInput):
    has_access = graphene.Boolean(
        description=(
            "Whether members and apps of the seller see its orders. False ends all "
            "their access at once. True requires MANAGE_ORDERS and MANAGE_USERS, "
            "access to all channels, and HANDLE_PAYMENTS if a member or an app has the "
            "right REFUND. False requires MANAGE_ORDERS or MANAGE_USERS. Without "
            "other fields MANAGE_PRODUCTS is not required."
        )
    )

    class Meta:
        description = "Fields to update a seller." + ADDED_IN_01
        doc_category = DOC_CATEGORY_PRODUCTS


class SellerCreateInput(SellerInput):
    name = graphene.String(required=True, description="Name of the seller.")
    slug = graphene.String(
        description="Slug of the seller. Made from the name if not given."
    )

    class Meta:
        description = "Fields to create a seller." + ADDED_IN_01
        doc_category = DOC_CATEGORY_PRODUCTS
