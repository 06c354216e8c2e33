"""Names of sellers in the shop's own data, and how they are matched with sellers."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from django.utils import timezone
from django.utils.text import slugify
from graphene import Node
from saleor.attribute import AttributeInputType
from saleor.attribute.models import AttributeValue
from saleor.page.models import Page

from ..models import Seller

# The seller's name in messages about goods without a seller.
SHOP_ITSELF = "the shop itself"

# Lengths of the columns, and the largest primary key.
MAX_NAME = 250
MAX_SLUG = 255
MAX_REFERENCE = 250
MAX_KEY = 2**31 - 1

REFERENCES = (AttributeInputType.REFERENCE, AttributeInputType.SINGLE_REFERENCE)

_NAMESPACE = UUID("6d3a2f0e-5b0f-4f55-9d3c-0f6d3f6f3f3a")


@dataclass(frozen=True)
class SellerName:
    """The name of a product's seller in the product's data.

    A lookup tries `references` against the sellers' external references, then `slugs`
    against their slugs. A new seller gets the first of `new_references` and the first
    of `new_slugs` that are free. If these are empty, no seller is created.

    `own_id`: global ID of the page or attribute value that is the name; None for a
    text.
    `reference_of_another`: the slug of the attribute value, if another value of the
    attribute has it as its external reference.
    `slug_of_another`: the external reference of the attribute value, if another value
    of the attribute has it as its slug.
    """

    name: str
    references: tuple[str, ...]
    slugs: tuple[str, ...] = ()
    new_references: tuple[str, ...] = ()
    new_slugs: tuple[str, ...] = ()
    own_id: str | None = None
    reference_of_another: str | None = None
    slug_of_another: str | None = None

    def may_mean(self, seller: Seller) -> bool:
        """Tell whether the lookup of this name can find the seller."""
        return seller.external_reference in self.references or seller.slug in self.slugs

    def choose(
        self, by_reference: Mapping[str, Seller], by_slug: Mapping[str, Seller]
    ) -> Seller | None:
        """Return the existing seller that the name means, or None.

        :param by_reference: sellers by external reference.
        :param by_slug: sellers by slug.
        """
        for keys, sellers in (
            (self.references, by_reference),
            (self.slugs, by_slug),
        ):
            for key in keys:
                if key in sellers and not self._is_anothers(sellers[key]):
                    return sellers[key]
        return None

    def build(
        self, by_reference: Mapping[str, Seller], by_slug: Mapping[str, Seller]
    ) -> Seller:
        """Return the new seller for the name, unsaved.

        :param by_reference: sellers by external reference.
        :param by_slug: sellers by slug.
        """
        slug = next(slug for slug in self.new_slugs if slug not in by_slug)
        return Seller(
            # Derived from the slug: whoever has read the ID of an unsaved seller can
            # still use it when the row exists.
            id=uuid5(_NAMESPACE, slug),
            name=self.name,
            slug=slug,
            external_reference=next(
                one for one in self.new_references if one not in by_reference
            ),
            updated_at=timezone.now(),
        )

    def _is_anothers(self, seller: Seller) -> bool:
        """Tell whether the seller belongs to another page or attribute value."""
        reference = seller.external_reference
        if reference is None or reference == self.own_id:
            return False
        if reference == self.reference_of_another:
            return seller.slug != reference
        if reference == self.slug_of_another:
            return seller.slug == reference
        return self.own_id is not None and any(
            parse_id(self.own_id, kind) and parse_id(reference, kind)
            for kind in ("Page", "AttributeValue")
        )


def parse_id(text: str, type_name: str) -> int | None:
    """Return the primary key in a global ID of the type; None for other texts."""
    try:
        found, pk = Node.from_global_id(text)
    except ValueError:
        return None
    # Decoding is lenient, so that an ordinary name may decode too: compare with the
    # exact encoding.
    if found != type_name or not pk.isdecimal() or int(pk) > MAX_KEY:
        return None
    return int(pk) if Node.to_global_id(type_name, pk) == text else None


def name_text(text: str | None) -> SellerName | None:
    """Return the name in a text; None if the text has neither a letter nor a digit."""
    text = (text or "").strip()[:MAX_NAME]
    slug = slugify(text, allow_unicode=True)[:MAX_SLUG]
    if not slug:
        return None
    return SellerName(
        text, (text,), (text, slug), new_references=(text,), new_slugs=(slug,)
    )


def name_page(page: Page) -> SellerName:
    """Return the name that a vendor's page stands for."""
    # The ID is a reference too, because the slug of a page may change.
    page_id = Node.to_global_id("Page", page.pk)
    return SellerName(
        page.title,
        (page_id, page.slug),
        (page.slug,),
        new_references=(page_id,),
        new_slugs=_list_new_slugs(page.slug, page.pk),
        own_id=page_id,
    )


def name_lost_page(page_id: str) -> SellerName:
    """Return the name for the global ID of a deleted page: it only finds sellers."""
    return SellerName(page_id, (page_id,))


def name_value(
    value: AttributeValue, *, has_reference_of_another: bool, has_slug_of_another: bool
) -> SellerName | None:
    """Return the name that an attribute value stands for; None if the value is empty.

    :param has_reference_of_another: whether another value of the attribute has this
        value's slug as its external reference.
    :param has_slug_of_another: whether another value of the attribute has this value's
        external reference as its slug.
    """
    if value.attribute.input_type == AttributeInputType.PLAIN_TEXT:
        return name_text(value.plain_text)
    if value.attribute.input_type in REFERENCES:
        return name_page(value.reference_page) if value.reference_page else None
    value_id = Node.to_global_id("AttributeValue", value.pk)
    own = [key for key in (value.external_reference, value.slug) if key]
    is_shared = has_reference_of_another or has_slug_of_another
    new = (value_id,) if is_shared else (own[0], value_id)
    return SellerName(
        value.name,
        (*own, value_id),
        (value.slug,),
        new_references=tuple(one for one in new if len(one) <= MAX_REFERENCE),
        new_slugs=_list_new_slugs(value.slug, value.pk),
        own_id=value_id,
        reference_of_another=value.slug if has_reference_of_another else None,
        slug_of_another=value.external_reference if has_slug_of_another else None,
    )


def _list_new_slugs(slug: str, pk: int) -> tuple[str, ...]:
    """Return the slug, and two alternatives for when other sellers have it."""
    numbered = f"{slug[: MAX_SLUG - 20]}-{pk}"
    return (
        slug,
        numbered,
        f"{numbered[: MAX_SLUG - 9]}-{uuid5(_NAMESPACE, numbered).hex[:8]}",
    )
