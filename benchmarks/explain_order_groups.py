"""Show which indexes serve each filter, sort and search of `orderGroups`.

On an empty, migrated database that DATABASE_URL names:

    python benchmarks/explain_order_groups.py --groups 100000

Fills it with groups of one to three orders, 19 in 20 of them fulfilled and paid, the rest
of every status, and prints for the first page of each query the time that PostgreSQL
took, the indexes that it read and the tables that it read whole. Whoever has
MANAGE_ORDERS asks: the conditions of a customer only narrow it.
"""

import argparse
import datetime
import random
from collections.abc import Iterator
from decimal import Decimal

import django
import orjson

BATCH = 5000
PAGE = 21
START = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
NAMES = ["Anna", "Bela", "Chandra", "Dagmar", "Emeka", "Fatima", "Goran", "Hana"]
SURNAMES = ["Novak", "Okafor", "Larsen", "Haddad", "Silva", "Kowalski", "Meyer"]
STATUSES = [
    "unconfirmed",
    "unfulfilled",
    "partially fulfilled",
    "partially_returned",
    "returned",
    "canceled",
    "expired",
]


def fill(count: int) -> None:
    """Make the shop and its groups."""
    from django.db.models import F
    from saleor.account.models import Address, User
    from saleor.channel.models import Channel
    from saleor.order.models import Order

    from saleor_order_groups.models import OrderGroup, OrderGroupOrder, Seller

    chance = random.Random(1)
    channels = [
        Channel.objects.create(
            name=slug, slug=slug, currency_code=currency, is_active=True
        )
        for slug, currency in (("usa", "USD"), ("poland", "PLN"))
    ]
    sellers = Seller.objects.bulk_create(
        Seller(name=f"Seller {n}", slug=f"seller-{n}") for n in range(200)
    )
    customers = count // 5
    users = User.objects.bulk_create(
        [
            User(
                email=f"customer{n}@example.com",
                first_name=chance.choice(NAMES),
                last_name=f"{chance.choice(SURNAMES)}{n}",
                is_active=True,
            )
            for n in range(customers)
        ],
        batch_size=BATCH,
    )
    addresses = Address.objects.bulk_create(
        [
            Address(
                first_name=user.first_name,
                last_name=user.last_name,
                city="Springfield",
                country="US",
            )
            for user in users
        ],
        batch_size=BATCH,
    )
    number = 0
    for first in range(0, count, BATCH):
        groups, orders, places = [], [], []
        for n in range(first, min(first + BATCH, count)):
            customer = chance.randrange(customers)
            user = users[customer]
            channel = chance.choice(channels)
            created_at = START + datetime.timedelta(minutes=7 * n)
            group = OrderGroup(
                number=n + 1,
                created_at=created_at,
                user=user,
                user_email=user.email,
                channel=channel,
                currency=channel.currency_code,
                placed_total_net_amount=0,
                placed_total_gross_amount=0,
                metadata={"source": "fair"} if n % 1000 == 0 else {},
            )
            groups.append(group)
            for position in range(chance.choice([1, 1, 2, 3])):
                number += 1
                is_done = chance.random() < 0.95
                total = Decimal(chance.randrange(500, 50000)) / 100
                order = Order(
                    number=number,
                    created_at=created_at,
                    channel=channel,
                    currency=channel.currency_code,
                    user=user,
                    user_email=user.email,
                    billing_address=addresses[customer],
                    shipping_address=addresses[customer],
                    status="fulfilled" if is_done else chance.choice(STATUSES),
                    charge_status="full" if is_done else "none",
                    authorize_status="full" if is_done else "none",
                    total_net_amount=total,
                    total_gross_amount=total,
                    undiscounted_total_net_amount=total,
                    undiscounted_total_gross_amount=total,
                    lines_count=1,
                )
                orders.append(order)
                places.append(
                    OrderGroupOrder(
                        group=group,
                        order=order,
                        seller=None if n % 50 == 0 else chance.choice(sellers),
                        position=position,
                        placed_total_net_amount=total,
                        placed_total_gross_amount=total,
                    )
                )
        OrderGroup.objects.bulk_create(groups)
        Order.objects.bulk_create(orders)
        OrderGroupOrder.objects.bulk_create(places)
    # Saved as of now: as of when each was made, instead.
    OrderGroup.objects.update(updated_at=F("created_at"))
    Order.objects.update(updated_at=F("created_at"))


