"""Add the plugin's types and fields to Saleor's schema before Saleor builds it."""

import sys
from typing import cast

from django.core.exceptions import ImproperlyConfigured
from graphene import Field, ObjectType

from ..models import OrderGroupEventType
from ..webhooks.event_types import get_type_name

SALEOR_SCHEMA_MODULE = "saleor.graphql.api"

RESOLVER_PREFIX = "resolve_"

PAGE = {"complexity": 1, "multipliers": ["first", "last"]}
ITEM = {"complexity": 1}
# A field without an entry costs nothing. Saleor multiplies costs by numeric arguments,
# never by the length of a list; `core.limits` limits lists.
COSTS: dict[str, dict[str, dict]] = {
    "Query": {
        "orderGroup": ITEM,
        "orderGroups": PAGE,
        "orderGroupsHealth": ITEM,
        "seller": ITEM,
        "sellers": PAGE,
        "sellerAccess": ITEM,
        "sellerOrder": ITEM,
        "sellerOrders": PAGE,
    },
    "SellerAccess": {"seller": ITEM, "customerData": ITEM},
    "SellerOrderCreated": {"sellerOrder": ITEM},
    "SellerOrderUpdated": {"sellerOrder": ITEM},
    "SellerOrder": {
        "seller": ITEM,
        "availableActions": ITEM,
        "billingAddress": ITEM,
        "fulfillments": ITEM,
        "lines": ITEM,
        "refundable": ITEM,
        "refunds": ITEM,
        "shippingAddress": ITEM,
    },
    "SellerOrderLine": {"productId": ITEM, "thumbnailUrl": ITEM, "warehouses": ITEM},
    "SellerFulfillment": {"lines": ITEM},
    "SellerRefund": {"lines": ITEM},
    "SellerOrderPayload": {"sellerOrder": ITEM},
    "Mutation": {
        "checkoutSellerDeliveryMethodsUpdate": ITEM,
        "sellerAssignProducts": ITEM,
        "sellerAssignShippingMethods": ITEM,
        "sellerUnassignProducts": ITEM,
        "sellerUnassignShippingMethods": ITEM,
    },
    "OrderGroup": {
        "adoption": ITEM,
        "billingAddress": ITEM,
        "channel": ITEM,
        "discounts": ITEM,
        "events": ITEM,
        "giftCards": ITEM,
        "lines": PAGE,
        "orders": ITEM,
        "sellers": ITEM,
        "shippingAddress": ITEM,
        "taxes": ITEM,
        "transactions": ITEM,
        "user": ITEM,
    },
    "OrderGroupAdoption": {"sellers": ITEM},
    "OrderGroupsHealth": {"findings": ITEM},
    "OrderGroupDiscount": {"promotion": ITEM, "voucher": ITEM},
    "OrderGroupDiscountShare": {"order": ITEM},
    "OrderGroupOperationResult": {"order": ITEM},
    "OrderPreview": {"seller": ITEM},
    "Seller": {
        "apps": ITEM,
        "customers": PAGE,
        "members": ITEM,
        "orders": PAGE,
        "products": PAGE,
        "shippingMethods": ITEM,
    },
    "SellerApp": {"app": ITEM, "seller": ITEM},
    "SellerMember": {"seller": ITEM, "user": ITEM},
    "TransactionItem": {"orderGroup": ITEM, "shares": ITEM},
    "TransactionEvent": {"shares": ITEM},
    "TransactionSharesUpdated": {"transaction": ITEM, "events": ITEM},
    "TransactionAction": {"shares": ITEM},
    "TransactionProcessAction": {"shares": ITEM},
    "PaymentShare": {
        "order": ITEM,
        "seller": ITEM,
        "transaction": ITEM,
        "unavailableActions": ITEM,
    },
    "TransactionEventShare": {
        "order": ITEM,
        "seller": ITEM,
        "transactionEvent": ITEM,
    },
    "TransactionAmountShare": {"order": ITEM, "seller": ITEM},
    "User": {"orderGroups": PAGE},
    "OrderGroupEvent": {"order": ITEM},
    **{
        get_type_name(each.value): {"orderGroup": ITEM, "groupEvent": ITEM}
        for each in OrderGroupEventType
    },
    "Order": {"orderGroup": ITEM, "seller": ITEM},
    "OrderLine": {"order": ITEM, "seller": ITEM},
    "Product": {"seller": ITEM, "sellerSource": ITEM},
    "ProductVariant": {"seller": ITEM},
    "Checkout": {"orderGroupPreview": ITEM, "sellerDeliveries": ITEM},
    "CheckoutLine": {"seller": ITEM},
    "CheckoutSellerDelivery": {
        "availableShippingMethods": ITEM,
        "selectedShippingMethod": ITEM,
        "seller": ITEM,
    },
}


