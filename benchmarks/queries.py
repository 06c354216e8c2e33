"""What the benchmarks read: groups and orders, with the same fields of each order."""

from collections.abc import Iterator
from typing import Any

_ORDER = """
    fragment OrderFields on Order {
      id number created status chargeStatus authorizeStatus userEmail
      total { net { amount } gross { amount currency } }
      subtotal { gross { amount } }
      shippingPrice { gross { amount } }
      totalCharged { amount }
      lines { id productName variantName quantity totalPrice { gross { amount } } }
    }
"""
_GROUP = """
    fragment GroupFields on OrderGroup {
      id number status fulfillmentStatus chargeStatus authorizeStatus
      total { gross { amount currency } }
      sellers { id name }
      orders { ...OrderFields }
    }
"""
GROUP = (
    f"query ($id: ID!) {{ orderGroup(id: $id) {{ ...GroupFields }} }} {_GROUP}{_ORDER}"
)
ORDER = f"query ($id: ID!) {{ order(id: $id) {{ ...OrderFields }} }} {_ORDER}"
GROUPS = f"""
    query ($first: Int!, $after: String, $where: OrderGroupWhereInput,
           $sortBy: OrderGroupSortingInput, $search: String) {{
      orderGroups(first: $first, after: $after, where: $where, sortBy: $sortBy,
                  search: $search) {{
        edges {{ node {{ ...GroupFields }} }}
        pageInfo {{ hasNextPage endCursor }}
      }}
    }} {_GROUP}{_ORDER}
"""
ORDERS = f"""
    query ($first: Int!, $sortBy: OrderSortingInput) {{
      orders(first: $first, sortBy: $sortBy) {{
        edges {{ node {{ ...OrderFields }} }}
        pageInfo {{ hasNextPage endCursor }}
      }}
    }} {_ORDER}
"""
FOUND = (
    "query ($search: String!) {{ {field}(first: 50, search: $search) {{ {page} }} }}"
)
PAGE_FOUND = "edges { node { id number userEmail } }"
NEWEST = {"field": "NUMBER", "direction": "DESC"}
# What nobody can find without reading every group of the channel or of the customer.
ONLY_REPORTED = ("totalGross", "chargeStatus", "authorizeStatus")


_AMOUNTS = """
    status chargeStatus createdAt updatedAt number
    subtotal { gross { amount } } shippingPrice { gross { amount } }
    total { net { amount } gross { amount } }
    lines { productName productSku quantity totalPrice { gross { amount } } }
    fulfillments { id status trackingNumber }
    shippingAddress { firstName lastName city postalCode }
"""
SELLER_ORDERS = f"""
    query ($first: Int!) {{
      sellerOrders(first: $first) {{ edges {{ node {{ id {_AMOUNTS} }} }} }}
    }}
"""
SELLERS_FIELDS_OF_ORDERS = f"""
    query ($first: Int!, $sortBy: OrderSortingInput) {{
      orders(first: $first, sortBy: $sortBy) {{ edges {{ node {{ id {_AMOUNTS.replace("createdAt", "created")} }} }} }}
    }}
"""


def is_only_reported(name: str) -> bool:
    """Tell whether the figure of a page has no target."""
    return any(word in name.split() for word in ONLY_REPORTED)


def find_target(name: str) -> float | None:
    """Return the most that a page of many groups may take ÷ the same of a thousand."""
    if is_only_reported(name):
        return None
    if "few" in name.split():
        return 1.1
    return 1.3 if {"UPDATED_AT", "TOTAL"} & {*name.split()} else 1.2


def list_pages(sample: dict[str, Any], cursors: dict[str, str]) -> Iterator[tuple]:
    """Yield name and variables of every page: each filter, each sort, first and deep.

    :param sample: a group of the database, as the API shows it.
    :param cursors: of a group in the middle, by sort field and direction.
    """
    order = sample["orders"][0]
    after_sample = {"gte": sample["createdAt"]}
    filters: dict[str, dict[str, Any]] = {
        "ids": {"ids": [sample["id"]]},
        "number": {"number": {"eq": int(sample["number"])}},
        "createdAt": {"createdAt": after_sample},
        "updatedAt": {"updatedAt": after_sample},
        "user": {"user": {"eq": sample["user"]["id"]}},
        "userEmail": {"userEmail": {"eq": sample["userEmail"]}},
        "channelId": {"channelId": {"eq": sample["channel"]["id"]}},
        "seller": {"seller": {"eq": sample["sellers"][0]["id"]}},
        "hasShopOrder true": {"hasShopOrder": True},
        "hasShopOrder false": {"hasShopOrder": False},
        "checkoutId": {"checkoutId": {"eq": sample["checkoutId"]}},
        "orderNumber": {"orderNumber": {"eq": int(order["number"])}},
        "metadata": {"metadata": {"key": "source", "value": {"eq": "fair"}}},
        "status": {"status": {"eq": "FULFILLED"}},
        "status of few": {"status": {"eq": "RETURNED"}},
        "status of few that no order implies": {"status": {"eq": "EXPIRED"}},
        "fulfillmentStatus of few": {"fulfillmentStatus": {"eq": "CANCELED"}},
        "fulfillmentStatus": {"fulfillmentStatus": {"eq": "FULFILLED"}},
        "chargeStatus": {"chargeStatus": {"eq": "FULL"}},
        "authorizeStatus": {"authorizeStatus": {"eq": "FULL"}},
        "totalGross": {"totalGross": {"amount": {"range": {"gte": 100}}}},
    }
    for name, where in filters.items():
        yield f"filter {name}", {"where": where}
    for (field, direction), cursor in cursors.items():
        sort = {"sortBy": {"field": field, "direction": direction}}
        yield f"sort {field} {direction}", sort
        yield f"sort {field} {direction} deep", {**sort, "after": cursor}
    filtered = {"where": filters["createdAt"], "sortBy": NEWEST}
    yield "filter createdAt sort NUMBER DESC", filtered
    yield "search number", {"search": f"#{sample['number']}"}
    yield "search email", {"search": sample["userEmail"]}


def list_searches(sample: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is searched for: words of one group, and words that most groups have.

    :param sample: a group of the database, as the API shows it.
    """
    order, number = sample["orders"][0], sample["number"]
    customer = sample["user"]
    names = f"{customer['firstName']} {customer['lastName']}"
    yield "e-mail", sample["userEmail"]
    yield "order number", f"#{order['number']}"
    yield "group number", number
    yield "name", names
    yield "beginning of a name", customer["lastName"][:3]
    yield "one letter", customer["lastName"][0]
    yield "word of all", "customer"
    yield (
        "ten words of one",
        f"{sample['userEmail']} {names} {order['number']} "
        + ("example.com customer c e SKU s"),
    )
    yield "ten words of many", f"{names} example.com customer c cu cus e ex exa"
    yield "ten words of nobody", "anna bela chan dag eme fat gor han nobody none"
    yield "ten short numbers", "1 2 3 4 5 6 7 8 9 10"
    yield "ten letters", "a c e k l m n o s t"