def list_queries() -> Iterator[tuple[str, dict]]:
    """Yield a name and the arguments of each query."""
    from graphene import Node

    from saleor_order_groups.models import OrderGroup, Seller

    group = OrderGroup.objects.order_by("number")[500]
    order = group.order_links.get(position=0).order
    day = datetime.timedelta(days=1)
    recent = {"gte": OrderGroup.objects.first().created_at - day}
    range_ = {"gte": group.created_at, "lte": group.created_at + day}

    def to_id(instance):
        return Node.to_global_id(type(instance).__name__, instance.pk)

    where = {
        "ids": [to_id(group)],
        "number": {"eq": group.number},
        "created_at": range_,
        "updated_at": range_,
        "user": {"eq": to_id(group.user)},
        "user_email": {"eq": group.user_email},
        "channel_id": {"eq": to_id(group.channel)},
        "seller": {"eq": to_id(Seller.objects.first())},
        "has_shop_order": True,
        "checkout_id": {"eq": Node.to_global_id("Checkout", group.pk)},
        "order_number": {"eq": order.number},
        "metadata": {"key": "source", "value": {"eq": "fair"}},
        "total_gross": {"amount": {"range": {"gte": Decimal(900)}}},
    }
    for name, value in where.items():
        yield f"where {name}", {"where": {name: value}}
    yield "where has_shop_order false", {"where": {"has_shop_order": False}}
    yield "where updated_at of late", {"where": {"updated_at": recent}}
    for status in ("fulfilled", "partially_fulfilled", "canceled", "expired"):
        yield f"where status {status}", {"where": {"status": {"eq": status}}}
    for status in ("not_fulfilled", "returned"):
        yield (
            f"where fulfillment_status {status}",
            {"where": {"fulfillment_status": {"eq": status}}},
        )
    for status in ("full", "none", "overcharged"):
        yield (
            f"where charge_status {status}",
            {"where": {"charge_status": {"eq": status}}},
        )
    yield "where authorize_status full", {"where": {"authorize_status": {"eq": "full"}}}
    yield (
        "where AND",
        {
            "where": {
                "AND": [{"seller": where["seller"]}, {"status": {"eq": "canceled"}}]
            }
        },
    )
    yield (
        "where OR",
        {"where": {"OR": [{"user": where["user"]}, {"number": {"eq": 1}}]}},
    )
    for field in ("NUMBER", "CREATED_AT", "UPDATED_AT", "TOTAL"):
        for direction in ("", "-"):
            yield f"sort {direction}{field}", {"sort_by": (field, direction)}
    for text in (f"#{order.number}", group.user_email, f"Anna {group.user.last_name}"):
        yield f"search {text}", {"search": text}


def make_queryset(arguments: dict):
    """Make the queryset of the first page, as the resolver does."""
    from saleor.graphql.core.connection import where_filter_qs
    from saleor.graphql.utils.sorting import sort_queryset_for_connection

    from saleor_order_groups.graphql.filters import OrderGroupWhere
    from saleor_order_groups.graphql.search import search_order_groups
    from saleor_order_groups.graphql.sorters import (
        OrderGroupSortField,
        OrderGroupSortingInput,
    )
    from saleor_order_groups.models import OrderGroup

    groups = search_order_groups(OrderGroup.objects.all(), arguments.get("search"))
    if where := arguments.get("where"):
        groups = where_filter_qs(
            groups, {"channel": "usa"}, OrderGroupWhere, where, None
        )
    sort_by = None
    if sort := arguments.get("sort_by"):
        field, direction = sort
        sort_by = OrderGroupSortingInput()
        sort_by.field = OrderGroupSortField._meta.enum[field].value
        sort_by.direction = direction
    sorted_groups, _ = sort_queryset_for_connection(
        groups, {"sort_by": sort_by, "channel": "usa"}, allow_replica=False
    )
    return sorted_groups[:PAGE]


def walk(plan: dict) -> Iterator[dict]:
    """Yield a plan's nodes."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from walk(part)


def main() -> None:
    """Fill the database if it has no group, and explain every query."""
    from django.db import connection

    from saleor_order_groups.models import OrderGroup

    parser = argparse.ArgumentParser()
    parser.add_argument("--groups", type=int, default=100_000)
    options = parser.parse_args()
    if not OrderGroup.objects.exists():
        fill(options.groups)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    print(f"{OrderGroup.objects.count()} groups")
    print("query | ms | indexes | read whole")
    print("---|---|---|---")
    for name, arguments in list_queries():
        text = make_queryset(arguments).explain(analyze=True, format="json")
        [plan] = orjson.loads(text)
        nodes = list(walk(plan["Plan"]))
        indexes = sorted({node["Index Name"] for node in nodes if "Index Name" in node})
        whole = sorted(
            {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
        )
        print(
            f"{name} | {plan['Execution Time']:.1f} | {', '.join(indexes) or '-'}"
            f" | {', '.join(whole) or '-'}"
        )


if __name__ == "__main__":
    django.setup()
    main()
