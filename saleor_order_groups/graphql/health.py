"""The query that tells operators what is wrong in this installation."""

import graphene
from saleor.core.db.connection import allow_writer
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.fields import PermissionsField
from saleor.graphql.core.scalars import DateTime
from saleor.graphql.core.types import BaseObjectType, NonNullList
from saleor.permission.enums import PluginsPermissions

from ..verification.health import Health, HealthFinding, examine
from .core.descriptions import ADDED_IN_01


class OrderGroupsFinding(BaseObjectType):
    code = graphene.String(
        required=True, description="The kind of the finding, for programs."
    )
    message = graphene.String(
        required=True, description="What is wrong, and what to do about it."
    )
    number = graphene.String(
        description="Number of the order group; null if the finding is of no group."
    )

    class Meta:
        description = "Something that an operator should look at." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_number(root: HealthFinding, _info: ResolveInfo):
        return None if root.number is None else str(root.number)


class OrderGroupsHealth(BaseObjectType):
    last_sweep_at = DateTime(
        description=(
            "Date and time until when a sweep has looked at all changes. It runs each "
            "minute."
        )
    )
    unsettled_payments = graphene.Int(
        required=True,
        description=(
            "Number of payments whose reports have not reached their orders, among the "
            "payments that have changed since the last sweep."
        ),
    )
    unannounced_events = graphene.Int(
        required=True,
        description=(
            "Number of events of groups that are older than a minute, and that webhooks "
            "were not told of."
        ),
    )
    findings = NonNullList(
        OrderGroupsFinding,
        required=True,
        description=(
            "What is wrong, at most 20 groups for each code. `manage.py "
            "verify_order_groups` looks at all groups."
        ),
    )

    class Meta:
        description = "The state of this installation." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS


class HealthQueries:
    order_groups_health = PermissionsField(
        OrderGroupsHealth,
        description=(
            "What is wrong in this installation: its configuration, and what waits for "
            "the next sweep." + ADDED_IN_01
        ),
        permissions=[PluginsPermissions.MANAGE_PLUGINS],
        doc_category=DOC_CATEGORY_ORDERS,
    )

    @staticmethod
    def resolve_order_groups_health(_root, _info: ResolveInfo) -> Health:
        # A replica may lag behind what the sweep has done.
        with allow_writer():
            return examine()
