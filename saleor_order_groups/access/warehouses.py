"""The warehouses from which a seller can fulfill a line of its order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F
from saleor.order.models import OrderLine
from saleor.warehouse.models import Allocation, Stock, Warehouse

from ..models import OrderGroupOrder
from ..sellers.assignments import fetch_sellers_in_channels


@dataclass(frozen=True)
class LineWarehouse:
    """A warehouse, and how many items of a line are allocated there."""

    warehouse: Warehouse
    quantity_allocated: int


def find_warehouses(
    lines: Sequence[tuple[OrderGroupOrder, OrderLine]], using: str = DEFAULT_DB_ALIAS
) -> dict[UUID, list[LineWarehouse]]:
    """Return the warehouses of each line, by the line's key.

    First those where the line is allocated. Then, while the product is still the
    seller's, those of the channel where its variant has stock. The number of statements
    does not depend on the number of lines.

    :param lines: lines with the links of their orders, which have `order.channel`.
    """
    found: dict[UUID, dict[UUID, LineWarehouse]] = defaultdict(dict)
    allocations = Allocation.objects.using(using).filter(
        order_line__in=[line.pk for _, line in lines], quantity_allocated__gt=0
    )
    for allocation in allocations.select_related("stock__warehouse").order_by(
        "-quantity_allocated", "stock"
    ):
        warehouse = allocation.stock.warehouse
        found[allocation.order_line_id][warehouse.pk] = LineWarehouse(
            warehouse, allocation.quantity_allocated
        )
    in_stock = _find_in_stock(lines, using)
    sellers = fetch_sellers_in_channels(
        {
            (stocks[0].product_variant.product_id, slug)
            for (_, slug), stocks in in_stock.items()
        },
        using,
    )
    for link, line in lines:
        slug = link.order.channel.slug
        for stock in in_stock.get((line.variant_id, slug), ()):
            seller = sellers.get((stock.product_variant.product_id, slug))
            if seller is not None and seller.pk == link.seller_id:
                found[line.pk].setdefault(
                    stock.warehouse_id, LineWarehouse(stock.warehouse, 0)
                )
    return {line.pk: list(found[line.pk].values()) for _, line in lines}


def _find_in_stock(
    lines: Sequence[tuple[OrderGroupOrder, OrderLine]], using: str
) -> dict[tuple[int | None, str], list[Stock]]:
    """Return the stocks of the lines' variants, by variant and channel slug."""
    stocks = (
        Stock.objects.using(using)
        .filter(
            product_variant__in={
                line.variant_id for _, line in lines if line.variant_id
            },
            warehouse__channels__slug__in={
                link.order.channel.slug for link, _ in lines
            },
            quantity__gt=0,
        )
        .annotate(channel_slug=F("warehouse__channels__slug"))
        .select_related("warehouse", "product_variant")
        .order_by("warehouse__name", "pk")
    )
    found: dict[tuple[int | None, str], list[Stock]] = defaultdict(list)
    for stock in stocks:
        found[stock.product_variant_id, stock.channel_slug].append(stock)  # type: ignore[attr-defined]
    return dict(found)
