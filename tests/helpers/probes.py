"""Generate what a seller could ask to learn of another seller's part of a purchase.

Each probe has a twin: the same question about something random of the same form. The
answers must not differ.
"""

import base64
import datetime
import json
import random
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from graphene import Node
from graphql import GraphQLObjectType
from graphql.type.definition import get_named_type
from saleor.graphql.api import schema
from saleor.graphql.tests.fixtures import ApiClient
from saleor.order.models import Order

from tests.fixtures.seller_access import Sale

from .canaries import LETTERS, Canaries
from .seller_orders import (
    CANCEL,
    CANCEL_FULFILLMENT,
    CONFIRM,
    FULFILL,
    ORDER,
    ORDERS,
    REFUND,
    SELLER_ORDER,
    SET_REFERENCE,
    TRACK,
)

# The types in IDs: all that a seller could have heard of.
TYPES = (
    "SellerOrder SellerOrderLine SellerFulfillment SellerRefund SellerMember SellerApp "
    "SellerAct Order OrderLine Fulfillment FulfillmentLine OrderGrantedRefund OrderGroup "
    "OrderGroupOrder Seller User Address Checkout TransactionItem TransactionEvent "
    "Payment Invoice Warehouse Stock Product ProductVariant Page App Nonsense"
).split()


@dataclass
class World:
    """A purchase of two sellers, of which `client` is a member of the first one."""

    rng: random.Random
    client: ApiClient
    own: Sale
    other: Sale
    canaries: Canaries
    # Keys of the other seller's rows, and of the whole purchase.
    uuids: list[UUID]
    numbers: list[int]
    # Keys that the seller sees itself.
    own_uuids: list[UUID]
    own_fulfillments: set[int]
    # Keys that the other seller's acts were retried with.
    retry_keys: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Probe:
    """A question about something foreign, and its twin about something random.

    `form`: twins of the same form have the same answer.
    `named`, `named_in_twin`: texts that an answer may repeat to the caller.
    """

    form: tuple
    query: str
    variables: dict[str, Any]
    twin: dict[str, Any]
    named: tuple[str, ...]
    named_in_twin: tuple[str, ...]
    has_twin: bool = True


type Build = Callable[[str], tuple[str, dict[str, Any]]]


def sweep(world: World) -> Iterator[Probe]:
    """Yield a probe for each foreign key at each place of its type, and each canary."""
    rng = world.rng
    builders = get_id_builders(world)
    write = SPELLINGS["plain"]
    for place, type_name in TYPE_AT.items():
        is_number = type_name in ("SellerFulfillment", "Page")
        keys = world.numbers if is_number else world.uuids
        for key in set(keys) - world.own_fulfillments:
            foreign = str(key)
            twin = make_number(rng, foreign) if is_number else str(make_uuid(rng))
            yield shorten(
                _make(
                    (place, type_name, "plain", len(twin)),
                    builders[place],
                    write(type_name, foreign),
                    write(type_name, twin),
                )
            )
        # A key of either kind in an ID of another type.
        for foreign, random_one in (
            (str(world.uuids[0]), str(make_uuid(rng))),
            (str(number := world.numbers[0]), make_number(rng, str(number))),
        ):
            yield shorten(
                _make(
                    (place, "Nonsense", "plain", len(random_one)),
                    builders[place],
                    write("Nonsense", foreign),
                    write("Nonsense", random_one),
                )
            )
    search = get_text_builders(world)["search"]
    for canary in world.canaries.texts:
        for text in (canary, canary[3:9]):
            twin = "".join(rng.choices(LETTERS, k=len(text)))
            yield shorten(_make(("sweep", len(text)), search, text, twin))


def generate(world: World) -> Iterator[Probe]:
    """Yield random probes without end."""
    makers = (probe_id, probe_id, probe_text, probe_number, probe_time, probe_cursor)
    rare = (probe_saleor, probe_metadata)
    while True:
        probe = world.rng.choice(makers * 3 + rare)(world)
        yield probe if world.rng.random() < 0.2 else shorten(probe)


def shorten(probe: Probe) -> Probe:
    """Select little of orders: Saleor reads and answers it in a third of the time."""
    little = "fragment SellerOrder on SellerOrder { id number externalReference }"
    query = probe.query.replace(SELLER_ORDER, little)
    return replace(probe, query=query, form=(*probe.form, "little"))


