"""One Saleor order for each seller of a checkout, tied together by an order group.

How a completion flows, and the module that tells each step:

    checkout ─ group by seller ─ allocate money ─ create orders ─ link ─ announce ─ query
    checkout   sellers           shares           placement       groups  events    graphql

`seams` enters Saleor's completion, `apportion` divides integers exactly, `payments`
gives each order its share of what was paid, `webhooks` and `graphql` add to Saleor's
events and schema.
"""

__version__ = "0.1.0"