def extend_schema() -> None:
    """Add the plugin's fields to Saleor's types, before Saleor builds the schema.

    The imports are inside the function because Django calls it from `ready()`, and
    Saleor's type modules can only be imported in one order, which starts with
    `subscription_types`.

    :raises ImproperlyConfigured: Saleor's schema exists already, or has a field of the
        same name.
    """
    if SALEOR_SCHEMA_MODULE in sys.modules:
        raise ImproperlyConfigured(
            "saleor_order_groups cannot extend Saleor's schema: "
            f"{SALEOR_SCHEMA_MODULE} was imported before the apps were ready."
        )
    import saleor.graphql.webhook.subscription_types  # noqa: F401
    from saleor.graphql.account.types import User
    from saleor.graphql.checkout.mutations.checkout_complete import CheckoutComplete
    from saleor.graphql.checkout.mutations.order_create_from_checkout import (
        OrderCreateFromCheckout,
    )
    from saleor.graphql.checkout.schema import CheckoutMutations
    from saleor.graphql.checkout.types import Checkout, CheckoutLine
    from saleor.graphql.order.schema import OrderMutations, OrderQueries
    from saleor.graphql.order.types import Order, OrderLine
    from saleor.graphql.payment.types import TransactionEvent, TransactionItem
    from saleor.graphql.product.types import Product, ProductVariant
    from saleor.graphql.shipping.schema import ShippingMutations
    from saleor.graphql.webhook.subscription_types import (
        TransactionAction,
        TransactionProcessAction,
    )

    from . import schema
    from .checkout import schema as checkout
    from .checkout.seller_deliveries import SellerDeliveryFields
    from .groups import schema as groups
    from .groups.subscription import extend_subscriptions
    from .health import HealthQueries
    from .metadata import extend_metadata
    from .payments import schema as payments
    from .payments.subscription import extend_subscriptions as extend_by_shares
    from .seller_orders import schema as seller_orders
    from .seller_orders.subscription import extend_subscriptions as extend_by_orders
    from .sellers import schema as sellers

    graft(OrderQueries, schema.Queries)
    graft(OrderMutations, schema.Mutations)
    graft(OrderQueries, HealthQueries)
    graft(OrderQueries, seller_orders.SellerOrderQueries)
    graft(OrderMutations, seller_orders.SellerOrderMutations)
    graft(CheckoutMutations, checkout.SellerDeliveryMutations)
    graft(ShippingMutations, sellers.SellerShippingMethodMutations)
    graft(Order, groups.OrderFields)
    graft(OrderLine, groups.OrderLineFields)
    graft(User, groups.UserFields)
    graft(CheckoutComplete, groups.CompletionFields)
    graft(OrderCreateFromCheckout, groups.CompletionFields)
    graft(Product, sellers.ProductFields)
    graft(ProductVariant, sellers.ProductVariantFields)
    graft(Checkout, checkout.CheckoutFields)
    graft(Checkout, SellerDeliveryFields)
    graft(CheckoutLine, checkout.CheckoutLineFields)
    graft(TransactionItem, payments.TransactionItemFields)
    graft(TransactionEvent, payments.TransactionEventFields)
    graft(TransactionAction, payments.TransactionActionFields)
    graft(TransactionProcessAction, payments.TransactionProcessActionFields)
    extend_metadata()
    extend_cost_map()
    extend_subscriptions()
    extend_by_shares()
    extend_by_orders()


def graft(target: type[ObjectType], source: type) -> None:
    """Add the fields of a class and their resolvers to one of Saleor's types.

    They become attributes of the type, which subclasses inherit, and entries in the
    type's own fields, which graphene reads when it builds the schema.

    :raises ImproperlyConfigured: the type has a field of the same name.
    """
    fields = {
        name: value for name, value in vars(source).items() if isinstance(value, Field)
    }
    for name, field in fields.items():
        if name in target._meta.fields or hasattr(target, RESOLVER_PREFIX + name):
            raise ImproperlyConfigured(
                f"Saleor or another plugin already has the field {target}.{name}."
            )
        setattr(target, name, field)
        target._meta.fields[name] = field
        if resolver := vars(source).get(RESOLVER_PREFIX + name):
            setattr(target, RESOLVER_PREFIX + name, resolver)


def extend_cost_map() -> None:
    """Add the costs of the plugin's fields to Saleor's cost map.

    :raises ImproperlyConfigured: the map has a cost of such a field already.
    """
    from saleor.graphql.query_cost_map import COST_MAP

    cost_map = cast(dict[str, dict], COST_MAP)
    for type_name, costs in COSTS.items():
        costs_of_type = cost_map.setdefault(type_name, {})
        if taken := costs_of_type.keys() & costs.keys():
            raise ImproperlyConfigured(
                f"Saleor or another plugin already has a cost of {type_name}: "
                f"{', '.join(sorted(taken))}."
            )
        costs_of_type.update(costs)
