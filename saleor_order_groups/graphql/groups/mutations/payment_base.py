"""Requests to all payments of a group, with a result for each order."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import partial

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
    find_sources,
    request_of_sources,
)
from ....payments.group_requests import Amounts, Requestor
from ....payments.legacy.capture import capture_together
from ....payments.legacy.funding_sources import find_legacy_sources
from ..errors import OrderGroupErrorCode
from .base import OrderGroupOperation


class OrderGroupPaymentOperation(OrderGroupOperation):
    """Shared by charging and refunding a group."""

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
            # An amount with too many digits to be rounded is refused later: it exceeds
            # every available amount.
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
        sources += find_legacy_sources(
            orders,
            action,
            partial(cls.capture_divided, info),
            partial(cls.ask_legacy, info, action),
        )
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
        """Return a function that requests the action from an order's own transaction.

        The request is that of Saleor's `transactionRequestAction`.
        """

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
    def capture_divided(
        cls, info: ResolveInfo, payment: Payment, amounts: Amounts
    ) -> None:
        """Capture several payment parts of a legacy payment with one request."""
        check_may_capture(info)
        requestor = cls.get_requestor(info)
        assert payment.order is not None
        capture_together(
            payment,
            amounts,
            requestor.manager,
            payment.order.channel.slug,
            user=requestor.user,
            app=requestor.app,
        )

    @staticmethod
    def ask_legacy(
        info: ResolveInfo, action: str, order: order_models.Order, amount: Decimal
    ) -> None:
        """Capture or refund an order's legacy payment with Saleor's mutation.

        :param amount: in the order's currency.
        """
        check_may_capture(info)
        mutation = OrderCapture if action == TransactionAction.CHARGE else OrderRefund
        mutation.perform_mutation(
            None,
            info,
            id=graphene.Node.to_global_id("Order", order.pk),
            amount=amount,
        )


def check_may_capture(info: ResolveInfo) -> None:
    """Check the permission for captures and refunds of legacy payments.

    :raises ValidationError: the permission is missing.
    """
    if not OrderCapture.check_permissions(info.context):
        raise ValidationError(
            "The payment of this order needs the permission MANAGE_ORDERS.",
            code=OrderGroupErrorCode.PAYMENT_ERROR.value,
        )
