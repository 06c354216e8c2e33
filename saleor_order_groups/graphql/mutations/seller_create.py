import graphene
from saleor.core.utils import generate_unique_slug
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_PRODUCTS
from saleor.permission.enums import ProductPermissions

from ... import models
from ..descriptions import ADDED_IN_01
from ..enums import SellerErrorCode
from ..errors import SellerError
from ..types import Seller
from .base import SellerMutation, field_error
from .inputs import SellerCreateInput


class SellerCreate(SellerMutation):
    seller = graphene.Field(Seller, description="The created seller.")

    class Arguments:
        input = SellerCreateInput(
            required=True, description="Fields required to create a seller."
        )

    class Meta:
        description = "Creates a seller." + ADDED_IN_01
        doc_category = DOC_CATEGORY_PRODUCTS
        permissions = (ProductPermissions.MANAGE_PRODUCTS,)
        error_type_class = SellerError
        support_meta_field = True
        support_private_meta_field = True

    @classmethod
    def perform_mutation(  # type: ignore[override]
        cls, _root, info: ResolveInfo, /, *, input
    ):
        seller = models.Seller()
        data = dict(input)
        data["name"] = data["name"].strip()
        if not data["name"]:
            raise field_error("name", "Name is required.", SellerErrorCode.REQUIRED)
        if not data.get("slug"):
            data["slug"] = generate_unique_slug(seller, data["name"])
        cls.save_seller(info, seller, data)
        return cls(seller=seller)
