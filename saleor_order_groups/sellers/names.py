"""What a shop's own data call a seller, and which of the sellers is meant."""

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

# Lengths of the columns.
# What messages call the seller of goods without a seller.
SHOP_ITSELF = "the shop itself"

MAX_NAME = 250
MAX_SLUG = 255
MAX_REFERENCE = 250
MAX_KEY = 2**31 - 1

REFERENCES = (AttributeInputType.REFERENCE, AttributeInputType.SINGLE_REFERENCE)

_NAMESPACE = UUID("6d3a2f0e-5b0f-4f55-9d3c-0f6d3f6f3f3a")


@dataclass(frozen=True)
class SellerName:
    """What a product's data call its seller.

    `references` and `slugs` are looked up in this order. A seller that is made gets the
    first of `new_references` and of `new_slugs` that is free; without any, none is made.
    `own_id`: global ID of the page or value that names the seller; a text has none.
    `reference_of_another`: the slug of this value, if another value has it as its
    external reference. `slug_of_another`: the other way round.
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
        """Tell whether the seller is one of those who are looked up."""
        return seller.external_reference in self.references or seller.slug in self.slugs

    def choose(
        self, by_reference: Mapping[str, Seller], by_slug: Mapping[str, Seller]
    ) -> Seller | None:
        """Return the seller of that name."""
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
        """Return the seller that would be made, unsaved."""
        slug = next(slug for slug in self.new_slugs if slug not in by_slug)
        return Seller(
            # The same each time, so that who has read it may refer to it.
            id=uuid5(_NAMESPACE, slug),
            name=self.name,
            slug=slug,
            external_reference=next(
                one for one in self.new_references if one not in by_reference
            ),
            updated_at=timezone.now(),
        )

    def _is_anothers(self, seller: Seller) -> bool:
        """Tell whether another page or value has made the seller, or refers to it."""
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
    """Return the key in a global ID of the type, None if the text is none."""
    try:
        found, pk = Node.from_global_id(text)
    except ValueError:
        return None
    # Decoding is lenient: a name may decode to something.
    if found != type_name or not pk.isdecimal() or int(pk) > MAX_KEY:
        return None
    return int(pk) if Node.to_global_id(type_name, pk) == text else None


def name_text(text: str | None) -> SellerName | None:
    """Return whom a text names; nobody if it has neither a letter nor a digit."""
    text = (text or "").strip()[:MAX_NAME]
    slug = slugify(text, allow_unicode=True)[:MAX_SLUG]
    if not slug:
        return None
    return SellerName(
        text, (text,), (text, slug), new_references=(text,), new_slugs=(slug,)
    )


def name_page(page: Page) -> SellerName:
    """Return whom a vendor's page names."""
    # Its ID too: a page may get another slug.
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
    """Return whom the global ID of a deleted page names: a seller made before, or none."""
    return SellerName(page_id, (page_id,))


def name_value(
    value: AttributeValue, *, has_reference_of_another: bool, has_slug_of_another: bool
) -> SellerName | None:
    """Return whom the value of an attribute names, by the attribute's input type.

    :param has_reference_of_another: its slug is another value's external reference.
    :param has_slug_of_another: its external reference is another value's slug.
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
    """Return the slug, and what is taken where another seller has it."""
    numbered = f"{slug[: MAX_SLUG - 20]}-{pk}"
    return (
        slug,
        numbered,
        f"{numbered[: MAX_SLUG - 9]}-{uuid5(_NAMESPACE, numbered).hex[:8]}",
    )
