"""The marketplace's back office: ship orders, and read what happened to a group."""

from typing import Any

from .client import Api
from .shop import GROUP_EVENT


def orders_to_ship(app: Api, group_id: str) -> list[dict[str, Any]]:
    """Return the orders of a group with their lines, in the group's order."""
    return app(
        """query ($id: ID!) {
          orderGroup(id: $id) {
            orders { id number status seller { name } lines { id quantity } }
          }
        }""",
        id=group_id,
    )["orders"]


def fulfil(app: Api, order: dict[str, Any]) -> str:
    """Ship all of an order; return the status that its group has then."""
    warehouses = app("{ warehouses(first: 1) { edges { node { id } } } }")["edges"]
    warehouse_id = warehouses[0]["node"]["id"]
    fulfilled = app(
        """mutation ($order: ID!, $input: OrderFulfillInput!) {
          orderFulfill(order: $order, input: $input) {
            order { orderGroup { status } } errors { field message code }
          }
        }""",
        order=order["id"],
        input={
            "lines": [
                {
                    "orderLineId": line["id"],
                    "stocks": [
                        {"quantity": line["quantity"], "warehouse": warehouse_id}
                    ],
                }
                for line in order["lines"]
            ]
        },
    )
    return fulfilled["order"]["orderGroup"]["status"]


def timeline(app: Api, group_id: str) -> list[dict[str, Any]]:
    """Return the recorded events of a group, oldest first."""
    return app(
        GROUP_EVENT
        + "query ($id: ID!) { orderGroup(id: $id) { events { ...Happened } } }",
        id=group_id,
    )["events"]
