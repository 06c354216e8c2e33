"""Shared by the mutations of sellers: input validation, locks and errors."""

from collections.abc import Collection, Sized

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from graphql.error import GraphQLError
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.mutations import BaseMutation
from saleor.graphql.core.utils import from_global_id_or_error
from saleor.graphql.core.validators import validate_one_of_args_is_in_mutation
from saleor.product.models import Product
from saleor.shipping.models import ShippingMethod

from .... import models
from ...core.ids import global_id_to_uuid
from ...core.limits import describe_excess
from ..enums import SellerErrorCode

UNIQUE_FIELDS = ("slug", "external_reference")


def field_error(field: str, message: str, code: SellerErrorCode) -> ValidationError:
    """Return an error on a field of the mutation's input."""
    return ValidationError({field: ValidationError(message, code=code.value)})


def not_found(field: str, what: str, value: str | None) -> ValidationError:
    """Return the error for an ID or a reference of nothing."""
    message = f"Couldn't resolve to {what}: {value}"
    return field_error(field, message, SellerErrorCode.NOT_FOUND)


def lock_seller(
    global_id: str | None, external_reference: str | None = None, *, no_key: bool
) -> models.Seller:
    """Lock a seller's row until the end of the transaction, and return the seller.

    :param no_key: True if rows that refer to the seller may be added meanwhile.
    :raises ValidationError: the seller does not exist.
    """
    validate_one_of_args_is_in_mutation(
        "id", global_id, "external_reference", external_reference
    )
    if global_id:
        return lock_seller_of_id("id", global_id, no_key=no_key)
    sellers = models.Seller.objects.select_for_update(of=("self",), no_key=no_key)
    seller = sellers.filter(external_reference=external_reference).first()
    if seller is None:
        raise not_found("external_reference", "a seller", external_reference)
    return seller


def lock_seller_of_id(field: str, global_id: str, *, no_key: bool) -> models.Seller:
    """Lock a seller's row until the end of the transaction, and return the seller.

    :param field: the field of the input that has the ID.
    :param no_key: True if rows that refer to the seller may be added meanwhile.
    :raises ValidationError: on the field, the seller does not exist.
    """
    sellers = models.Seller.objects.select_for_update(of=("self",), no_key=no_key)
    pk = global_id_to_uuid(global_id, "Seller")
    seller = sellers.filter(pk=pk).first() if pk else None
    if seller is None:
        raise not_found(field, "a seller", global_id)
    return seller


def refuse_excess(field: str, items: Sized | None) -> None:
    """Refuse a list that is too long, before any row is read.

    :raises ValidationError: on the field.
    """
    if excess := describe_excess(field, items or ()):
        raise field_error(field, excess, SellerErrorCode.INVALID)


def _lock_rows[Row: Model](
    model: type[Row],
    field: str,
    global_ids: Collection[str],
    type_names: Collection[str],
) -> list[Row]:
    """Lock rows of Saleor's by primary key, and return them.

    :param field: the field of the input that has the IDs.
    :param type_names: the types of the API that show the rows.
    :raises ValidationError: on the field, with the IDs of rows that do not exist.
    """
    pk_by_id = {global_id: to_pk(global_id, type_names) for global_id in global_ids}
    rows = list(
        model._default_manager.filter(pk__in=[pk for pk in pk_by_id.values() if pk])
        .order_by("pk")
        # Prevents deletion of the rows before ours refer to them. `of` and `no_key`
        # leave the rows that refer to them unlocked.
        .select_for_update(of=("self",), no_key=True)
    )
    found = {row.pk for row in rows}
    if unknown := [each for each, pk in pk_by_id.items() if pk not in found]:
        raise not_found(field, field.replace("_", " "), ", ".join(unknown))
    return rows


def lock_products(global_ids: Collection[str]) -> list[Product]:
    """Lock products by primary key, and return them.

    :raises ValidationError: on `products`, with the IDs of products that do not exist.
    """
    return _lock_rows(Product, "products", global_ids, ["Product"])


def lock_shipping_methods(global_ids: Collection[str]) -> list[ShippingMethod]:
    """Lock shipping methods by primary key, and return them.

    The API shows them to staff as the first type, to customers as the second.

    :raises ValidationError: on `shipping_methods`, with the IDs of methods that do not
        exist.
    """
    type_names = ["ShippingMethodType", "ShippingMethod"]
    return _lock_rows(ShippingMethod, "shipping_methods", global_ids, type_names)


def to_pk(global_id: str, type_names: Collection[str]) -> int | None:
    """Return the key in the ID of a row of Saleor's; None if the ID is impossible."""
    try:
        type_name, pk = from_global_id_or_error(global_id)
        return int(pk) if type_name in type_names else None
    except (GraphQLError, ValueError):
        return None


class SellerMutation(BaseMutation):
    """Shared by creating and updating a seller."""

    class Meta:
        abstract = True

    @classmethod
    def check_name(cls, name: str) -> None:
        """Refuse a name that is too long, before a slug is made from it.

        :raises ValidationError: on `name`.
        """
        try:
            models.Seller._meta.get_field("name").clean(name, None)
        except ValidationError as error:
            raise ValidationError({"name": error}) from error

    @classmethod
    def save_seller(cls, info: ResolveInfo, seller: models.Seller, data: dict) -> None:
        """Validate the input, apply it to the seller and save the seller.

        :param data: the mutation's input by field; changed in place.
        :raises ValidationError: a value is invalid, or another seller has the slug or
            the external reference.
        """
        for name in ("metadata", "private_metadata"):
            refuse_excess(name, data.get(name))
        metadata = cls.create_metadata_from_graphql_input(
            data.pop("metadata", None), error_field_name="metadata"
        )
        private_metadata = cls.create_metadata_from_graphql_input(
            data.pop("private_metadata", None), error_field_name="private_metadata"
        )
        # Store an empty text as null: only null may repeat in a unique column.
        if "external_reference" in data:
            data["external_reference"] = data["external_reference"] or None
        if "payout_reference" in data:
            data["payout_reference"] = data["payout_reference"] or None
        for name in ("is_active", "has_access"):
            if data.get(name, True) is None:
                data.pop(name)
        for name, value in data.items():
            setattr(seller, name, value)
        cls.validate_and_update_metadata(seller, metadata, private_metadata)
        cls.clean_instance(info, seller)
        try:
            with transaction.atomic():
                seller.save()
        except IntegrityError as error:
            # Another request took the slug or external reference after the validation.
            cls.raise_taken(seller, error)

    @classmethod
    def raise_taken(cls, seller: models.Seller, error: IntegrityError) -> None:
        for name in UNIQUE_FIELDS:
            taken = models.Seller.objects.filter(**{name: getattr(seller, name)})
            if taken.exclude(pk=seller.pk).exists():
                raise field_error(
                    name,
                    f"Seller with this {name.replace('_', ' ')} already exists.",
                    SellerErrorCode.UNIQUE,
                ) from error
        raise error
