"""What is done to all orders of a group at once, with a result for each order."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final
from uuid import UUID

import graphene
from django.core.exceptions import ValidationError
from saleor.core.prices import quantize_price
from saleor.graphql.app.dataloaders import get_app_promise
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.mutations import (
    BaseMutation,
    validation_error_to_error_type,
)
from saleor.graphql.core.scalars import PositiveDecimal
from saleor.graphql.core.types import BaseObjectType, Error, NonNullList
from saleor.graphql.order.mutations.order_cancel import OrderCancel
from saleor.graphql.order.mutations.order_capture import OrderCapture
from saleor.graphql.order.mutations.order_confirm import OrderConfirm
from saleor.graphql.order.mutations.order_refund import OrderRefund
from saleor.graphql.order.types import Order
from saleor.graphql.payment.mutations.transaction.transaction_request_action import (
    TransactionRequestAction,
)
from saleor.graphql.plugins.dataloaders import get_plugin_manager_promise
from saleor.order import models as order_models
from saleor.payment import PaymentError, TransactionAction
from saleor.payment.models import Payment, TransactionItem
from saleor.permission.enums import OrderPermissions, PaymentPermissions

from ... import models
from ...groups.channels import get_channel
from ...payments.funding_sources import (
    InsufficientAmountError,
    Source,
    bundle,
    find_sources,
    request_of_sources,
)
from ...payments.group_requests import Amounts, Requestor
from ...payments.legacy.capture import capture_together, get_capturable
from ...payments.locked import NOT_LIVE
from ..descriptions import ADDED_IN_01
from ..ids import global_id_to_uuid
from ..limits import describe_excess
from ..types import OrderGroup


class OrderGroupErrorCode(StrEnum):
    GRAPHQL_ERROR = "graphql_error"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    REQUIRED = "required"
    UNIQUE = "unique"
    AMOUNT_GREATER_THAN_AVAILABLE = "amount_greater_than_available"
    CANNOT_CANCEL_ORDER = "cannot_cancel_order"
    PAYMENT_ERROR = "payment_error"


OrderGroupErrorCodeEnum: Final[graphene.Enum] = graphene.Enum(
    "OrderGroupErrorCode",
    [(code.name, code.value) for code in OrderGroupErrorCode],
    description=lambda value: (
        "Why an operation on a group was refused." + ADDED_IN_01
        if value is None
        else None
    ),
)
OrderGroupErrorCodeEnum.doc_category = DOC_CATEGORY_ORDERS


class OrderGroupError(Error):
    code = OrderGroupErrorCodeEnum(description="The error code.", required=True)

    class Meta:
        description = (
            "Represents an error in an operation on an order group." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS


class OrderGroupOperationResult(BaseObjectType):
    order = graphene.Field(Order, required=True, description="The order.")
    errors = NonNullList(
        OrderGroupError,
        required=True,
        description="Why the operation failed for this order; empty if it did not.",
    )

    class Meta:
        description = "What became of one order in an operation on its group." + (
            ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS


class OrderGroupOperation(BaseMutation):
    """What operations on a group have in common."""

    order_group = graphene.Field(OrderGroup, description="The group.")
    results = NonNullList(
        OrderGroupOperationResult,
        required=True,
        description="A result for each order that was asked, in the group's order.",
    )

    class Meta:
        abstract = True

    @classmethod
    def handle_typed_errors(cls, errors: list, **extra):
        extra.setdefault("results", [])
        return super().handle_typed_errors(errors, **extra)

    @classmethod
    def get_group(cls, info: ResolveInfo, global_id: str) -> models.OrderGroup:
        """Return the group; the requestor must have access to its channel."""
        pk = global_id_to_uuid(global_id, "OrderGroup")
        groups = models.OrderGroup.objects.select_related("channel")
        group = groups.filter(pk=pk).first() if pk else None
        channel = get_channel(group) if group else None
        if group is None or channel is None:
            raise ValidationError(
                {
                    "id": ValidationError(
                        f"Couldn't resolve to an order group: {global_id}",
                        code=OrderGroupErrorCode.NOT_FOUND.value,
                    )
                }
            )
        cls.check_channel_permissions(info, [channel.pk])
        return group

    @classmethod
    def get_requestor(cls, info: ResolveInfo) -> Requestor:
        return Requestor(
            manager=get_plugin_manager_promise(info.context).get(),
            user=info.context.user,
            app=get_app_promise(info.context).get(),
        )

    @classmethod
    def respond(
        cls,
        group: models.OrderGroup,
        orders: Sequence[order_models.Order],
        errors: dict[UUID, list[Exception]],
    ):
        for order in orders:
            order.refresh_from_db()
        return cls(
            order_group=group,
            results=[
                OrderGroupOperationResult(
                    order=SyncWebhookControlContext(order),
                    errors=[
                        shown
                        for error in errors.get(order.pk, [])
                        for shown in to_error_types(error)
                    ],
                )
                for order in orders
            ],
        )

    @classmethod
    def run_for_each(cls, info: ResolveInfo, global_id: str, mutation):
        """Run Saleor's mutation of one order for each of the group."""
        group = cls.get_group(info, global_id)
        orders = get_orders(group)
        errors: dict[UUID, list[Exception]] = {}
        for order in orders:
            try:
                mutation.perform_mutation(
                    None, info, id=graphene.Node.to_global_id("Order", order.pk)
                )
            except (ValidationError, PaymentError) as error:
                errors[order.pk] = [error]
        return cls.respond(group, orders, errors)


