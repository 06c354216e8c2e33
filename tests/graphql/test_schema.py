import functools
import os
from importlib.resources import files
from pathlib import Path

import graphene
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from graphql import GraphQLObjectType
from graphql.type.definition import get_named_type
from saleor.graphql.api import schema
from saleor.graphql.order.types import Order
from saleor.graphql.query_cost_map import COST_MAP
from saleor.graphql.schema_printer import print_schema

from saleor_order_groups.graphql.extension import (
    COSTS,
    extend_cost_map,
    extend_schema,
    graft,
)
from tests.graphql.schema_diff import compare, parse

GOLDEN_FILE = Path(__file__).parent / "schema_additions.graphql"
# Set it to write the file anew, then read the difference before committing it.
UPDATE = "UPDATE_SCHEMA_ADDITIONS"


def test_schema_adds_to_saleors_own_and_changes_nothing():
    # given
    saleor_sdl = (files("saleor.graphql") / "schema.graphql").read_text()

    # when
    changed, added = compare(saleor_sdl, print_schema(schema))

    # then
    assert changed == []
    if os.environ.get(UPDATE):
        GOLDEN_FILE.write_text(added)
    assert added == GOLDEN_FILE.read_text()


@pytest.mark.parametrize(
    ("_case", "old", "new", "changed"),
    [
        ("type removed", "type A {\n  a: Int\n}\n\nscalar B\n", "scalar B\n", ["- type A"]),
        ("field removed", "type A {\n  a: Int\n  b: Int\n}\n", "type A {\n  b: Int\n}\n", ["~ type A a"]),
        ("field changed", "type A {\n  a: Int\n}\n", "type A {\n  a: Int!\n}\n", ["~ type A a"]),
        ("argument added", "type A {\n  a: Int\n}\n", "type A {\n  a(b: Int): Int\n}\n", ["~ type A a"]),
        ("description changed", '"""A."""\ntype A {\n  a: Int\n}\n', '"""B."""\ntype A {\n  a: Int\n}\n', ["~ description of type A"]),
        ("interface removed", "type A implements I {\n  a: Int\n}\n", "type A {\n  a: Int\n}\n", ["~ type A {"]),
        ("union member removed", "union U = A | B\n", "union U = A | C\n", ["- union U B"]),
    ],
)  # fmt: skip
def test_comparison_tells_every_change(_case, old, new, changed):
    assert compare(old, new)[0] == changed


def test_schema_cannot_be_extended_once_it_is_built():
    # given Saleor's schema is imported above
    fields_before = set(Order._meta.fields)

    # when
    with pytest.raises(ImproperlyConfigured) as error:
        extend_schema()

    # then
    assert "saleor.graphql.api was imported before the apps were ready" in str(
        error.value
    )
    assert set(Order._meta.fields) == fields_before


def test_graft_refuses_a_name_that_saleor_has():
    # given
    class Source:
        number = graphene.Field(graphene.Int)

    number = Order._meta.fields["number"]

    # when
    with pytest.raises(ImproperlyConfigured) as error:
        graft(Order, Source)

    # then
    assert str(error.value) == (
        "Saleor or another plugin already has the field Order.number."
    )
    assert Order._meta.fields["number"] is number


def test_costs_are_added_once():
    # given
    before = dict(COST_MAP["Query"])

    # when
    with pytest.raises(ImproperlyConfigured) as error:
        extend_cost_map()

    # then
    assert "already has a cost of Query: orderGroup" in str(error.value)
    assert COST_MAP["Query"] == before
    assert COST_MAP["Query"]["orderGroups"] == COSTS["Query"]["orderGroups"]
    assert "products" in COST_MAP["Query"]


def test_federation_knows_our_types(api_client, seller, to_id):
    # given
    query = """
        query Entities($representations: [_Any!]!) {
          _entities(representations: $representations) {
            __typename
            ... on Seller { id name }
          }
        }
    """
    representations = [{"__typename": "Seller", "id": to_id(seller)}]

    # when
    response = api_client.post_graphql(query, {"representations": representations})

    # then
    assert response.json()["data"]["_entities"] == [
        {"__typename": "Seller", "id": to_id(seller), "name": "Acme"}
    ]


def test_federation_shows_a_group_to_whom_it_is_shown(
    user_api_client, user2_api_client, create_group, to_id
):
    # given
    group = create_group()
    query = """
        query Entities($representations: [_Any!]!) {
          _entities(representations: $representations) { ... on OrderGroup { id } }
        }
    """
    variables = {"representations": [{"__typename": "OrderGroup", "id": to_id(group)}]}

    # when
    own = user_api_client.post_graphql(query, variables).json()
    foreign = user2_api_client.post_graphql(query, variables).json()

    # then
    assert own["data"]["_entities"] == [{"id": to_id(group)}]
    assert foreign["data"]["_entities"] == [None]


# Values of an object that is read already, and the parts of a connection.
WITHOUT_COST = {
    "CheckoutLine",
    "IssuingPrincipal",
    "MetadataItem",
    "Money",
    "OrderGroupDiscountShare",
    "OrderPreview",
    "PageInfo",
    "TaxedMoney",
}


@functools.cache
def parse_saleor():
    return parse((files("saleor.graphql") / "schema.graphql").read_text())


def list_added():
    """Yield each type and field of the schema that Saleor does not have."""
    saleor = parse_saleor()
    for header, definition in parse(print_schema(schema)).items():
        before = saleor[header].members if header in saleor else {}
        kind, _, name = header.partition(" ")
        if kind not in ("type", "input", "enum") or name.startswith("_"):
            continue
        for member in definition.members:
            if member not in before:
                yield kind, name, member


def test_everything_that_is_added_is_described():
    # given Saleor describes neither edges, nor a filter by IDs, nor errors
    without = {"edges", "ids", "errors"}

    # when
    undescribed = [
        f"{name}.{member}"
        for kind, name, member in list_added()
        if kind != "enum"
        and member not in without
        and not schema.get_type(name).fields[member].description
    ]
    types = {
        name
        for kind, name, _ in list_added()
        if f"{kind} {name}" not in parse_saleor() and not name.endswith("Edge")
    }

    # then
    assert undescribed == []
    assert [name for name in types if not schema.get_type(name).description] == []


def test_every_field_that_reads_more_has_a_cost():
    # given what Saleor itself takes no cost for: answers of mutations, and events
    free = {"Mutation", "Subscription"} | {
        field.type.name
        for field in schema.get_type("Mutation").fields.values()
        if isinstance(field.type, GraphQLObjectType)
    }
    free_members = {"errors", "recipient"}

    # when
    missing = []
    for kind, name, member in list_added():
        if kind != "type" or name in free or name.endswith(("Connection", "Edge")):
            continue
        of_type = get_named_type(schema.get_type(name).fields[member].type)
        is_read = isinstance(of_type, GraphQLObjectType) and member not in free_members
        if is_read and of_type.name not in WITHOUT_COST:
            if member not in COST_MAP.get(name, {}):
                missing.append(f"{name}.{member}")

    # then
    assert missing == []


def test_saleors_command_prints_everything(capsys):
    # when
    call_command("get_graphql_schema")

    # then
    printed = parse(capsys.readouterr().out)
    added = parse(GOLDEN_FILE.read_text())
    new_types = [header for header in added if not header.startswith("extend ")]
    assert len(new_types) > 30
    for header in new_types:
        assert header in printed
