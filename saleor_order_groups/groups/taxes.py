"""The taxes of groups by rate, derived from their orders on each read."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import DecimalField, F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from prices import TaxedMoney

from ..models import OrderGroup, OrderGroupOrder
from .totals import is_counted, to_money

_ZERO = Value(Decimal(0), output_field=DecimalField())


@dataclass(frozen=True)
class GroupTax:
    """The price that is taxed at one rate in a group; a missing rate counts as 0."""

    rate: Decimal
    tax_class_name: str | None
    price: TaxedMoney


def get_taxes(
    groups: Iterable[OrderGroup], database_connection_name: str
) -> dict[UUID, list[GroupTax]]:
    """Return the taxes of each group by the group's key, in one statement.

    They cover the lines and the shipping of the counted orders, so that the gross
    prices sum to the group's subtotal and shipping price. They are sorted by rate and
    the name of the tax class. Rates with a price of zero are left out.
    """
    currencies = {group.pk: group.currency for group in groups}
    places = (
        OrderGroupOrder.objects.using(database_connection_name)
        .filter(is_counted(), group_id__in=list(currencies))
        .order_by()
    )
    lines = _by_rate(
        places.filter(order__lines__isnull=False),
        rate="order__lines__tax_rate",
        name="order__lines__tax_class_name",
        net="order__lines__total_price_net_amount",
        gross="order__lines__total_price_gross_amount",
    )
    shipping = _by_rate(
        places,
        rate="order__shipping_tax_rate",
        name="order__shipping_tax_class_name",
        net="order__shipping_price_net_amount",
        gross="order__shipping_price_gross_amount",
    )
    prices: defaultdict[tuple, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 2)
    for group_id, rate, name, net, gross in lines.union(shipping, all=True):
        price = prices[group_id, rate, name or None]
        price[0] += net
        price[1] += gross

    taxes: dict[UUID, list[GroupTax]] = {pk: [] for pk in currencies}
    for key in sorted(prices, key=lambda key: (key[1], key[2] or "")):
        group_id, rate, name = key
        net, gross = prices[key]
        if net or gross:
            currency = currencies[group_id]
            price = TaxedMoney(
                net=to_money(net, currency), gross=to_money(gross, currency)
            )
            taxes[group_id].append(GroupTax(rate, name, price))
    return taxes


def _by_rate(
    places: QuerySet, *, rate: str, name: str, net: str, gross: str
) -> QuerySet:
    return places.values_list(
        "group_id", Coalesce(F(rate), _ZERO), Coalesce(F(name), Value(""))
    ).annotate(net=Sum(net), gross=Sum(gross))
