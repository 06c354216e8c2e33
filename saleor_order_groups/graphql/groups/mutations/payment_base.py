"""What is asked of all payments of a group at once, with a result for each order."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal, InvalidOperation

import graphene
from django.core.exceptions import ValidationError
from saleor.core.prices import quantize_price
from saleor.graphql.core import ResolveInfo
from saleor.graphql.order.mutations.order_capture import OrderCapture
from saleor.graphql.order.mutations.order_refund import OrderRefund
from saleor.graphql.payment.mutations.transaction.transaction_request_action import (
    TransactionRequestAction,
)
from saleor.order import models as order_models
from saleor.payment import TransactionAction
from saleor.payment.models import Payment, TransactionItem

from .... import models
from ....payments.funding_sources import (
    InsufficientAmountError,
    Source,
    bundle,
    find_sources,
    request_of_sources,
)
from ....payments.group_requests import Amounts, Requestor
from ....payments.legacy.capture import capture_together, get_capturable
from ..errors import OrderGroupErrorCode
from .base import OrderGroupOperation


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
