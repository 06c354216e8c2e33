"""Carry reports and requests on transactions to a group's payment and its shares."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from saleor.payment.error_codes import (
    TransactionRequestActionErrorCode,
    TransactionUpdateErrorCode,
)

from ..host.internals import get_transaction_item
from .seam import Seam


def _process_order_or_checkout_with_transaction(original: Callable) -> Callable:
    """Carry an app's report between a group's payment and its shares."""

    def process(
        transaction,
        manager,
        user,
        app,
        previous_authorized_value=Decimal(0),
        previous_charged_value=Decimal(0),
        previous_refunded_value=Decimal(0),
        related_granted_refund=None,
    ):
        from saleor.order.models import Order

        from ..payments.records import find_payment
        from ..payments.settlement import settle
        from ..payments.shares_updates import record_update_of_report

        payment = find_payment(transaction.pk)
        if payment is None:
            of_checkout = transaction.checkout_id is not None
            try:
                original(
                    transaction,
                    manager,
                    user,
                    app,
                    previous_authorized_value,
                    previous_charged_value,
                    previous_refunded_value,
                    related_granted_refund=related_granted_refund,
                )
                # The checkout may have been completed while the report waited for its
                # lock.
                payment = find_payment(transaction.pk) if of_checkout else None
            except Order.DoesNotExist:
                payment = find_payment(transaction.pk)
                if payment is None:
                    raise
            if payment is None:
                record_update_of_report(transaction)
                return
        settle(payment, manager, user, app)
        transaction.refresh_from_db()

    return process


def _create_event_from_request_and_response(original: Callable) -> Callable:
    """Carry an app's answer about one order, or about all, to the group's payment.

    The answer says to which orders its reference belongs. Earlier reports are attributed
    accordingly, before Saleor compares the answer with them. Settling gives the
    siblings the amount that the app processed beyond the share.
    """

    def create(request_event, app, transaction_webhook_response=None):
        from saleor.plugins.manager import get_plugins_manager

        from ..payments.announcements import tell
        from ..payments.corrections import name_request
        from ..payments.records import find_payment
        from ..payments.settlement import settle
        from ..payments.share_transactions import keep_no_actions
        from ..payments.shares_updates import record_update_of_report

        payment = find_payment(request_event.transaction_id)
        if payment is None:
            event = original(request_event, app, transaction_webhook_response)
            record_update_of_report(request_event.transaction)
            return event
        response = transaction_webhook_response
        if response is not None and not isinstance(response, dict):
            # Saleor would fail on an answer that is not a dict, and leave the request
            # open.
            response = {}
        manager = get_plugins_manager(allow_replica=False)
        is_share = payment.transaction_id != request_event.transaction_id
        reference = (response or {}).get("pspReference")
        corrections = []
        if reference and isinstance(reference, str):
            corrections = name_request(payment, request_event, reference)
            request_event.transaction.refresh_from_db()
            if is_share:
                response = _replace_whole_amount(request_event, response)
        event = original(request_event, app, response)
        tell(corrections, manager)
        if not is_share and (response or {}).get("actions") == []:
            keep_no_actions(payment)
        settle(payment, manager, app=app)
        return event

    return create


def _replace_whole_amount(request_event, response):
    """Replace the whole amount of an app's answer with the share's part of it.

    An app may answer with the whole amount that it has processed.
    """
    from ..payments.report_amounts import find_reported_part

    try:
        amount = Decimal(str(response["amount"]))
        event_type = str(response["result"]).lower()
    except (TypeError, KeyError, InvalidOperation):
        # Saleor reports the fields that it cannot read.
        return response
    part = None
    if amount.is_finite():
        part = find_reported_part(
            request_event.transaction, event_type, response["pspReference"], amount
        )
    return response if part is None else {**response, "amount": part}


def _order_transaction_updated(original: Callable) -> Callable:
    """Fire an order's events about its share when that is settled, and only then.

    Saleor would fire them on an app's answer, before the payment has the answer too.
    """

    def updated(order_info, transaction_item, *args, **kwargs):
        from ..payments.announcements import get_previous_amounts, is_told_when_settled

        if not is_told_when_settled(transaction_item.pk):
            kwargs |= get_previous_amounts(transaction_item)
            original(order_info, transaction_item, *args, **kwargs)

    return updated


def _perform_model_extra_actions(original: Callable) -> Callable:
    """Copy changed metadata of a group's payment to its shares."""

    def perform(cls, root, info, type_name, **data):
        from ..payments.share_transactions import follow_metadata

        original(root, info, type_name, **data)
        if type_name == "TransactionItem":
            follow_metadata(cls.get_instance(info, **data))

    return perform