def get_orders(group: models.OrderGroup) -> list[order_models.Order]:
    """Return the group's orders in its order."""
    orders = order_models.Order.objects.filter(order_group_link__group=group)
    return list(orders.select_related("channel").order_by("order_group_link__position"))


def to_error_types(error: Exception) -> list[OrderGroupError]:
    """Return the error as the API shows it; a code of Saleor's may be unknown here."""
    if not isinstance(error, ValidationError):
        error = ValidationError(
            str(error), code=OrderGroupErrorCode.PAYMENT_ERROR.value
        )
    shown = validation_error_to_error_type(error, OrderGroupError)
    known = {code.value for code in OrderGroupErrorCode}
    for row in shown:
        if row.code not in known:
            row.code = OrderGroupErrorCode.INVALID.value
    return shown


class OrderGroupConfirm(OrderGroupOperation):
    class Arguments:
        id = graphene.ID(required=True, description="ID of the group.")

    class Meta:
        description = "Confirms every unconfirmed order of a group." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS
        permissions = (OrderPermissions.MANAGE_ORDERS,)
        error_type_class = OrderGroupError

    @classmethod
    def perform_mutation(cls, _root, info: ResolveInfo, /, *, id):  # type: ignore[override]
        return cls.run_for_each(info, id, OrderConfirm)


