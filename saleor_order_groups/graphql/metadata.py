"""Extend Saleor's metadata mutations and interface to the plugin's types."""

from saleor.graphql.meta import resolvers as meta_resolvers
from saleor.graphql.meta import types as meta_types
from saleor.graphql.meta.mutations.utils import TYPE_UPDATED_FIELD
from saleor.graphql.meta.permissions import (
    PRIVATE_META_PERMISSION_MAP,
    PUBLIC_META_PERMISSION_MAP,
    order_permissions,
    product_permissions,
)

from .. import models
from .groups.types.order_group import OrderGroup
from .sellers.types import Seller

_TYPES = {models.OrderGroup: OrderGroup, models.Seller: Seller}
_PERMISSIONS = {"OrderGroup": order_permissions, "Seller": product_permissions}


def extend_metadata() -> None:
    """Add the plugin's types to Saleor's maps of types with metadata."""
    for type_name, permissions in _PERMISSIONS.items():
        PUBLIC_META_PERMISSION_MAP[type_name] = permissions
        PRIVATE_META_PERMISSION_MAP[type_name] = permissions
        TYPE_UPDATED_FIELD[type_name] = "updated_at"

    resolve_type_of_saleor = meta_resolvers.resolve_object_with_metadata_type

    def resolve_object_with_metadata_type(instance):
        if graphql_type := _TYPES.get(type(instance)):
            return graphql_type, instance.pk
        return resolve_type_of_saleor(instance)

    # Replace both: `meta.types` has imported the function by name.
    for module in (meta_resolvers, meta_types):
        setattr(
            module,
            "resolve_object_with_metadata_type",
            resolve_object_with_metadata_type,
        )
