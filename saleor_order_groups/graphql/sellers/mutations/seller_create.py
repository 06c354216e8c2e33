"""Create a seller."""

import graphene
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from saleor.core.utils import generate_unique_slug
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_PRODUCTS
from saleor.permission.enums import ProductPermissions
from text_unidecode import unidecode

from .... import models
from ...core.descriptions import ADDED_IN_01
from ..enums import SellerErrorCode
from ..errors import SellerError
from ..types import Seller
from .base import SellerMutation, field_error
from .inputs import SellerCreateInput

# The length of the column, less the number that may be added to make the slug unique.
MAX_SLUG_OF_NAME = 240


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
        cls.check_name(data["name"])
        if data.get("slug"):
            cls.save_seller(info, seller, data)
            return cls(seller=seller)
        data["slug"] = generate_unique_slug(seller, _shorten(data["name"]))
        try:
            cls.save_seller(info, seller, data)
        except ValidationError as error:
            # The caller gave a name, not a slug: report the error on `name`.
            cls.remap_error_fields(error, {"slug": "name"})
            raise
        return cls(seller=seller)


def _shorten(name: str) -> str:
    """Return a slug of limited length: a letter may become several letters in it."""
    slug = slugify(unidecode(name))
    return slug[:MAX_SLUG_OF_NAME]
