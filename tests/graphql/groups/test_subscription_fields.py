"""Everything of a group can be asked for in a webhook's payload."""

from saleor.graphql.webhook.subscription_payload import (
    generate_payload_from_subscription,
    initialize_request,
)

from tests.helpers.groups import GROUP

SUBSCRIPTION = (
    """
    subscription {
      event { ... on OrderGroupCreated { orderGroup { ...Group } } }
    }
    """
    + GROUP
)


def test_payload_tells_what_the_api_tells_the_app(
    app,
    app_api_client,
    permission_manage_orders,
    create_full_group,
    count_statements,
    to_id,
):
    # given
    app.permissions.add(permission_manage_orders)
    group = create_full_group(2)
    query = "query($id: ID) { orderGroup(id: $id) { ...Group } }" + GROUP

    # when
    payload = generate_payload_from_subscription(
        event_type="order_group_created",
        subscribable_object=group,
        subscription_query=SUBSCRIPTION,
        request=initialize_request(app=app),
    )

    # then
    answer, _ = count_statements(app_api_client, query, {"id": to_id(group)})
    assert payload == answer
    assert len(payload["orderGroup"]["transactions"]) == 4
