"""Select the products of a seller by the source of each channel.

Python code decides which seller a name means. The texts and values that can mean the
seller are therefore read first, and the products are then selected by them. The number
of statements does not depend on the number of products.
"""

import json
from collections.abc import Iterable, Mapping

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from saleor.attribute import AttributeInputType
from saleor.attribute.models import AttributeValue
from saleor.page.models import Page
from saleor.product.models import Product

from ..config import SellerSource, SellerSourceType, fetch_seller_sources
from ..models import Seller
from .names import SellerName, name_text, name_value, parse_id
from .product_data import (
    annotate_shared_keys,
    find_sellers,
    get_metadata_text,
    name_texts,
    select_assigned,
)


def select_products(
    products: QuerySet[Product],
    seller: Seller,
    channel_slug: str | None,
    using: str = DEFAULT_DB_ALIAS,
) -> QuerySet[Product]:
    """Return the products that the seller sells in the channel.

    :param channel_slug: None for all channels in which the plugin is active.
    """
    sources = fetch_seller_sources(using)
    if channel_slug is not None:
        return _select_named(products, seller, sources.get(channel_slug), using)
    found = Q()
    for source in set(sources.by_channel.values()) or {sources.get(None)}:
        named = _select_named(Product.objects.using(using), seller, source, using)
        found |= Q(pk__in=named.order_by().values("pk"))
    return products.filter(found)


def sells_products(seller: Seller) -> bool:
    """Tell whether the seller sells a product in any channel."""
    return select_products(Product.objects.all(), seller, None).exists()


def _select_named(
    products: QuerySet[Product], seller: Seller, source: SellerSource, using: str
) -> QuerySet[Product]:
    match source.type:
        case SellerSourceType.ASSIGNMENT:
            return products.filter(product_seller__seller_id=seller.pk)
        case SellerSourceType.METADATA:
            return _select_by_metadata(products, seller, source, using)
        case SellerSourceType.ATTRIBUTE:
            return _select_by_attribute(products, seller, source, using)


def _keep_meant[Key](
    names: Mapping[Key, SellerName | None], seller: Seller, using: str
) -> list[Key]:
    """Return the keys of the names that mean the seller."""
    may_mean = {
        key: name for key, name in names.items() if name and name.may_mean(seller)
    }
    sellers = find_sellers(may_mean.values(), using) if may_mean else {}
    return [key for key, name in may_mean.items() if sellers.get(name) == seller]


def _get_keys(seller: Seller) -> list[str]:
    return [key for key in (seller.external_reference, seller.slug) if key]


def _parse_ids(keys: Iterable[str], type_name: str) -> list[int]:
    return [pk for key in keys if (pk := parse_id(key, type_name))]


# ------------------------------------------------------------------ metadata


def _select_by_metadata(
    products: QuerySet[Product], seller: Seller, source: SellerSource, using: str
) -> QuerySet[Product]:
    all_products = Product.objects.using(using).order_by()
    text = get_metadata_text(source.key)
    texts = all_products.values_list(text, flat=True).distinct()
    names = name_texts(texts, using, _find_pages(seller, using))
    meant = _keep_meant(names, seller, using)
    # This condition lets PostgreSQL use Saleor's index of the metadata; the exact
    # condition follows.
    is_indexed = Q(pk__in=[])
    for value in meant:
        is_indexed |= Q(metadata__contains={source.key: value})
        if (number := _parse_json(value)) is not None:
            is_indexed |= Q(metadata__contains={source.key: number})
    return products.alias(seller_text=text).filter(is_indexed, seller_text__in=meant)


def _parse_json(text: str) -> object:
    """Return the JSON value that the text may stand for, such as a number, or None."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _find_pages(seller: Seller, using: str) -> list[Page]:
    """Return the pages that may mean the seller."""
    keys = _get_keys(seller)
    pages = Page.objects.using(using)
    return list(pages.filter(Q(pk__in=_parse_ids(keys, "Page")) | Q(slug__in=keys)))


# ------------------------------------------------------------------ attributes


def _select_by_attribute(
    products: QuerySet[Product], seller: Seller, source: SellerSource, using: str
) -> QuerySet[Product]:
    # If an attribute has several values, the first one that is not empty counts.
    first = (
        select_assigned(source, using)
        .filter(product=OuterRef("product"))
        .exclude(value__plain_text="")
        .values("value_id")[:1]
    )
    named = (
        select_assigned(source, using)
        .filter(
            value__in=_select_values(seller, source, using),
            value__attribute__product_types=F("product__product_type"),
        )
        .alias(first_value=Subquery(first))
        .filter(first_value=F("value_id"))
        .order_by()
    )
    return products.filter(pk__in=named.values("product_id"))


def _select_values(
    seller: Seller, source: SellerSource, using: str
) -> QuerySet[AttributeValue]:
    """Return the values of the attribute that mean the seller."""
    values = AttributeValue.objects.using(using).filter(attribute__slug=source.key)
    keys = _get_keys(seller)
    may_mean = values.filter(
        Q(pk__in=_parse_ids(keys, "AttributeValue"))
        | Q(external_reference__in=keys)
        | Q(slug__in=keys)
        | Q(reference_page__in=_parse_ids(keys, "Page"))
        | Q(reference_page__slug__in=keys)
    )
    names = {
        value.pk: name_value(
            value,
            has_reference_of_another=value.has_reference_of_another,
            has_slug_of_another=value.has_slug_of_another,
        )
        for value in annotate_shared_keys(may_mean)
    }
    # Each product has its own text, so the texts are compared as distinct values.
    texts = (
        values.filter(attribute__input_type=AttributeInputType.PLAIN_TEXT)
        .exclude(plain_text="")
        .values_list("plain_text", flat=True)
        .distinct()
    )
    named_texts = {text: name_text(text) for text in texts}
    return values.filter(
        Q(pk__in=_keep_meant(names, seller, using))
        | Q(plain_text__in=_keep_meant(named_texts, seller, using))
    )
