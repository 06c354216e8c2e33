import graphene
import pytest
from saleor.graphql.tests.utils import assert_no_permission, get_graphql_content

MUTATIONS = {
    "update": """
        mutation Update($id: ID!, $input: [MetadataInput!]!) {
          updateMetadata(id: $id, input: $input) {
            item { __typename metadata { key value } }
            errors { field code }
          }
        }
    """,
    "delete": """
        mutation Delete($id: ID!, $keys: [String!]!) {
          deleteMetadata(id: $id, keys: $keys) {
            item { __typename metadata { key value } }
            errors { field code }
          }
        }
    """,
    "update private": """
        mutation Update($id: ID!, $input: [MetadataInput!]!) {
          updatePrivateMetadata(id: $id, input: $input) {
            item { __typename privateMetadata { key value } }
            errors { field code }
          }
        }
    """,
    "delete private": """
        mutation Delete($id: ID!, $keys: [String!]!) {
          deletePrivateMetadata(id: $id, keys: $keys) {
            item { __typename privateMetadata { key value } }
            errors { field code }
          }
        }
    """,
}


PRIVATE = {
    "order group": """
        query Private($id: ID!) {
          item: orderGroup(id: $id) {
            privateMetadata { key value }
            privateMetafield(key: "a")
            privateMetafields
          }
        }
    """,
    "seller": """
        query Private($id: ID!) {
          item: seller(id: $id) {
            privateMetadata { key value }
            privateMetafield(key: "a")
            privateMetafields
          }
        }
    """,
}


@pytest.fixture
def items(create_group, create_seller):
    metadata = {"metadata": {"a": "1"}, "private_metadata": {"a": "2"}}
    return {
        "order group": create_group(user=None, **metadata),
        "seller": create_seller(**metadata),
    }


@pytest.fixture
def manager_of(
    staff_api_client, permission_group_manage_orders, permission_manage_products
):
    """Let a member of the staff manage what the item belongs to, and nothing else."""

    def manager_of(name):
        if name == "order group":
            permission_group_manage_orders.user_set.add(staff_api_client.user)
        else:
            staff_api_client.user.user_permissions.add(permission_manage_products)
        return staff_api_client

    return manager_of


OTHER = {"order group": "seller", "seller": "order group"}


@pytest.mark.parametrize("name", ["order group", "seller"])
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_metadata_is_changed_by_saleors_own_mutations(
    mutation, name, items, manager_of, to_id
):
    # given
    item = items[name]
    updated_at = item.updated_at
    field = "private_metadata" if "private" in mutation else "metadata"
    variables = {"id": to_id(item)}
    if "update" in mutation:
        variables["input"] = [{"key": "b", "value": "3"}]
        expected = {**getattr(item, field), "b": "3"}
    else:
        variables["keys"] = ["a"]
        expected = {}

    # when
    response = manager_of(name).post_graphql(MUTATIONS[mutation], variables)

    # then
    (data,) = get_graphql_content(response)["data"].values()
    assert data["errors"] == []
    assert data["item"].pop("__typename") == type(item).__name__
    assert list(data["item"].values()) == [
        [{"key": key, "value": value} for key, value in expected.items()]
    ]
    item.refresh_from_db()
    assert getattr(item, field) == expected
    assert item.updated_at > updated_at


@pytest.mark.parametrize("who", ["anonymous", "customer", "manager of something else"])
@pytest.mark.parametrize("name", ["order group", "seller"])
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_who_may_not_change_metadata(
    mutation, name, who, items, manager_of, api_client, user_api_client, to_id
):
    # given
    item = items[name]
    client = {"anonymous": api_client, "customer": user_api_client}.get(who)
    client = client or manager_of(OTHER[name])
    variables = {"id": to_id(item)}
    if "update" in mutation:
        variables["input"] = [{"key": "b", "value": "3"}]
    else:
        variables["keys"] = ["a"]

    # when
    response = client.post_graphql(MUTATIONS[mutation], variables)

    # then
    assert_no_permission(response)
    item.refresh_from_db()
    assert (item.metadata, item.private_metadata) == ({"a": "1"}, {"a": "2"})


@pytest.mark.parametrize(
    ("_case", "key"),
    [("unknown", "9c9d32a6-7b0c-4b0e-8ad1-5a4ad4f5c0aa"), ("of another kind", 1)],
)
@pytest.mark.parametrize("name", ["order group", "seller"])
def test_metadata_of_what_does_not_exist(name, _case, key, items, manager_of):
    # given
    type_name = type(items[name]).__name__
    variables = {
        "id": graphene.Node.to_global_id(type_name, key),
        "input": [{"key": "b", "value": "3"}],
    }

    # when
    response = manager_of(name).post_graphql(MUTATIONS["update"], variables)

    # then
    data = get_graphql_content(response)["data"]["updateMetadata"]
    assert data == {"item": None, "errors": [{"field": "id", "code": "NOT_FOUND"}]}


@pytest.mark.parametrize("name", ["order group", "seller"])
def test_private_metadata_is_read_by_managers(name, items, manager_of, to_id):
    # when
    response = manager_of(name).post_graphql(PRIVATE[name], {"id": to_id(items[name])})

    # then
    assert get_graphql_content(response)["data"]["item"] == {
        "privateMetadata": [{"key": "a", "value": "2"}],
        "privateMetafield": "2",
        "privateMetafields": {"a": "2"},
    }


@pytest.mark.parametrize("name", ["order group", "seller"])
def test_private_metadata_is_read_by_nobody_else(name, items, manager_of, to_id):
    # when
    response = manager_of(OTHER[name]).post_graphql(
        PRIVATE[name], {"id": to_id(items[name])}
    )

    # then
    if name == "order group":
        # Staff without its channel do not see the group at all.
        assert get_graphql_content(response)["data"] == {"item": None}
    else:
        assert_no_permission(response)
