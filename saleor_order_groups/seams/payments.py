"""Where transactions are reported on and acted on."""

from collections.abc import Callable

from .seam import Seam


def _process_order_or_checkout_with_transaction(original: Callable) -> Callable:
    """Carry what an app reports between a group's payment and its shares."""

    def process(transaction, manager, user, app, *args, **kwargs):
        from saleor.order.models import Order

        from ..settlement import find_payment, settle

        payment = find_payment(transaction.pk)
        if payment is None:
            try:
                original(transaction, manager, user, app, *args, **kwargs)
            except Order.DoesNotExist:
                # The checkout was completed while the report waited for its lock.
                payment = find_payment(transaction.pk)
                if payment is None:
                    raise
        elif payment.transaction_id != transaction.pk:
            original(transaction, manager, user, app, *args, **kwargs)
        if payment is not None:
            settle(payment, manager, user, app)

    return process


def _create_event_from_request_and_response(original: Callable) -> Callable:
    """Carry an app's answer about one order to the group's payment."""

    def create(request_event, app, transaction_webhook_response=None):
        from saleor.plugins.manager import get_plugins_manager

        from ..settlement import find_payment, settle

        event = original(request_event, app, transaction_webhook_response)
        payment = find_payment(request_event.transaction_id)
        if payment is not None:
            settle(payment, get_plugins_manager(allow_replica=False), None, app)
        return event

    return create


def _report_event(original: Callable) -> Callable:
    """Take an omitted amount from the transaction that the report is about.

    Saleor takes it from the newest event with that reference, whosever it is; a payment
    and its shares have the same references.
    """

    def perform_mutation(cls, root, info, /, **data):
        from saleor.graphql.payment.mutations.transaction.utils import (
            get_transaction_item,
        )

        from ..settlement import find_event_amount

        id, token = data.get("id"), data.get("token")
        if data.get("amount") is None and bool(id) != bool(token):
            amount = find_event_amount(
                get_transaction_item(id, token), data["type"], data["psp_reference"]
            )
            if amount is not None:
                data["amount"] = amount
        return original(root, info, **data)

    return perform_mutation


def _update_transaction(original: Callable) -> Callable:
    """Refuse amounts and references that an order's share cannot have of its own."""

    def perform_mutation(cls, root, info, /, **data):
        from django.core.exceptions import ValidationError
        from saleor.graphql.payment.mutations.transaction.utils import (
            get_transaction_item,
        )
        from saleor.payment.error_codes import TransactionUpdateErrorCode

        from ..models import PaymentShare

        id, token = data.get("id"), data.get("token")
        fields = set(data.get("transaction") or {}) & {
            "amount_authorized",
            "amount_charged",
            "amount_refunded",
            "amount_canceled",
            "psp_reference",
        }
        if fields and bool(id) != bool(token):
            transaction = get_transaction_item(id, token)
            if PaymentShare.objects.filter(transaction=transaction).exists():
                raise ValidationError(
                    {
                        "transaction": ValidationError(
                            "This transaction is one order's share of a payment: report"
                            " its amounts with transactionEventReport.",
                            code=TransactionUpdateErrorCode.INVALID.value,
                        )
                    }
                )
        return original(root, info, **data)

    return perform_mutation


def _request_action(original: Callable) -> Callable:
    """Refuse what is asked of a group's payment, or would take it from its siblings.

    Saleor looks for the one order of a transaction, and never reads available_actions.
    """

    def perform_mutation(cls, root, info, /, **data):
        from django.core.exceptions import ValidationError
        from saleor.graphql.payment.mutations.transaction.utils import (
            get_transaction_item,
        )
        from saleor.payment.error_codes import TransactionRequestActionErrorCode

        from ..settlement import find_refusal

        id, token = data.get("id"), data.get("token")
        if bool(id) != bool(token):
            transaction = get_transaction_item(id, token)
            if refusal := find_refusal(transaction, data.get("action_type")):
                raise ValidationError(
                    {
                        "id" if id else "token": ValidationError(
                            refusal,
                            code=TransactionRequestActionErrorCode.INVALID.value,
                        )
                    }
                )
        return original(root, info, **data)

    return perform_mutation


SEAMS = (
    Seam(
        "saleor.payment.utils",
        "process_order_or_checkout_with_transaction",
        (
            "transaction",
            "manager",
            "user",
            "app",
            "previous_authorized_value",
            "previous_charged_value",
            "previous_refunded_value",
            "related_granted_refund",
        ),
        _process_order_or_checkout_with_transaction,
    ),
    Seam(
        "saleor.payment.utils",
        "create_transaction_event_from_request_and_webhook_response",
        ("request_event", "app", "transaction_webhook_response"),
        _create_event_from_request_and_response,
    ),
    Seam(
        "saleor.graphql.payment.mutations.transaction.transaction_request_action",
        "TransactionRequestAction.perform_mutation",
        ("root", "info", "data"),
        _request_action,
    ),
    Seam(
        "saleor.graphql.payment.mutations.transaction.transaction_event_report",
        "TransactionEventReport.perform_mutation",
        (
            "root",
            "info",
            "psp_reference",
            "type",
            "amount",
            "token",
            "id",
            "time",
            "external_url",
            "message",
            "available_actions",
            "transaction_metadata",
            "transaction_private_metadata",
            "payment_method_details",
        ),
        _report_event,
    ),
    Seam(
        "saleor.graphql.payment.mutations.transaction.transaction_update",
        "TransactionUpdate.perform_mutation",
        ("_root", "info", "token", "id", "transaction", "transaction_event"),
        _update_transaction,
    ),
)
