"""One Saleor order for each seller of a checkout, tied together by an order group.

How a checkout passes through the packages:

    checkout ─ partition by seller ─ allocate ─ place orders ─ link ─ announce ─ query
               sellers               allocation completion     groups webhooks   graphql

`completion.place_group` is the place to start reading; docs/architecture.md is the map.
"""

__version__ = "0.1.0"
