"""Find the sellers of products; create sellers that the products' data name."""

from collections.abc import Collection, Iterable, Mapping

from django.db import DEFAULT_DB_ALIAS

from ..config import ASSIGNMENT, SellerSource, fetch_seller_sources
from ..models import ProductSeller, Seller
from .names import SellerName
from .product_data import find_sellers, make_sellers, read_names


def fetch_sellers(
    product_ids: Iterable[int],
    source: SellerSource = ASSIGNMENT,
    using: str = DEFAULT_DB_ALIAS,
) -> dict[int, Seller]:
    """Return the sellers by product ID, in one or two statements.

    Products without a seller are missing. The function writes no row: a seller whom the
    products' data name for the first time is returned unsaved, with the ID that its row
    will have.
    """
    product_ids = set(product_ids)
    if source == ASSIGNMENT:
        rows = ProductSeller.objects.using(using).filter(product_id__in=product_ids)
        return {row.product_id: row.seller for row in rows.select_related("seller")}
    names = read_names(product_ids, source, using)
    sellers = find_sellers(names.values(), using) if names else {}
    return _join(names, sellers)


def fetch_sellers_in_channels(
    keys: Collection[tuple[int, str | None]], using: str = DEFAULT_DB_ALIAS
) -> dict[tuple[int, str | None], Seller]:
    """Return the sellers of products in channels.

    One statement reads the seller sources of all channels; each source then takes the
    statements of `fetch_sellers`. For a key without a channel see `SellerSources.get`.

    :param keys: pairs of product ID and channel slug; None for no channel.
    """
    sources = fetch_seller_sources(using)
    keys_by_source: dict[SellerSource, list[tuple[int, str | None]]] = {}
    for key in keys:
        keys_by_source.setdefault(sources.get(key[1]), []).append(key)
    sellers = {}
    for source, of_source in keys_by_source.items():
        by_product = fetch_sellers((key[0] for key in of_source), source, using)
        sellers.update(
            {key: by_product[key[0]] for key in of_source if key[0] in by_product}
        )
    return sellers


def ensure_sellers(
    product_ids: Iterable[int], source: SellerSource
) -> dict[int, Seller]:
    """Return what `fetch_sellers` returns, after inserting the rows of new sellers."""
    if source == ASSIGNMENT:
        return fetch_sellers(product_ids)
    names = read_names(set(product_ids), source)
    sellers = make_sellers(names.values()) if names else {}
    return _join(names, sellers)


def _join(
    names: Mapping[int, SellerName], sellers: Mapping[SellerName, Seller]
) -> dict[int, Seller]:
    # `sellers` lacks the global ID of a deleted page for which no seller was created.
    return {pk: sellers[name] for pk, name in names.items() if name in sellers}