class OrderGroupCancel(OrderGroupOperation):
    class Arguments:
        id = graphene.ID(required=True, description="ID of the group.")

    class Meta:
        description = (
            "Cancels every order of a group that can be canceled. With its last live "
            "order what is left authorized of the group's payments is canceled; what "
            "was charged stays charged." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        permissions = (OrderPermissions.MANAGE_ORDERS,)
        error_type_class = OrderGroupError

    @classmethod
    def perform_mutation(cls, _root, info: ResolveInfo, /, *, id):  # type: ignore[override]
        return cls.run_for_each(info, id, OrderCancel)


class OrderGroupPaymentOperation(OrderGroupOperation):
    """What asking a group's payments for money has in common."""

    class Meta:
        abstract = True

    @classmethod
    def request(
        cls,
        info: ResolveInfo,
        group: models.OrderGroup,
        orders: list[order_models.Order],
        action: str,
        amount: Decimal | None,
        requestor: Requestor | None = None,
    ):
        if amount is not None:
            # What has too many digits to be rounded is more than there is.
            with suppress(InvalidOperation):
                amount = quantize_price(amount, group.currency)
            if not amount:
                raise cls.amount_error(
                    "Amount should be a positive number.", OrderGroupErrorCode.INVALID
                )
        requestor = requestor or cls.get_requestor(info)
        sources = find_sources(
            group, orders, action, requestor, cls.ask_transaction(action, requestor)
        )
        sources += cls.get_legacy_sources(info, orders, action)
        try:
            outcome = request_of_sources(sources, amount, orders)
        except InsufficientAmountError as error:
            raise cls.amount_error(
                str(error), OrderGroupErrorCode.AMOUNT_GREATER_THAN_AVAILABLE
            ) from error
        return cls.respond(group, orders, outcome.errors)

    @staticmethod
    def amount_error(message: str, code: OrderGroupErrorCode) -> ValidationError:
        return ValidationError({"amount": ValidationError(message, code=code.value)})

    @staticmethod
    def ask_transaction(
        action: str, requestor: Requestor
    ) -> Callable[[TransactionItem, Decimal], None]:
        """Return a function that asks one order's own transaction, as Saleor does."""

        def ask(transaction: TransactionItem, amount: Decimal) -> None:
            order = transaction.order
            assert order is not None
            TransactionRequestAction.handle_transaction_action(
                action,
                {
                    "channel_slug": order.channel.slug,
                    "user": requestor.user,
                    "app": requestor.app,
                    "transaction": transaction,
                    "manager": requestor.manager,
                },
                amount,
                requestor.user,
                requestor.app,
                requestor.refund_reason,
                requestor.refund_reason_reference,
            )

        return ask

    @classmethod
    def get_legacy_sources(
        cls, info: ResolveInfo, orders: list[order_models.Order], action: str
    ) -> list[Source]:
        """Return what can be asked of payments that Saleor's plugins process."""
        sources: list[Source] = []
        single: list[Source] = []
        divided: set[int] = set()
        for order in orders:
            payment = order.get_last_payment()
            if payment is None or not payment.is_active:
                continue
            share = getattr(payment, "legacy_payment_share", None)
            if share and action == TransactionAction.CHARGE:
                # One request for all of its parts.
                if share.divided_payment_id not in divided:
                    divided.add(share.divided_payment_id)
                    sources.append(cls.get_divided_source(info, payment))
            elif available := get_legacy_amount(payment, action):
                mutation = (
                    OrderCapture if action == TransactionAction.CHARGE else OrderRefund
                )
                single.append(
                    Source({order.pk: available}, cls.ask_legacy(info, order, mutation))
                )
        return sources + bundle(single)

    @classmethod
    def get_divided_source(cls, info: ResolveInfo, payment: Payment) -> Source:
        requestor = cls.get_requestor(info)

        def ask(amounts: Amounts) -> None:
            check_may_capture(info)
            capture_together(
                payment,
                amounts,
                requestor.manager,
                payment.order.channel.slug,  # type: ignore[union-attr]
                user=requestor.user,
                app=requestor.app,
            )

        return Source(get_capturable(payment), ask)

    @staticmethod
    def ask_legacy(
        info: ResolveInfo, order: order_models.Order, mutation
    ) -> Callable[[Amounts], None]:
        def ask(amounts: Amounts) -> None:
            check_may_capture(info)
            mutation.perform_mutation(
                None,
                info,
                id=graphene.Node.to_global_id("Order", order.pk),
                amount=amounts[order.pk],
            )

        return ask


def check_may_capture(info: ResolveInfo) -> None:
    """Refuse who may not capture and refund legacy payments of single orders.

    :raises ValidationError: the permission is missing.
    """
    if not OrderCapture.check_permissions(info.context):
        raise ValidationError(
            "The payment of this order needs the permission MANAGE_ORDERS.",
            code=OrderGroupErrorCode.PAYMENT_ERROR.value,
        )


def get_legacy_amount(payment: Payment, action: str) -> Decimal:
    """Return what can be captured or refunded of a legacy payment."""
    if action == TransactionAction.CHARGE:
        can_capture = payment.is_authorized and payment.can_capture()
        return payment.get_charge_amount() if can_capture else Decimal(0)
    return payment.captured_amount if payment.can_refund() else Decimal(0)


class OrderGroupCharge(OrderGroupPaymentOperation):
    class Arguments:
        id = graphene.ID(required=True, description="ID of the group.")
        amount = PositiveDecimal(
            description="Amount to charge; all that is authorized if not given."
        )

    class Meta:
        description = (
            "Charges what is authorized for the live orders of a group, whole or the "
            "named amount, through the group's payments." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        permissions = (PaymentPermissions.HANDLE_PAYMENTS,)
        error_type_class = OrderGroupError

    @classmethod
    def perform_mutation(cls, _root, info: ResolveInfo, /, *, id, amount=None):  # type: ignore[override]
        group = cls.get_group(info, id)
        orders = [order for order in get_orders(group) if order.status not in NOT_LIVE]
        if not orders:
            raise cls.amount_error(
                "No order of the group is live.", OrderGroupErrorCode.INVALID
            )
        return cls.request(info, group, orders, TransactionAction.CHARGE, amount)


class OrderGroupRefund(OrderGroupPaymentOperation):
    class Arguments:
        id = graphene.ID(required=True, description="ID of the group.")
        amount = PositiveDecimal(
            description="Amount to refund; all that was charged if not given."
        )
        orders = NonNullList(
            graphene.ID,
            description=(
                "Orders of the group to refund, at most 100; all of them if not given."
            ),
        )
        refund_reason = graphene.String(description="Reason of the refund.")
        refund_reason_reference = graphene.ID(
            description=(
                "ID of a `Page` (Model) to reference in reason. Required of staff "
                "where the shop has a type of models for it, as in "
                "`transactionRequestAction`."
            )
        )

    class Meta:
        description = (
            "Refunds what was charged for the orders of a group, or for those that are "
            "named, whole or the named amount." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS
        permissions = (PaymentPermissions.HANDLE_PAYMENTS,)
        error_type_class = OrderGroupError

    @classmethod
    def perform_mutation(  # type: ignore[override]
        cls, _root, info: ResolveInfo, /, *, id, amount=None, orders=None, **reason
    ):
        if excess := describe_excess("orders", orders or ()):
            code = OrderGroupErrorCode.INVALID.value
            raise ValidationError({"orders": ValidationError(excess, code=code)})
        group = cls.get_group(info, id)
        requestor = cls.get_requestor(info)
        requestor.refund_reason = reason.get("refund_reason")
        requestor.refund_reason_reference = (
            TransactionRequestAction._prepare_refund_reason(info, **reason)
        )
        found = get_orders(group)
        if orders is not None:
            wanted = {given: global_id_to_uuid(given, "Order") for given in orders}
            keys = {order.pk for order in found}
            unknown = [given for given, pk in wanted.items() if pk not in keys]
            if unknown or not wanted:
                raise ValidationError(
                    {
                        "orders": ValidationError(
                            f"No orders of this group: {', '.join(unknown)}"
                            if unknown
                            else "No orders were named.",
                            code=OrderGroupErrorCode.NOT_FOUND.value,
                        )
                    }
                )
            found = [order for order in found if order.pk in wanted.values()]
        if not found:
            raise cls.amount_error(
                "The group has no orders left.", OrderGroupErrorCode.INVALID
            )
        return cls.request(
            info, group, found, TransactionAction.REFUND, amount, requestor
        )


class OrderGroupMutations:
    order_group_confirm = OrderGroupConfirm.Field()
    order_group_cancel = OrderGroupCancel.Field()
    order_group_charge = OrderGroupCharge.Field()
    order_group_refund = OrderGroupRefund.Field()
