from uuid import UUID

import graphene
from graphene import relay
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.connection import CountableConnection
from saleor.graphql.core.doc_category import DOC_CATEGORY_PRODUCTS
from saleor.graphql.core.federation import (
    federated_entity,
    resolve_federation_references,
)
from saleor.graphql.core.scalars import DateTime
from saleor.graphql.core.types import ModelObjectType
from saleor.graphql.meta.types import ObjectWithMetadata

from ... import models
from ..descriptions import ADDED_IN_01
from ..resolvers import get_visible_sellers


@federated_entity("id")
class Seller(ModelObjectType[models.Seller]):
    id = graphene.GlobalID(required=True, description="ID of the seller.")
    slug = graphene.String(required=True, description="Slug of the seller.")
    name = graphene.String(required=True, description="Name of the seller.")
    is_active = graphene.Boolean(
        required=True,
        description=(
            "Whether the seller's goods can be bought. An inactive seller is hidden "
            "from `seller` and `sellers`, and shown wherever a product, order or "
            "group refers to it."
        ),
    )
    external_reference = graphene.String(description="External ID of the seller.")
    created_at = DateTime(
        required=True, description="Date and time when the seller was created."
    )
    updated_at = DateTime(
        required=True, description="Date and time when the seller was last changed."
    )

    class Meta:
        description = "Somebody whose products the shop sells." + ADDED_IN_01
        interfaces = [relay.Node, ObjectWithMetadata]
        model = models.Seller
        doc_category = DOC_CATEGORY_PRODUCTS

    @classmethod
    def get_node(cls, _info: ResolveInfo, id: str | UUID) -> models.Seller | None:
        try:
            return super().get_node(_info, UUID(str(id)))
        except ValueError:
            # Saleor takes an integer for a well-formed key.
            return None

    @staticmethod
    def __resolve_references(roots: list["Seller"], info: ResolveInfo):
        return resolve_federation_references(Seller, roots, get_visible_sellers(info))


class SellerCountableConnection(CountableConnection):
    class Meta:
        description = "Represents a connection to a list of sellers." + ADDED_IN_01
        doc_category = DOC_CATEGORY_PRODUCTS
        node = Seller
