"""Assign products to the sellers that the products' own data name."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import transaction
from saleor.product.models import Product

from ..config import SellerSource
from ..models import ProductSeller, Seller
from .assignments import ensure_sellers, fetch_sellers


class Outcome(StrEnum):
    """The result for one product."""

    ASSIGNED = "assigned"
    MOVED = "moved to another seller"
    UNCHANGED = "assigned already"
    KEPT = "kept by another seller"
    UNNAMED = "without a seller in its data"


@dataclass(frozen=True)
class Conflict:
    """A product that is assigned to a seller other than the one its data name."""

    slug: str
    assigned: str
    named: str

    def __str__(self) -> str:
        return f"Product {self.slug}: assigned to {self.assigned}, named {self.named}"


@dataclass(frozen=True)
class ImportedBatch:
    """The result of one batch of products, with the sellers that it created."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    new_sellers: tuple[Seller, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def import_sellers(
    source: SellerSource, batch_size: int, *, overwrite: bool, dry_run: bool
) -> Iterator[ImportedBatch]:
    """Assign products to the sellers that their data name; yield each batch's result.

    Each batch is its own transaction. Running the import again changes nothing.

    :param overwrite: whether products that are assigned to another seller move.
    :param dry_run: whether only to report; the new sellers in the result are then
        unsaved.
    """
    products = Product.objects.order_by("pk").values_list("pk", flat=True)
    ids = list(products[:batch_size])
    while ids:
        with transaction.atomic():
            imported = _import_batch(ids, source, overwrite=overwrite, dry_run=dry_run)
        yield imported
        ids = list(products.filter(pk__gt=ids[-1])[:batch_size])


def _import_batch(
    ids: Sequence[int], source: SellerSource, *, overwrite: bool, dry_run: bool
) -> ImportedBatch:
    named = fetch_sellers(ids, source)
    new = {seller for seller in named.values() if seller._state.adding}
    if not dry_run:
        named = ensure_sellers(ids, source)
        # Lock the products: none may be deleted before its assignment is written. `of`
        # and `no_key` leave the rows that refer to a product unlocked.
        products = Product.objects.filter(pk__in=named).order_by("pk")
        locked = products.select_for_update(of=("self",), no_key=True)
        present = set(locked.values_list("pk", flat=True))
        named = {pk: seller for pk, seller in named.items() if pk in present}
    assigned = fetch_sellers(named)
    outcomes = Counter({Outcome.UNNAMED: len(ids) - len(named)})
    written: list[int] = []
    moved: list[int] = []
    for pk, seller in named.items():
        if pk not in assigned:
            outcome = Outcome.ASSIGNED
        elif assigned[pk] == seller:
            outcome = Outcome.UNCHANGED
        else:
            outcome = Outcome.MOVED if overwrite else Outcome.KEPT
            moved.append(pk)
        outcomes[outcome] += 1
        if outcome in (Outcome.ASSIGNED, Outcome.MOVED):
            written.append(pk)
    if not dry_run:
        ProductSeller.objects.bulk_create(
            [ProductSeller(product_id=pk, seller=named[pk]) for pk in written],
            update_conflicts=True,
            unique_fields=["product"],
            update_fields=["seller"],
        )
    slugs = dict(Product.objects.filter(pk__in=moved).values_list("pk", "slug"))
    return ImportedBatch(
        outcomes=outcomes,
        new_sellers=tuple(sorted(new, key=lambda seller: seller.slug)),
        conflicts=tuple(
            Conflict(slugs[pk], assigned[pk].slug, named[pk].slug) for pk in moved
        ),
    )
