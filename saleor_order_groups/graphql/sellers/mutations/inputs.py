"""Inputs of the mutations of sellers."""

import graphene
from saleor.graphql.core.doc_category import DOC_CATEGORY_PRODUCTS
from saleor.graphql.core.types import BaseInputObjectType, NonNullList
from saleor.graphql.meta.inputs import MetadataInput, MetadataInputDescription

from ...core.descriptions import ADDED_IN_01


class SellerUpdateInput(BaseInputObjectType):
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
        description = "Fields to update a seller." + ADDED_IN_01
        doc_category = DOC_CATEGORY_PRODUCTS


class SellerCreateInput(SellerUpdateInput):
    name = graphene.String(required=True, description="Name of the seller.")
    slug = graphene.String(
        description="Slug of the seller. Made from the name if not given."
    )

    class Meta:
        description = "Fields to create a seller." + ADDED_IN_01
        doc_category = DOC_CATEGORY_PRODUCTS