def _make(form: tuple, build: Build, foreign: str, random_one: str) -> Probe:
    query, variables = build(foreign)
    twin = build(random_one)[1]
    return Probe(form, query, variables, twin, (foreign,), (random_one,))


# ---------------------------------------------------------------- IDs


def probe_id(world: World) -> Probe:
    """Name a foreign row by an ID of any type, at any place that takes an ID."""
    rng = world.rng
    builders = get_id_builders(world)
    place = rng.choice(list(builders))
    type_name, foreign, random_key = choose_key(world, TYPE_AT.get(place))
    spelling = "plain" if rng.random() < 0.5 else rng.choice(list(SPELLINGS))
    write = SPELLINGS[spelling]
    kind = "number" if foreign.isdecimal() else "uuid"
    return _make(
        (place, type_name, kind, spelling, len(random_key)),
        builders[place],
        write(type_name, foreign),
        write(type_name, random_key),
    )


def choose_key(world: World, likely: str | None = None) -> tuple[str, str, str]:
    """Return a type, a foreign key and a random key of the same kind.

    :param likely: the type that half of the keys are of.
    """
    rng = world.rng
    while True:
        type_name = likely if likely and rng.random() < 0.5 else rng.choice(TYPES)
        if rng.random() < 0.7:
            foreign = str(rng.choice(world.uuids))
            return type_name, foreign, str(make_uuid(rng))
        number = rng.choice(world.numbers)
        # Fulfillments are numbered for all sellers.
        if type_name == "SellerFulfillment" and number in world.own_fulfillments:
            continue
        return type_name, str(number), make_number(rng, str(number))


def make_number(rng: random.Random, like: str) -> str:
    """Return a free number, which base64 fills up as much as another one."""
    length = len(like)
    if length < 8:
        length = next(each for each in (5, 6, 7) if (each - length) % 3 == 0)
    return str(rng.randrange(9 * 10 ** (length - 1), 10**length))


