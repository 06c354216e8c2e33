"""How a shop's own product data name a product's seller, and whom they name.

A name is looked up among the sellers' external references, then among their slugs. One
that nobody has becomes a seller when something needs its row, at the latest when it is
sold for the first time; until then readers get the row that would be made, unsaved, with
the ID that it will have.
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
    """Raise ValueError for an attribute that is not there or cannot name a seller."""
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
    """Return the name of each product's seller, in one or two statements.

    Of several values of an attribute the first one counts.
    """
    if source.type == SellerSourceType.METADATA:
        return _read_texts(product_ids, source, using)
    # Saleor keeps the values of attributes that a type has no more.
    assigned = select_assigned(source, using).filter(
        value__attribute__product_types=F("product__product_type")
    )
    return _read_values(product_ids, assigned)


def get_metadata_text(key: str) -> Func:
    """Return the expression of a product's public metadata under the key.

    Django's own one takes a key of digits for the index of an array.
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
    """Return what the products have of the attribute, the first value first."""
    rows = AssignedProductAttributeValue.objects.using(using)
    return rows.filter(value__attribute__slug=source.key).order_by(
        "product_id", "sort_order", "pk"
    )


def annotate_shared_keys(rows: QuerySet, prefix: str = "") -> QuerySet:
    """Annotate what `name_value` asks beside the value itself.

    :param prefix: the lookup of the value, with its underscores.
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
    """Return whom each text names; the global ID of a page is the page's.

    :param pages: those that may be named; read if they are not given.
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
    """Return why the source cannot say who sells the products that it cannot tell.

    A product without a value is not among them: it is the shop's own.

    :param product_ids: those for which the source has named no seller.
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
    """Return whom each name means, in one statement; new sellers are unsaved.

    A name that means nobody, and of which no seller is made, is left out.
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
