"""Shared by the acts of sellers: scope, right, locks, retries and errors.

An act runs in one transaction: scope → right → lock → read again → our checks → Saleor
→ our own answer.
"""

import logging
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

import graphene
from django.core.exceptions import ValidationError
from saleor.core.exceptions import InsufficientStock
from saleor.graphql.app.dataloaders import get_app_promise
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.mutations import BaseMutation
from saleor.graphql.core.types import BaseObjectType, NonNullList
from saleor.payment import PaymentError

from ....access.acts import ATTEMPTS, KeyTakenError, begin_act, repeat_after_deadlock
from ....models import OrderGroupOrder, SellerRight
from ...core.descriptions import ADDED_IN_01
from ...core.ids import global_id_to_number, global_id_to_uuid
from ..access import get_scope, get_user, select_orders
from ..enums import SellerOrderErrorCode
from ..errors import OwnError, SellerOrderError, refuse
from ..resolvers import refuse_anonymous
from ..types.order import SellerOrder

logger = logging.getLogger(__name__)

MAX_KEY_LENGTH = 250

# What Saleor's codes mean for a seller. All others become INVALID.
_CODES: Mapping[str, tuple[SellerOrderErrorCode, str]] = {
    "cannot_cancel_order": (
        SellerOrderErrorCode.ORDER_STATUS,
        "The order cannot be canceled any more.",
    ),
    "cannot_cancel_fulfillment": (
        SellerOrderErrorCode.ORDER_STATUS,
        "The fulfillment cannot be canceled any more.",
    ),
    "cannot_fulfill_unpaid_order": (
        SellerOrderErrorCode.UNPAID,
        "The order must be paid before it is fulfilled.",
    ),
    "fulfill_order_line": (
        SellerOrderErrorCode.QUANTITY,
        "More items were named than can be fulfilled.",
    ),
    "insufficient_stock": (
        SellerOrderErrorCode.INSUFFICIENT_STOCK,
        "The warehouse has too few items in stock.",
    ),
    "zero_quantity": (
        SellerOrderErrorCode.QUANTITY,
        "The quantity must be at least 1.",
    ),
    "shipping_costs_already_granted": (
        SellerOrderErrorCode.AMOUNT_GREATER_THAN_AVAILABLE,
        "The shipping price was refunded before.",
    ),
    "amount_greater_than_available": (
        SellerOrderErrorCode.AMOUNT_GREATER_THAN_AVAILABLE,
        "The amount is greater than what is left to refund.",
    ),
    "missing_transaction_action_request_webhook": (
        SellerOrderErrorCode.PAYMENT_ERROR,
        "No payment app can be asked for the refund.",
    ),
}
# The fields of Saleor's inputs, as they are called here; all others are not named.
_FIELDS = {
    "amount": "amount",
    "lines": "lines",
    "stocks": "lines",
    "grant_refund_for_shipping": "shipping",
    "reason_reference": "reason_reference",
}


class SellerOrderPayload(BaseObjectType):
    seller_order = graphene.Field(
        SellerOrder, description="The order as it is now; null on an error."
    )
    errors = NonNullList(
        SellerOrderError,
        required=True,
        description="Why the act was refused; empty if it was done.",
    )

    class Meta:
        description = "The answer to an act of a seller." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS


class SellerOrderAct(BaseMutation):
    """An act of a seller on one order.

    `right`: what the caller needs; None for everybody in the scope.
    `act_name`: stored with each act.
    `attempts`: how often it is tried where it has to give way in a deadlock.
    """

    right: ClassVar[SellerRight | None] = None
    act_name: ClassVar[str] = ""
    attempts: ClassVar[int] = ATTEMPTS

    Output = SellerOrderPayload

    class Meta:
        abstract = True

    @classmethod
    def handle_typed_errors(cls, errors: list, **extra):
        return SellerOrderPayload(errors=errors)

    @classmethod
    def perform_mutation(  # type: ignore[override]
        cls, _root, info: ResolveInfo, /, *, id, idempotency_key=None, **data
    ):
        refuse_anonymous(info)
        link = cls.find_link(info, id)
        if cls.right and not get_scope(info).has_right(link.seller_id, cls.right):
            raise refuse(
                None,
                f"The caller lacks the right {cls.right.name} for this seller.",
                SellerOrderErrorCode.NOT_ALLOWED,
            )
        if (
            idempotency_key is not None
            and not 0 < len(idempotency_key) <= MAX_KEY_LENGTH
        ):
            raise refuse(
                "idempotency_key",
                f"A key has 1 to {MAX_KEY_LENGTH} characters.",
                SellerOrderErrorCode.INVALID,
            )

        if _has_nul([data, idempotency_key]):
            raise refuse(None, "No text may contain NUL.", SellerOrderErrorCode.INVALID)

        def run() -> None:
            # A retry names the same row, whatever its ID looks like.
            input = {"id": cls.get_key_of_target(id), **_to_json(data)}
            if begin_act(
                link.pk,
                cls.act_name,
                input,
                idempotency_key,
                get_user(info.context),
                get_app_promise(info.context).get(),
            ):
                cls.act(info, link, **cls.get_target(id), **data)

        try:
            repeat_after_deadlock(run, cls.attempts)
        except KeyTakenError as error:
            raise refuse(
                "idempotency_key",
                "This key belongs to another act, or to the same act with other input.",
                SellerOrderErrorCode.UNIQUE,
            ) from error
        except (InsufficientStock, PaymentError, ValidationError) as error:
            raise in_own_words(error, cls.act_name) from error
        # Another act of the same request may have loaded the order before.
        info.context.dataloaders.clear()
        return SellerOrderPayload(
            seller_order=select_orders(info).filter(pk=link.pk).first(), errors=[]
        )

    @classmethod
    def act(cls, info: ResolveInfo, link: OrderGroupOrder, **data: Any) -> None:
        """Do the act, in a transaction that holds the link's lock.

        :raises ValidationError, PaymentError, InsufficientStock: nothing is done.
        """
        raise NotImplementedError

    @classmethod
    def find_link(cls, info: ResolveInfo, global_id: str) -> OrderGroupOrder:
        """Return the link of the order that the ID names, if it is in the scope.

        :raises ValidationError: it is not.
        """
        pk = global_id_to_uuid(global_id, "SellerOrder")
        link = select_orders(info).filter(pk=pk).first() if pk else None
        if link is None:
            raise cls.not_found("order")
        return link

    @classmethod
    def get_key_of_target(cls, global_id: str) -> str:
        """Return the key of the row that the ID names, for comparing retries."""
        return str(global_id_to_uuid(global_id, "SellerOrder"))

    @classmethod
    def get_target(cls, global_id: str) -> dict[str, Any]:
        """Return more arguments of the act that the ID names."""
        return {}

    @classmethod
    def not_found(cls, what: str) -> ValidationError:
        """Return the same error for a row that does not exist and for a foreign one."""
        return refuse(
            "id", f"No such {what} is visible.", SellerOrderErrorCode.NOT_FOUND
        )


class SellerFulfillmentAct(SellerOrderAct):
    """An act of a seller on a fulfillment."""

    class Meta:
        abstract = True

    @classmethod
    def find_link(cls, info: ResolveInfo, global_id: str) -> OrderGroupOrder:
        pk = to_fulfillment_pk(global_id)
        links = select_orders(info)
        link = links.filter(order__fulfillments__pk=pk).first() if pk else None
        if link is None:
            raise cls.not_found("fulfillment")
        return link

    @classmethod
    def get_key_of_target(cls, global_id: str) -> str:
        return str(to_fulfillment_pk(global_id))

    @classmethod
    def get_target(cls, global_id: str) -> dict[str, Any]:
        return {"fulfillment_pk": to_fulfillment_pk(global_id)}


def to_fulfillment_pk(global_id: str) -> int | None:
    """Return the key of a seller's fulfillment; None if the ID cannot be one."""
    return global_id_to_number(global_id, "SellerFulfillment")


def to_line_pk(global_id: str) -> UUID | None:
    """Return the key of a seller's order line; None if the ID cannot be one."""
    return global_id_to_uuid(global_id, "SellerOrderLine")


def in_own_words(error: Exception, act_name: str) -> ValidationError:
    """Return an error of Saleor's in our own words; log what we have none for."""
    if isinstance(error, PaymentError):
        logger.warning("The payment refused a seller's act %s: %s", act_name, error)
        return refuse(
            None, "The payment app refused it.", SellerOrderErrorCode.PAYMENT_ERROR
        )
    if isinstance(error, InsufficientStock):
        code, message = _CODES["insufficient_stock"]
        return refuse("lines", message, code)
    assert isinstance(error, ValidationError)
    if isinstance(error, OwnError):
        return error
    if not hasattr(error, "error_dict"):
        return _translate(error.error_list[0], None, act_name)
    field, [first, *_] = next(iter(error.error_dict.items()))
    return _translate(first, _FIELDS.get(field), act_name)


def _translate(
    error: ValidationError, field: str | None, act_name: str
) -> ValidationError:
    if known := _CODES.get(error.code or ""):
        code, message = known
        return refuse(field, message, code)
    if error.code == "required" and field:
        return refuse(field, "It is required here.", SellerOrderErrorCode.REQUIRED)
    logger.warning("Saleor refused a seller's act %s: %s", act_name, error)
    return refuse(field, "The shop's system refused it.", SellerOrderErrorCode.INVALID)


def _has_nul(value: Any) -> bool:
    """Tell whether a text in the input contains NUL, which PostgreSQL cannot store."""
    if isinstance(value, Mapping):
        return any(map(_has_nul, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_nul, value))
    return isinstance(value, str) and "\0" in value


def _to_json(value: Any) -> Any:
    """Return input as JSON holds it, so that a retry's input can be compared."""
    if isinstance(value, Mapping):
        return {name: _to_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_to_json(each) for each in value]
    return value if isinstance(value, str | int | bool | None) else str(value)