def make_uuid(rng: random.Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


SPELLINGS: dict[str, Callable[[str, str], str]] = {
    "plain": lambda name, key: Node.to_global_id(name, key),
    "capitals": lambda name, key: encode(f"{name}:{key.upper()}"),
    "without hyphens": lambda name, key: encode(f"{name}:{key.replace('-', '')}"),
    "braces": lambda name, key: encode(f"{name}:{{{key}}}"),
    "urn": lambda name, key: encode(f"{name}:urn:uuid:{key}"),
    "spaces": lambda name, key: encode(f"{name}: {key} "),
    "without padding": lambda name, key: encode(f"{name}:{key}").rstrip("="),
    "bare": lambda _name, key: key,
    "not encoded": lambda name, key: f"{name}:{key}",
    "plural": lambda name, key: encode(f"{name}s:{key}"),
}


# The type that the API expects at each place.
TYPE_AT = {
    "order": "SellerOrder",
    "ids": "SellerOrder",
    "ids with an own one": "SellerOrder",
    "seller": "Seller",
    "seller and filter": "Seller",
    "seller's reference": "Seller",
    "confirm": "SellerOrder",
    "cancel": "SellerOrder",
    "fulfill": "SellerOrder",
    "fulfill a line": "SellerOrderLine",
    "fulfill one more line": "SellerOrderLine",
    "fulfill from a warehouse": "Warehouse",
    "track": "SellerFulfillment",
    "cancel a fulfillment": "SellerFulfillment",
    "refund": "SellerOrder",
    "refund a line": "SellerOrderLine",
    "refund an amount and a line": "SellerOrderLine",
    "refund for a reason": "Page",
    "set reference": "SellerOrder",
}


def get_id_builders(world: World) -> dict[str, Build]:
    """Return what a seller can ask with an ID, by the place of the ID."""
    own = world.own
    seller_id = Node.to_global_id("Seller", own.seller.pk)
    reference = world.other.link.seller_reference
    line = {"lineId": own.line_ids[0], "quantity": 1}
    page = {"first": 5}
    return {
        "order": lambda id: (ORDER, {"id": id}),
        "ids": lambda id: (ORDERS, {**page, "where": {"ids": [id]}}),
        "ids with an own one": lambda id: (
            ORDERS,
            {**page, "where": {"ids": [own.id, id]}},
        ),
        "seller": lambda id: (ORDERS, {**page, "sellerId": id}),
        "seller and filter": lambda id: (
            ORDERS,
            {**page, "sellerId": id, "where": {"ids": [own.id]}, "search": "T-"},
        ),
        "seller's reference": lambda id: (
            ORDER,
            {"reference": {"sellerId": id, "reference": reference}},
        ),
        "reference": lambda id: (
            ORDER,
            {"reference": {"sellerId": seller_id, "reference": id}},
        ),
        "search": lambda id: (ORDERS, {**page, "search": id[:100]}),
        "after": lambda id: (ORDERS, {**page, "after": id}),
        "confirm": lambda id: (CONFIRM, {"id": id}),
        "cancel": lambda id: (CANCEL, {"id": id, "reason": "No"}),
        "fulfill": lambda id: (FULFILL, {"id": id, "input": {"lines": [line]}}),
        "fulfill a line": lambda id: (
            FULFILL,
            {"id": own.id, "input": {"lines": [{**line, "lineId": id}]}},
        ),
        "fulfill one more line": lambda id: (
            FULFILL,
            {"id": own.id, "input": {"lines": [line, {**line, "lineId": id}]}},
        ),
        "fulfill from a warehouse": lambda id: (
            FULFILL,
            {"id": own.id, "input": {"lines": [{**line, "warehouseId": id}]}},
        ),
        "track": lambda id: (TRACK, {"id": id, "number": "T-9", "notify": True}),
        "cancel a fulfillment": lambda id: (CANCEL_FULFILLMENT, {"id": id}),
        "refund": lambda id: (REFUND, {"id": id, "input": {"amount": "1"}}),
        "refund a line": lambda id: (
            REFUND,
            {"id": own.id, "input": {"lines": [{**line, "lineId": id}]}},
        ),
        "refund an amount and a line": lambda id: (
            REFUND,
            {
                "id": own.id,
                "input": {"amount": "1", "lines": [line, {**line, "lineId": id}]},
            },
        ),
        "refund for a reason": lambda id: (
            REFUND,
            {"id": own.id, "input": {"amount": "1", "reasonReference": id}},
        ),
        "set reference": lambda id: (SET_REFERENCE, {"id": id, "reference": "E-9"}),
        "set reference to": lambda id: (
            SET_REFERENCE,
            {"id": own.id, "reference": id[:250]},
        ),
        "retry": lambda id: (CONFIRM, {"id": own.id, "key": id}),
    }


# ---------------------------------------------------------------- texts and numbers


def probe_text(world: World) -> Probe:
    """Use a canary or a part of it wherever a text is taken."""
    rng = world.rng
    canary = rng.choice(world.canaries.texts + world.retry_keys * 3)
    if rng.random() < 0.5 and set(canary) <= set(LETTERS):
        start = rng.randrange(len(canary) - 1)
        canary = canary[start : rng.randint(start + 1, len(canary))]
    builders = get_text_builders(world)
    place = rng.choice(list(builders))
    twin = "".join(rng.choices(LETTERS, k=len(canary)))
    return _make((place, len(canary)), builders[place], canary, twin)


def get_text_builders(world: World) -> dict[str, Build]:
    """Return what a seller can ask with a text, by the place of the text."""
    own = world.own
    line = {"lineId": own.line_ids[0], "quantity": 1}
    seller_id = Node.to_global_id("Seller", own.seller.pk)
    page = {"first": 5}
    return {
        "search": lambda text: (ORDERS, {**page, "search": text}),
        "search capitals": lambda text: (ORDERS, {**page, "search": text.upper()}),
        "search both": lambda text: (ORDERS, {**page, "search": f"T-alpha {text}"}),
        "is reference": lambda text: (
            ORDERS,
            {**page, "where": {"externalReference": {"eq": text}}},
        ),
        "is one reference": lambda text: (
            ORDERS,
            {**page, "where": {"externalReference": {"oneOf": ["E-alpha", text]}}},
        ),
        "channel": lambda text: (
            ORDERS,
            {**page, "where": {"channelSlug": {"oneOf": [text, "main"]}}},
        ),
        "reference": lambda text: (
            ORDER,
            {"reference": {"sellerId": seller_id, "reference": text}},
        ),
        "number": lambda text: (ORDER, {"number": text}),
        "set reference": lambda text: (
            SET_REFERENCE,
            {"id": own.id, "reference": text},
        ),
        "retry confirming": lambda text: (CONFIRM, {"id": own.id, "key": text}),
        "retry fulfilling": lambda text: (
            FULFILL,
            {"id": own.id, "input": {"lines": [line]}, "key": text},
        ),
        "retry refunding": lambda text: (
            REFUND,
            {"id": own.id, "input": {"amount": "1"}, "key": text},
        ),
    }


def probe_number(world: World) -> Probe:
    """Use a foreign number, of an order or a group, wherever a number is taken."""
    rng = world.rng
    number = rng.choice(world.canaries.numbers)
    page = {"first": 5}
    builders: dict[str, Build] = {
        "number": lambda text: (ORDER, {"number": text}),
        "search": lambda text: (ORDERS, {**page, "search": text}),
        "search #": lambda text: (ORDERS, {**page, "search": f"#{text}"}),
    }
    for name, where in (
        ("eq", lambda text: {"eq": int(text)}),
        ("one of", lambda text: {"oneOf": [int(text), world.own.order.number]}),
        ("from", lambda text: {"range": {"gte": int(text)}}),
        ("to", lambda text: {"range": {"lte": int(text)}}),
    ):
        builders[name] = lambda text, where=where: (
            ORDERS,
            {**page, "where": {"number": where(text)}},
        )
    place = rng.choice(list(builders))
    # The next nine numbers are free.
    twin = number + rng.randint(1, 9)
    return _make(("number", place), builders[place], str(number), str(twin))


def probe_time(world: World) -> Probe:
    """Filter by the time when the foreign order was placed or changed."""
    rng = world.rng
    order = world.other.order
    name = rng.choice(["createdAt", "updatedAt"])
    time = order.created_at if name == "createdAt" else order.updated_at
    sides = rng.choice([("gte",), ("lte",), ("gte", "lte")])

    def build(text: str) -> tuple[str, dict[str, Any]]:
        where = {name: dict.fromkeys(sides, text)}
        return ORDERS, {"first": 5, "where": where}

    later = time + datetime.timedelta(microseconds=rng.randint(1, 9))
    return _make(("time", name, sides), build, time.isoformat(), later.isoformat())


# ---------------------------------------------------------------- cursors


def probe_cursor(world: World) -> Probe:
    """Start a page at the foreign order, or at what is no place of a list at all."""
    rng = world.rng
    sort = rng.choice([None, "CREATED_AT", "UPDATED_AT", "NUMBER"])
    direction = rng.choice(["ASC", "DESC"])
    size, side = rng.choice([("first", "after"), ("last", "before")])
    shape = rng.choice(list(CURSORS))
    foreign, twin = CURSORS[shape](world, sort or "CREATED_AT")

    def build(cursor: str) -> tuple[str, dict[str, Any]]:
        sort_by = {"field": sort, "direction": direction} if sort else None
        return ORDERS, {size: 2, side: cursor, "sortBy": sort_by}

    query, variables = build(to_cursor(foreign))
    form: tuple = ("cursor", sort, direction, size, shape)
    if shape == "at an own order":
        # Keys lie on either side of the own one.
        form = (*form, foreign[-1])
    return Probe(
        form,
        query,
        variables,
        build(to_cursor(twin))[1],
        # Saleor repeats values that it cannot read.
        tuple(map(str, foreign)),
        tuple(map(str, twin)),
    )


def to_cursor(values: Any) -> str:
    return encode(json.dumps(values))


def _at_order(order: Order, sort: str) -> str:
    return {
        "CREATED_AT": str(order.created_at),
        "UPDATED_AT": str(order.updated_at),
        "NUMBER": str(order.number),
    }[sort]


def make_near(key: UUID) -> UUID:
    """Return a random key, on the same side of all others as a key."""
    last = uuid.uuid4().int % 2**48
    return UUID(int=key.int >> 48 << 48 | last)


def _cursor_at_other(world: World, sort: str) -> tuple[Any, Any]:
    key = world.other.link.pk
    place = _at_order(world.other.order, sort)
    return [place, str(key)], [place, str(make_near(key))]


def _cursor_at_own(world: World, sort: str) -> tuple[Any, Any]:
    key = world.rng.choice(world.uuids)
    place = _at_order(world.own.order, sort)
    return [place, str(key)], [place, str(make_near(key))]


def _cursor_of_text(world: World, _sort: str) -> tuple[Any, Any]:
    texts = world.canaries.texts
    canary = world.rng.choice(texts)
    twin = "".join(world.rng.choices(LETTERS, k=len(canary)))
    return [canary, canary], [twin, twin]


def _cursor_of_one(world: World, _sort: str) -> tuple[Any, Any]:
    key = world.rng.choice(world.uuids)
    return [str(key)], [str(make_near(key))]


def _cursor_of_three(world: World, sort: str) -> tuple[Any, Any]:
    foreign, twin = _cursor_at_other(world, sort)
    return [*foreign, "1"], [*twin, "1"]


def _cursor_of_null(world: World, _sort: str) -> tuple[Any, Any]:
    key = world.rng.choice(world.uuids)
    return [None, str(key)], [None, str(make_near(key))]


def _cursor_of_map(world: World, _sort: str) -> tuple[Any, Any]:
    key = world.rng.choice(world.uuids)
    return {str(key): 1}, {str(make_near(key)): 1}


CURSORS = {
    "at the other's order": _cursor_at_other,
    "at an own order": _cursor_at_own,
    "of text": _cursor_of_text,
    "of one": _cursor_of_one,
    "of three": _cursor_of_three,
    "of null": _cursor_of_null,
    "of a map": _cursor_of_map,
}


# ---------------------------------------------------------------- Saleor's own API


def probe_saleor(world: World) -> Probe:
    """Name a key that the seller sees by Saleor's types, in all of Saleor's queries."""
    rng = world.rng
    name, type_name = rng.choice(find_queries_by_id())
    key = str(rng.choice(world.own_uuids))
    query = f"query($id: ID!) {{ {name}(id: $id) {{ __typename id }} }}"
    return _make(
        ("saleor", name, type_name),
        lambda id: (query, {"id": id}),
        Node.to_global_id(type_name, key),
        Node.to_global_id(type_name, make_uuid(rng)),
    )


def find_queries_by_id() -> list[tuple[str, str]]:
    """Return the names of queries of one row by its ID, with the types in the IDs."""
    found = []
    for name, each in schema.get_type("Query").fields.items():
        below = get_named_type(each.type)
        if (
            name not in ("seller", "sellerOrder")
            and "id" in each.args
            and isinstance(below, GraphQLObjectType)
            and "id" in below.fields
        ):
            found.append((name, below.name))
    return found


METADATA = """
    mutation Metadata($id: ID!, $input: [MetadataInput!]!, $keys: [String!]!) {
      %s(id: $id, %s) {
        item {
          __typename
          metadata { key value }
          ... on Order { id number userEmail }
          ... on OrderLine { id productName order { id number } }
          ... on Fulfillment { id trackingNumber }
          ... on OrderGroup { id number }
        }
        errors { field message code }
      }
    }
"""


def probe_metadata(world: World) -> Probe:
    """Write metadata of foreign rows; Saleor may tell that a row exists."""
    rng = world.rng
    name = rng.choice(["updateMetadata", "deleteMetadata"])
    kind = rng.choice(["", "Private"])
    name = name.replace("Metadata", f"{kind}Metadata")
    is_update = name.startswith("update")
    query = METADATA % (name, "input: $input" if is_update else "keys: $keys")
    query = query.replace(
        "$keys: [String!]!" if is_update else "$input: [MetadataInput!]!", ""
    )
    type_name, foreign, _ = choose_key(world)
    if rng.random() < 0.5:
        foreign = str(rng.choice(world.own_uuids))
    more = {"input": [{"key": "a", "value": "b"}]} if is_update else {"keys": ["a"]}
    variables = {"id": Node.to_global_id(type_name, foreign), **more}
    return Probe((), query, variables, {}, (variables["id"],), (), has_twin=False)


# ---------------------------------------------------------------- answers

_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)")
_ID = re.compile(r'"id": "([A-Za-z0-9+/]+=*)"')


def make_comparable(answer: str, named: tuple[str, ...], known: set[str]) -> str:
    """Replace what an answer repeats, times, and the IDs of new rows.

    :param known: the IDs that stay, as all others are of rows that the act has made.
    """
    for name in named:
        answer = answer.replace(f'"{name}"', '"<named>"')
        # Shorter texts, and texts inside of longer words, are there by chance.
        if len(name) >= 8:
            answer = re.sub(
                rf"(?<![\w+/=]){re.escape(name)}(?![\w+/=])", "<named>", answer
            )
    answer = _TIME.sub("<time>", answer)

    def show(found: re.Match) -> str:
        return found[0] if found[1] in known else '"id": "<new>"'

    return _ID.sub(show, answer)