def _report_event(original: Callable) -> Callable:
    """Take an omitted amount from the transaction that the report is about.

    Saleor takes it from the newest event with that reference, of any transaction; a
    payment and its shares have the same references. For a repeated report, the present
    amount of the payment or the share is used. Saleor does not distinguish an empty
    list of actions from a missing one, so an empty list is recorded here.
    """

    def perform_mutation(cls, root, info, /, **data):
        from saleor.graphql.app.dataloaders import get_app_promise
        from saleor.graphql.plugins.dataloaders import get_plugin_manager_promise

        from ..payments.records import find_payment
        from ..payments.report_amounts import find_event_amount, find_known_amount
        from ..payments.settlement import settle
        from ..payments.share_transactions import keep_no_actions
        from ..payments.shares_updates import record_update_of_report

        id, token = data.get("id"), data.get("token")
        if bool(id) == bool(token):
            return original(root, info, **data)
        transaction = get_transaction_item(id, token)
        if data.get("amount") is None:
            amount = find_event_amount(transaction, data["type"], data["psp_reference"])
        else:
            amount = find_known_amount(
                transaction,
                data["type"],
                data["psp_reference"],
                data["amount"],
                lambda: get_plugin_manager_promise(info.context).get(),
            )
        if amount is not None:
            data["amount"] = amount
        result = original(root, info, **data)
        has_no_actions = data.get("available_actions") == []
        if not result.already_processed and not has_no_actions:
            return result
        payment = find_payment(transaction.pk)
        if payment is None:
            record_update_of_report(transaction)
            return result
        if has_no_actions and payment.transaction_id == transaction.pk:
            keep_no_actions(payment)
        if result.already_processed:
            # A crash may have come between the event and its settling.
            manager = get_plugin_manager_promise(info.context).get()
            app = get_app_promise(info.context).get()
            settle(payment, manager, info.context.user, app)
            result.transaction.refresh_from_db()
        return result

    return perform_mutation


def _update_transaction(original: Callable) -> Callable:
    """Refuse to set amounts or a reference on an order's share."""

    def perform_mutation(cls, root, info, /, **data):
        from django.core.exceptions import ValidationError

        from ..models import PaymentShare
        from ..payments.records import find_payment
        from ..payments.share_transactions import keep_no_actions

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
        has_no_actions = (data.get("transaction") or {}).get("available_actions") == []
        result = original(root, info, **data)
        payment = find_payment(result.transaction.pk) if has_no_actions else None
        if payment and payment.transaction_id == result.transaction.pk:
            keep_no_actions(payment)
        return result

    return perform_mutation


def _request_action(original: Callable) -> Callable:
    """Refuse a request on a group's payment, or one that takes from a share's siblings.

    Saleor looks for the one order of a transaction, and never reads available_actions.
    A request without an amount means the amount that open requests have left of the
    share.
    """

    def perform_mutation(cls, root, info, /, **data):
        from django.core.exceptions import ValidationError

        from ..payments.records import find_share
        from ..payments.request_bounds import find_refusal, limit_to_share

        id, token, action = data.get("id"), data.get("token"), data["action_type"]
        if bool(id) == bool(token):
            return original(root, info, **data)
        transaction = get_transaction_item(id, token)
        share = find_share(transaction)
        if share:
            # A refusal names sibling orders: check first that the user may see them.
            cls.check_channel_permissions(info, [share.order.channel_id])
        if refusal := find_refusal(transaction, share, action):
            raise ValidationError(
                {
                    "id" if id else "token": ValidationError(
                        refusal, code=TransactionRequestActionErrorCode.INVALID.value
                    )
                }
            )
        if share:
            data["amount"] = limit_to_share(share, action, data.get("amount"))
        return original(root, info, **data)

    return perform_mutation


def _create_request(original: Callable) -> Callable:
    """Bound every request by the share that it takes from, also concurrent requests."""

    def create(transaction, action_value, action, *args, **kwargs):
        from saleor.core.tracing import traced_atomic_transaction

        from ..payments.request_bounds import refuse_beyond_share

        with traced_atomic_transaction():
            refuse_beyond_share(transaction, action, action_value)
            return original(transaction, action_value, action, *args, **kwargs)

    return create


def _get_source_object(original: Callable) -> Callable:
    """Let a group's payment be processed further (3-D Secure) after completion.

    Saleor asks for the order that the transaction pays for: it gets the group's first
    one.
    """

    def get_source_object(cls, transaction_item):
        from saleor.order.models import Order

        order = (
            Order.objects.filter(
                order_group_link__group__payments__transaction=transaction_item
            )
            .order_by("order_group_link__position")
            .first()
        )
        return order or original(transaction_item)

    return get_source_object


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
        "saleor.order.actions",
        "order_transaction_updated",
        (
            "order_info",
            "transaction_item",
            "manager",
            "user",
            "app",
            "previous_authorized_value",
            "previous_charged_value",
            "previous_refunded_value",
            "site_settings",
        ),
        _order_transaction_updated,
    ),
    Seam(
        "saleor.graphql.meta.mutations.base",
        "BaseMetadataMutation.perform_model_extra_actions",
        ("root", "info", "type_name", "data"),
        _perform_model_extra_actions,
    ),
    Seam(
        "saleor.graphql.payment.mutations.transaction.transaction_request_action",
        "TransactionRequestAction.perform_mutation",
        ("root", "info", "data"),
        _request_action,
    ),
    Seam(
        "saleor.graphql.payment.mutations.transaction.utils",
        "create_transaction_event_requested",
        (
            "transaction",
            "action_value",
            "action",
            "user",
            "app",
            "app_identifier",
            "reason",
            "reason_reference",
            "related_granted_refund",
            "message",
        ),
        _create_request,
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
    Seam(
        "saleor.graphql.payment.mutations.transaction.transaction_process",
        "TransactionProcess.get_source_object",
        ("transaction_item",),
        _get_source_object,
    ),
)
