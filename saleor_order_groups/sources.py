"""How a shop's own product data name a product's seller, and whom they name.

A name is looked up among the sellers' external references, then among their slugs. One
that nobody has becomes a seller when something needs its row, at the latest when it is
sold for the first time; until then readers get the row that would be made, unsaved, with
the ID that it will have.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone
from django.utils.text import slugify
from graphene import Node
from saleor.attribute import AttributeEntityType, AttributeInputType, AttributeType
from saleor.attribute.models import (
    AssignedProductAttributeValue,
    Attribute,
    AttributeValue,
)
from saleor.product.models import Product

from .config import SellerSource, SellerSourceType
from .models import Seller

# Lengths of the columns.
MAX_NAME = 250
MAX_SLUG = 255

SUPPORTED_INPUT_TYPES = frozenset(
    {
        AttributeInputType.DROPDOWN,
        AttributeInputType.MULTISELECT,
        AttributeInputType.SWATCH,
        AttributeInputType.PLAIN_TEXT,
        AttributeInputType.REFERENCE,
        AttributeInputType.SINGLE_REFERENCE,
    }
)
REFERENCES = (AttributeInputType.REFERENCE, AttributeInputType.SINGLE_REFERENCE)

_NAMESPACE = UUID("6d3a2f0e-5b0f-4f55-9d3c-0f6d3f6f3f3a")


@dataclass(frozen=True)
class SellerName:
    """What a product's data call its seller.

    `references` and `slugs` are looked up in this order; a seller that is made gets the
    first reference and the last slug.
    """

    name: str
    references: tuple[str, ...]
    slugs: tuple[str, ...]

    def choose(
        self, by_reference: Mapping[str, Seller], by_slug: Mapping[str, Seller]
    ) -> Seller | None:
        """Return the seller of that name."""
        for keys, sellers in (
            (self.references, by_reference),
            (self.slugs, by_slug),
        ):
            for key in keys:
                if key in sellers:
                    return sellers[key]
        return None

    def build(self) -> Seller:
        """Return the seller that would be made, unsaved."""
        slug = self.slugs[-1]
        return Seller(
            # The same each time, so that who has read it may refer to it.
            id=uuid5(_NAMESPACE, slug),
            name=self.name,
            slug=slug,
            external_reference=self.references[0],
            updated_at=timezone.now(),
        )


def check_source(source: SellerSource) -> None:
    """Raise ValueError for an attribute that is not there or cannot name a seller."""
    if source.type != SellerSourceType.ATTRIBUTE:
        return
    attribute = Attribute.objects.filter(
        slug=source.key, type=AttributeType.PRODUCT_TYPE
    ).first()
    if attribute is None:
        raise ValueError(f"there is no product attribute {source.key}.")
    is_reference = attribute.input_type in REFERENCES
    if attribute.input_type not in SUPPORTED_INPUT_TYPES or (
        is_reference and attribute.entity_type != AttributeEntityType.PAGE
    ):
        raise ValueError(
            f"the attribute {source.key} is neither a reference to a page nor a"
            " dropdown, a swatch or plain text."
        )


def read_names(
    product_ids: Collection[int], source: SellerSource, using: str = DEFAULT_DB_ALIAS
) -> dict[int, SellerName]:
    """Return the name of each product's seller, in one statement.

    Of several values of an attribute the first one counts.
    """
    if source.type == SellerSourceType.METADATA:
        texts = (
            Product.objects.using(using)
            .filter(pk__in=product_ids)
            .order_by("pk")
            .values_list("pk", KeyTextTransform(source.key, "metadata"))
        )
        names = ((pk, _name_text(text)) for pk, text in texts)
    else:
        assigned = (
            AssignedProductAttributeValue.objects.using(using)
            .filter(
                product_id__in=product_ids,
                value__attribute__slug=source.key,
                # Saleor keeps the values of attributes that a type has no more.
                value__attribute__product_types=F("product__product_type"),
            )
            .select_related("value__reference_page")
            .order_by("product_id", "sort_order", "pk")
        )
        names = ((row.product_id, _name_value(row.value)) for row in assigned)
    first: dict[int, SellerName] = {}
    for pk, name in names:
        if name:
            first.setdefault(pk, name)
    return first


def find_sellers(
    names: Iterable[SellerName], using: str = DEFAULT_DB_ALIAS
) -> dict[SellerName, Seller]:
    """Return whom each name means, in one statement; new sellers are unsaved."""
    names = set(names)
    references = {reference for name in names for reference in name.references}
    slugs = {slug for name in names for slug in name.slugs}
    sellers = list(
        Seller.objects.using(using).filter(
            Q(external_reference__in=references) | Q(slug__in=slugs)
        )
    )
    by_reference = {
        seller.external_reference: seller
        for seller in sellers
        if seller.external_reference
    }
    by_slug = {seller.slug: seller for seller in sellers}
    return {name: name.choose(by_reference, by_slug) or name.build() for name in names}


def make_sellers(names: Iterable[SellerName]) -> dict[SellerName, Seller]:
    """Return whom each name means, and insert those who are not there yet.

    Others may do the same at the same time: who is second waits, and finds the row.
    """
    sellers = find_sellers(names)
    if new := _select_unsaved(sellers):
        Seller.objects.bulk_create(new, ignore_conflicts=True)
        sellers = find_sellers(sellers)
    for seller in _select_unsaved(sellers):
        # Somebody renamed the seller who has the ID.
        seller.pk = uuid4()
        seller.save(force_insert=True)
    return sellers


def _select_unsaved(sellers: Mapping[SellerName, Seller]) -> list[Seller]:
    # In one order for all, or two that insert the same rows would block each other.
    return sorted(
        {seller for seller in sellers.values() if seller._state.adding},
        key=lambda seller: seller.slug,
    )


def _name_text(text: str | None) -> SellerName | None:
    text = (text or "").strip()[:MAX_NAME]
    slug = slugify(text, allow_unicode=True)[:MAX_SLUG]
    # Without a letter or a digit it names nobody.
    return SellerName(text, (text,), (text, slug)) if slug else None


def _name_value(value: AttributeValue) -> SellerName | None:
    if page := value.reference_page:
        # Its ID too: a page may get another slug.
        page_id = Node.to_global_id("Page", page.pk)
        return SellerName(page.title, (page_id, page.slug), (page.slug,))
    if value.plain_text:
        return _name_text(value.plain_text)
    references = (value.external_reference, value.slug)
    return SellerName(
        value.name,
        tuple(reference for reference in references if reference),
        (value.slug,),
    )
