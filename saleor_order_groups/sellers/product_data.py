"""Read the sellers of products from the shop's own product data.

The name of a seller is looked up among the sellers' external references, then among
their slugs. If no seller matches, a new one is inserted when its row is needed, at the
latest at the first sale. Until then readers get the new seller unsaved, with the ID
that its row will have.
"""

from collections.abc import Collection, Iterable, Mapping
from uuid import uuid4

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from saleor.attribute import AttributeEntityType, AttributeInputType, AttributeType
from saleor.attribute.models import (
    AssignedProductAttributeValue,
    Attribute,
    AttributeValue,
)
from saleor.page.models import Page
from saleor.product.models import Product

from ..config import SellerSource, SellerSourceType
from ..models import Seller
from .names import (
    REFERENCES,
    SellerName,
    name_lost_page,
    name_page,
    name_text,
    name_value,
    parse_id,
)

SUPPORTED_INPUT_TYPES = frozenset(
    {
        AttributeInputType.DROPDOWN,
        AttributeInputType.MULTISELECT,
        AttributeInputType.SWATCH,
        AttributeInputType.PLAIN_TEXT,
        *REFERENCES,
    }
)


def check_source(source: SellerSource, using: str = DEFAULT_DB_ALIAS) -> None:
    """Check that a source can name sellers.

    :raises ValueError: the product attribute does not exist or cannot name a seller.
    """
    if source.type != SellerSourceType.ATTRIBUTE:
        return
    attribute = (
        Attribute.objects.using(using)
        .filter(slug=source.key, type=AttributeType.PRODUCT_TYPE)
        .annotate(
            is_of_products=Exists(
                Attribute.product_types.through.objects.filter(attribute=OuterRef("pk"))
            )
        )
        .first()
    )
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
    if not attribute.is_of_products:
        raise ValueError(
            f"no product type has the attribute {source.key} as one of its product"
            " attributes; an attribute of variants names nobody."
        )


# ------------------------------------------------------------------ what products say


def read_names(
    product_ids: Collection[int], source: SellerSource, using: str = DEFAULT_DB_ALIAS
) -> dict[int, SellerName]:
    """Return the seller's name for each product that has one, in one or two statements.

    If an attribute has several values, the first one counts.
    """
    if source.type == SellerSourceType.METADATA:
        return _read_texts(product_ids, source, using)
    # Saleor keeps attribute values of a product after its product type has lost the
    # attribute.
    assigned = select_assigned(source, using).filter(
        value__attribute__product_types=F("product__product_type")
    )
    return _read_values(product_ids, assigned)


def get_metadata_text(key: str) -> Func:
    """Return the expression for a value of a product's public metadata.

    Django's `KeyTextTransform` would take a key of digits for an array index.
    """
    return Func(
        F("metadata"),
        Value(key),
        function="jsonb_extract_path_text",
        output_field=TextField(),
    )


def select_assigned(
    source: SellerSource, using: str = DEFAULT_DB_ALIAS
) -> QuerySet[AssignedProductAttributeValue]:
    """Return the products' attribute values, by product, the first value first."""
    rows = AssignedProductAttributeValue.objects.using(using)
    return rows.filter(value__attribute__slug=source.key).order_by(
        "product_id", "sort_order", "pk"
    )


def annotate_shared_keys(rows: QuerySet, prefix: str = "") -> QuerySet:
    """Annotate attribute values with the further arguments of `name_value`.

    :param prefix: the lookup to the value, with its underscores.
    """
    others = AttributeValue.objects.filter(
        attribute_id=OuterRef(f"{prefix}attribute_id")
    ).exclude(pk=OuterRef(f"{prefix}pk"))
    return rows.annotate(
        has_reference_of_another=Exists(
            others.filter(external_reference=OuterRef(f"{prefix}slug"))
        ),
        has_slug_of_another=Exists(
            others.filter(slug=OuterRef(f"{prefix}external_reference"))
        ),
    ).select_related(f"{prefix}attribute", f"{prefix}reference_page")


