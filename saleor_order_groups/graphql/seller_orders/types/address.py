"""An address without ID, metadata and account."""

import graphene
from saleor.account.models import Address
from saleor.graphql.account.enums import CountryCodeEnum
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.types import BaseObjectType

from ...core.descriptions import ADDED_IN_01


class ShownAddress:
    """An address, and whether the channel shows its phone number."""

    def __init__(self, address: Address, *, shows_phone: bool) -> None:
        self.address = address
        self.shows_phone = shows_phone


class SellerOrderAddress(BaseObjectType):
    first_name = graphene.String(required=True, description="First name.")
    last_name = graphene.String(required=True, description="Last name.")
    company_name = graphene.String(required=True, description="Name of a company.")
    street_address_1 = graphene.String(
        required=True, name="streetAddress1", description="First line of the street."
    )
    street_address_2 = graphene.String(
        required=True, name="streetAddress2", description="Second line of the street."
    )
    city = graphene.String(required=True, description="City.")
    city_area = graphene.String(required=True, description="District of the city.")
    postal_code = graphene.String(required=True, description="Postal code.")
    country_area = graphene.String(required=True, description="State or province.")
    country_code = CountryCodeEnum(required=True, description="Code of the country.")
    phone = graphene.String(
        description="Phone number; null where the channel does not show it."
    )

    class Meta:
        default_resolver = lambda name, _default, root, *_: getattr(root.address, name)  # noqa: E731
        description = "An address, without an ID or a link to an account." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_country_code(root: ShownAddress, _info: ResolveInfo):
        return root.address.country.code

    @staticmethod
    def resolve_phone(root: ShownAddress, _info: ResolveInfo):
        return str(root.address.phone or "") or None if root.shows_phone else None
