"""Update the metadata and the external reference of a group."""

import graphene
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.mutations import BaseMutation
from saleor.graphql.core.types import BaseInputObjectType, NonNullList
from saleor.graphql.core.validators import validate_one_of_args_is_in_mutation
from saleor.graphql.meta.inputs import MetadataInput, MetadataInputDescription
from saleor.permission.enums import OrderPermissions

from .... import models
from ....lifecycle.look import record_update
from ...core.access import select_of_channels
from ...core.descriptions import ADDED_IN_01
from ...core.ids import global_id_to_uuid
from ..errors import OrderGroupError, OrderGroupErrorCode
from ..types.order_group import OrderGroup


class OrderGroupUpdateInput(BaseInputObjectType):
    external_reference = graphene.String(
        description="External ID of the group; null removes it."
    )
    metadata = NonNullList(
        MetadataInput,
        description=(
            "Public metadata of the group, merged with the stored metadata. "
            f"{MetadataInputDescription.PUBLIC_METADATA_INPUT}"
        ),
    )
    private_metadata = NonNullList(
        MetadataInput,
        description=(
            "Private metadata of the group, merged with the stored metadata. "
            f"{MetadataInputDescription.PRIVATE_METADATA_INPUT}"
        ),
    )

    class Meta:
        description = "Fields to update an order group." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS


class OrderGroupUpdate(BaseMutation):
    order_group = graphene.Field(OrderGroup, description="The updated group.")

    class Arguments:
        id = graphene.ID(description="ID of an order group to update.")
        external_reference = graphene.String(
            description="External ID of an order group to update."
        )
        input = OrderGroupUpdateInput(
            required=True, description="Fields required to update an order group."
        )

    class Meta:
        description = (
            "Updates an order group in a channel that the requestor may access."
            + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        permissions = (OrderPermissions.MANAGE_ORDERS,)
        error_type_class = OrderGroupError
        support_meta_field = True
        support_private_meta_field = True

    @classmethod
    def perform_mutation(  # type: ignore[override]
        cls, _root, info: ResolveInfo, /, *, input, id=None, external_reference=None
    ):
        metadata, private_metadata = (
            cls.create_metadata_from_graphql_input(
                input.get(name), error_field_name=name
            )
            for name in ("metadata", "private_metadata")
        )
        with transaction.atomic():
            group = cls.lock_group(info, id, external_reference)
            if "external_reference" in input:
                # Store an empty text as null: only null may repeat in a unique column.
                group.external_reference = input["external_reference"] or None
            cls.validate_and_update_metadata(group, metadata, private_metadata)
            cls.save_group(group)
            record_update(group.pk)
        return cls(order_group=group)

    @staticmethod
    def lock_group(
        info: ResolveInfo, global_id: str | None, external_reference: str | None
    ) -> models.OrderGroup:
        """Lock and return the group, so that concurrent metadata changes are kept.

        :raises ValidationError: the group does not exist, or the requestor has no
            access to its channel.
        """
        validate_one_of_args_is_in_mutation(
            "id", global_id, "external_reference", external_reference
        )
        groups = select_of_channels(info, models.OrderGroup.objects.all())
        groups = groups.select_for_update(of=("self",), no_key=True)
        if global_id:
            pk = global_id_to_uuid(global_id, "OrderGroup")
            group = groups.filter(pk=pk).first() if pk else None
        else:
            group = groups.filter(external_reference=external_reference).first()
        if group is None:
            raise ValidationError(
                {
                    "id" if global_id else "external_reference": ValidationError(
                        "Couldn't resolve to an order group: "
                        f"{global_id or external_reference}",
                        code=OrderGroupErrorCode.NOT_FOUND.value,
                    )
                }
            )
        return group

    @staticmethod
    def save_group(group: models.OrderGroup) -> None:
        """Save the fields that the mutation can change.

        :raises ValidationError: the external reference is too long, or another group
            has it.
        """
        changed = {"external_reference", "metadata", "private_metadata"}
        others = {field.name for field in group._meta.fields} - changed
        group.full_clean(exclude=others)
        try:
            with transaction.atomic():
                group.save(update_fields=[*changed, "updated_at"])
        except IntegrityError as error:
            # Another request took the external reference after the validation.
            raise ValidationError(
                {
                    "external_reference": ValidationError(
                        "Order group with this External reference already exists.",
                        code=OrderGroupErrorCode.UNIQUE.value,
                    )
                }
            ) from error