def _read_texts(
    product_ids: Collection[int], source: SellerSource, using: str
) -> dict[int, SellerName]:
    rows = Product.objects.using(using).filter(pk__in=product_ids).order_by("pk")
    texts = dict(rows.values_list("pk", get_metadata_text(source.key)))
    named = name_texts(texts.values(), using)
    return {pk: named[text] for pk, text in texts.items() if text in named}


def name_texts(
    texts: Iterable[str | None], using: str, pages: Collection[Page] | None = None
) -> dict[str, SellerName]:
    """Return the seller's name for each text; the global ID of a page means the page.

    :param pages: the pages that a text may name; None to read them.
    """
    stripped = {text: text.strip() for text in texts if text}
    page_ids = {
        text: pk for text in stripped.values() if (pk := parse_id(text, "Page"))
    }
    if pages is None:
        of_ids = Page.objects.using(using).filter(pk__in=page_ids.values())
        pages = list(of_ids) if page_ids else []
    by_id = {page.pk: page for page in pages}
    names = {}
    for raw, text in stripped.items():
        if text not in page_ids:
            name = name_text(text)
        elif page := by_id.get(page_ids[text]):
            name = name_page(page)
        else:
            name = name_lost_page(text)
        if name:
            names[raw] = name
    return names


def _read_values(
    product_ids: Collection[int], assigned: QuerySet[AssignedProductAttributeValue]
) -> dict[int, SellerName]:
    rows = assigned.filter(product_id__in=product_ids).select_related("value")
    first: dict[int, SellerName] = {}
    for row in annotate_shared_keys(rows, "value__"):
        name = name_value(
            row.value,
            has_reference_of_another=row.has_reference_of_another,
            has_slug_of_another=row.has_slug_of_another,
        )
        if name:
            first.setdefault(row.product_id, name)
    return first


def find_unanswered(
    product_ids: Collection[int], source: SellerSource, using: str = DEFAULT_DB_ALIAS
) -> dict[int, str]:
    """Return the reason for each product whose seller the source cannot tell.

    Products without a value are missing: they are the shop's own.

    :param product_ids: the products for which the source has named no seller.
    """
    if not product_ids or source.type == SellerSourceType.ASSIGNMENT:
        return {}
    if source.type == SellerSourceType.METADATA:
        names = read_names(product_ids, source, using)
        return {
            pk: f"there is no page {name.name}."
            for pk, name in names.items()
            if not name.new_slugs
        }
    try:
        check_source(source, using)
    except ValueError as error:
        return dict.fromkeys(product_ids, str(error))
    kept = _read_values(product_ids, select_assigned(source, using))
    return dict.fromkeys(
        kept, f"the product type does not have the attribute {source.key} any more."
    )


# ------------------------------------------------------------------ whom they name


def find_sellers(
    names: Iterable[SellerName], using: str = DEFAULT_DB_ALIAS
) -> dict[SellerName, Seller]:
    """Return the seller for each name, in one statement; new sellers are unsaved.

    Names without a seller are missing if no seller is to be created for them.
    """
    names = set(names)
    references = {key for name in names for key in name.references}
    slugs = {slug for name in names for slug in (*name.slugs, *name.new_slugs)}
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
    found = {}
    for name in names:
        if seller := name.choose(by_reference, by_slug):
            found[name] = seller
        elif name.new_slugs:
            found[name] = name.build(by_reference, by_slug)
    return found


def make_sellers(names: Iterable[SellerName]) -> dict[SellerName, Seller]:
    """Return the seller that each name means, after inserting the new sellers.

    Of two concurrent calls the second waits for the first one's rows, and then finds
    them.
    """
    sellers = find_sellers(names)
    if new := _select_unsaved(sellers):
        Seller.objects.bulk_create(new, ignore_conflicts=True)
        sellers = find_sellers(sellers)
    for seller in _select_unsaved(sellers):
        # A seller with this derived ID exists, but somebody has changed its slug.
        seller.pk = uuid4()
        seller.save(force_insert=True)
    return sellers


def _select_unsaved(sellers: Mapping[SellerName, Seller]) -> list[Seller]:
    # A fixed order: two transactions that insert the same rows in different orders
    # would deadlock.
    return sorted(
        {seller for seller in sellers.values() if seller._state.adding},
        key=lambda seller: seller.slug,
    )
