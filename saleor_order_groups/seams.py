"""The only module that replaces anything of Saleor's, each with its reason.

Saleor has no hook that returns several orders. Every name here is looked up where it is
called, or is a method of a class, so that replacing it once reaches every caller. Each is
verified at start-up: on a Saleor that does not match, the process refuses to start
rather than serve unsplit orders.
"""

import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS
from semantic_version import SimpleSpec, Version

# 3.23.2 gave the stock allocation the parameters that placement passes.
SUPPORTED_SALEOR = ">=3.23.2,<3.24"


@dataclass(frozen=True)
class Seam:
    """A name of Saleor's that is replaced, and the parameters it must have."""

    module: str
    name: str
    parameters: tuple[str, ...]
    replace: Callable[[Callable], Callable]

    @property
    def path(self) -> str:
        """The dotted name, as Saleor's source has it."""
        return f"{self.module}.{self.name}"

    def find(self) -> tuple[Any, str, Callable | None]:
        """Return the owner, the attribute and what it holds now."""
        owner: Any = importlib.import_module(self.module)
        *outer, attribute = self.name.split(".")
        for part in outer:
            owner = getattr(owner, part, None)
        return owner, attribute, getattr(owner, attribute, None)

    def mismatch(self) -> str | None:
        """Return what is wrong with the seam in this Saleor, if anything."""
        _, _, function = self.find()
        if function is None:
            return f"{self.path} is missing"
        parameters = tuple(inspect.signature(function).parameters)
        if parameters != self.parameters:
            return (
                f"{self.path} takes ({', '.join(parameters)})"
                f" instead of ({', '.join(self.parameters)})"
            )
        return None


def find_mismatches() -> Iterator[str]:
    """Yield what keeps the plugin from working in the Saleor that is installed."""
    import saleor

    if Version(saleor.__version__) not in SimpleSpec(SUPPORTED_SALEOR):
        yield f"the version is {saleor.__version__}"
    for seam in SEAMS:
        if problem := seam.mismatch():
            yield problem


def verify() -> None:
    """Refuse to start on a Saleor that the seams do not fit.

    :raises ImproperlyConfigured: names the seams and the supported versions.
    """
    if problems := list(find_mismatches()):
        raise ImproperlyConfigured(
            f"saleor-order-groups supports Saleor {SUPPORTED_SALEOR} and cannot split"
            f" orders in this one: {'; '.join(problems)}."
        )


def install() -> None:
    """Replace every seam, once."""
    for seam in SEAMS:
        owner, attribute, original = seam.find()
        assert original is not None
        if getattr(original, "_order_groups_seam", False):
            continue
        # A class method is wrapped as the function that it is, `cls` included.
        function = getattr(original, "__func__", original)
        replacement = functools.wraps(function)(seam.replace(original))
        replacement._order_groups_seam = True  # type: ignore[attr-defined]
        if function is not original:
            setattr(owner, attribute, classmethod(replacement))
            continue
        setattr(owner, attribute, replacement)
        _replace_imported_copies(original, replacement)


def is_installed() -> bool:
    """Tell whether every seam is in place."""
    return all(getattr(seam.find()[2], "_order_groups_seam", False) for seam in SEAMS)


def _replace_imported_copies(original: Callable, replacement: Callable) -> None:
    """Replace the name in modules that have imported it by name already."""
    for module_name, module in list(sys.modules.items()):
        if not module_name.startswith("saleor."):
            continue
        for name, value in list(vars(module).items()):
            if value is original:
                setattr(module, name, replacement)


# ------------------------------------------------------------------ completion


def _create_order_from_checkout(original: Callable) -> Callable:
    """Transactions: every entry of that flow creates its order here."""

    def create(
        checkout_info,
        checkout_lines_info,
        manager,
        user,
        app,
        metadata_list=None,
        private_metadata_list=None,
        is_automatic_completion=False,
        force_update=False,
    ):
        from .checkout import place_order_group
        from .placement import Completion

        completion = Completion(
            checkout_info=checkout_info,
            checkout_lines=checkout_lines_info,
            manager=manager,
            user=user,
            app=app,
            metadata_list=metadata_list,
            private_metadata_list=private_metadata_list,
            is_automatic=is_automatic_completion,
            force_update=force_update,
        )
        return place_order_group(
            completion,
            create_saleor_order=lambda: original(
                checkout_info,
                checkout_lines_info,
                manager,
                user,
                app,
                metadata_list=metadata_list,
                private_metadata_list=private_metadata_list,
                is_automatic_completion=is_automatic_completion,
                force_update=force_update,
            ),
            use_voucher=lambda: _use_voucher(checkout_info),
        )

    return create


def _use_voucher(checkout_info) -> None:
    """Count the voucher in the completion's own transaction: a failure releases it.

    :raises NotApplicable: it was used up after the checkout was priced with it.
    """
    from saleor.checkout import complete_checkout
    from saleor.discount.models import NotApplicable

    if checkout_info.voucher:
        seam = complete_checkout._increase_voucher_code_usage_value
        if not seam.__wrapped__(checkout_info):  # type: ignore[attr-defined]
            raise NotApplicable("The voucher was used up in the meantime.")


def _create_order(original: Callable) -> Callable:
    """Legacy payments: the money has been taken when this is called."""

    def create(
        *,
        checkout_info,
        checkout_lines,
        order_data,
        user,
        app,
        manager,
        site_settings=None,
        metadata_list=None,
        private_metadata_list=None,
        is_automatic_completion=False,
    ):
        from django.core.exceptions import ValidationError
        from django.db import DatabaseError
        from saleor.checkout import complete_checkout
        from saleor.checkout.error_codes import CheckoutErrorCode
        from saleor.core.exceptions import GiftCardNotApplicable, InsufficientStock

        from .checkout import place_order_group
        from .placement import Completion

        settings = {"site_settings": site_settings} if site_settings else {}
        completion = Completion(
            checkout_info=checkout_info,
            checkout_lines=checkout_lines,
            manager=manager,
            user=user,
            app=app,
            metadata_list=metadata_list,
            private_metadata_list=private_metadata_list,
            is_automatic=is_automatic_completion,
            order_data=order_data,
            **settings,
        )
        of_saleor = False

        def create_saleor_order():
            nonlocal of_saleor
            of_saleor = True
            order = original(
                checkout_info=checkout_info,
                checkout_lines=checkout_lines,
                order_data=order_data,
                user=user,
                app=app,
                manager=manager,
                site_settings=site_settings,
                metadata_list=metadata_list,
                private_metadata_list=private_metadata_list,
                is_automatic_completion=is_automatic_completion,
            )
            # What fails from here on, fails because of its group.
            of_saleor = False
            return order

        try:
            # The payment flow has counted the voucher before it took the money.
            return place_order_group(
                completion, create_saleor_order, use_voucher=lambda: None
            )
        except (InsufficientStock, GiftCardNotApplicable):
            # Saleor itself gives the money back and releases the voucher.
            raise
        except Exception as error:
            if of_saleor:
                raise
            # The split has been rolled back: the unsplit payment goes where Saleor's
            # own failures go.
            complete_checkout._complete_checkout_fail_handler(
                checkout_info,
                manager,
                voucher_code=checkout_info.voucher_code,
                voucher=checkout_info.voucher,
                payment=checkout_info.checkout.get_last_active_payment(),
            )
            if isinstance(error, DatabaseError):
                # Saleor would roll back the refund's record with a database error.
                raise ValidationError(
                    "The orders could not be created; the payment was given back.",
                    code=CheckoutErrorCode.PAYMENT_ERROR.value,
                ) from error
            raise

    return create


def _prepare_checkout(original: Callable) -> Callable:
    """Refuse by looking, before a voucher is used and a payment is processed."""

    def prepare(checkout_info, lines, redirect_url):
        from .checkout import is_split

        is_split(checkout_info, lines)
        return original(checkout_info, lines, redirect_url)

    return prepare


def _increase_voucher_code_usage_value(original: Callable) -> Callable:
    """Saleor counts the voucher in an earlier transaction, which a failure keeps."""

    def increase(checkout_info):
        from saleor.checkout.utils import get_voucher_for_checkout_info

        from .checkout import is_split
        from .groups import find_first_order

        if find_first_order(checkout_info.checkout.token):
            return None
        if not is_split(checkout_info, checkout_info.lines):
            return original(checkout_info)
        _, code = get_voucher_for_checkout_info(checkout_info, with_lock=True)
        return code

    return increase


def _complete_checkout_with_transaction(original: Callable) -> Callable:
    """Keep a checkout that has its group from being completed again."""

    def complete(manager, checkout_info, *args, **kwargs):
        from .groups import find_first_order

        order = find_first_order(checkout_info.checkout.token)
        return order or original(manager, checkout_info, *args, **kwargs)

    return complete


def _complete_checkout_with_payment(original: Callable) -> Callable:
    """Keep a checkout that has its group from being paid and completed again."""

    def complete(manager, checkout_pk, *args, **kwargs):
        from .groups import find_first_order

        if order := find_first_order(checkout_pk):
            return order, False, {}
        return original(manager, checkout_pk, *args, **kwargs)

    return complete


def _perform_mutation(original: Callable) -> Callable:
    """Answer for a kept checkout before it is validated: its voucher is used up."""

    def perform_mutation(cls, root, info, /, **data):
        from django.core.exceptions import ObjectDoesNotExist
        from saleor.graphql.core.context import SyncWebhookControlContext

        from .groups import find_first_order

        if order := _find_order_of_kept_checkout(cls, info, data):
            return cls(order=SyncWebhookControlContext(order))
        try:
            return original(root, info, **data)
        except ObjectDoesNotExist:
            # A rival call has completed the checkout while this one was validating it.
            token = _get_checkout_token(cls, data)
            order = find_first_order(token) if token else None
            if order is None:
                raise
            return cls(order=SyncWebhookControlContext(order))

    return perform_mutation


def _get_checkout_token(mutation, data):
    if checkout_id := data.get("id") or data.get("checkout_id"):
        return mutation.get_global_id_or_error(checkout_id, only_type="Checkout")
    return data.get("token")


def _find_order_of_kept_checkout(mutation, info, data):
    from saleor.checkout.models import Checkout

    from .groups import find_first_order

    token = _get_checkout_token(mutation, data)
    order = find_first_order(token) if token else None
    # Without the checkout the mutation finds the order by itself, or says what is wrong.
    if order is None or not Checkout.objects.filter(token=token).exists():
        return None
    return order


# ------------------------------------------------------------------ orders


def _get_by_checkout_token(original: Callable) -> Callable:
    """Answer a repeated completion with the group's first order, every time."""

    def get_by_checkout_token(self, token):
        from django.db.models import F

        return (
            self.non_draft()
            .filter(checkout_token=token)
            .order_by(F("order_group_link__position").asc(nulls_last=True), "-number")
            .first()
        )

    return get_by_checkout_token


def _match_orders_with_new_user(original: Callable) -> Callable:
    """Move a guest's groups to the new account with the orders."""

    def match(user):
        from .models import OrderGroup

        original(user)
        OrderGroup.objects.filter(
            user_email=user.email, user=None, order_links__order__user=user
        ).update(user=user)

    return match


def _process_order_promotion(original: Callable) -> Callable:
    """Keep a split order from qualifying for promotions on its own subtotal."""

    def process(order, lines_info, database_connection_name=DEFAULT_DB_ALIAS):
        from saleor.core.db.connection import allow_writer_for_default_connection

        from .groups import is_of_split_group

        # A query that shows an order recalculates it: there Saleor forbids the writer.
        with allow_writer_for_default_connection(database_connection_name):
            if is_of_split_group(order, database_connection_name):
                return
        original(order, lines_info, database_connection_name=database_connection_name)

    return process


def _attach_voucher_info(original: Callable) -> Callable:
    """Keep a split order from being granted its voucher on a line of its own choice.

    A voucher that applies once would be granted again, on each order's cheapest line.
    """

    def attach(lines_info, order):
        from saleor.core.db.connection import (
            allow_writer,
            allow_writer_for_default_connection,
        )
        from saleor.discount.utils.voucher import is_line_level_voucher

        from .groups import is_of_split_group

        # The voucher may not be loaded yet; Saleor's own function allows the writer too.
        with allow_writer():
            voucher = order.voucher
        using = order._state.db or DEFAULT_DB_ALIAS
        if is_line_level_voucher(voucher):
            with allow_writer_for_default_connection(using):
                if is_of_split_group(order, using):
                    lines_info = [i for i in lines_info if i.line.voucher_code]
        original(lines_info, order)

    return attach


def _calculate_taxes(original: Callable) -> Callable:
    """Keep gift cards subtracted, which Saleor's recalculation of an order forgets."""

    def calculate(
        order,
        manager,
        lines,
        tax_calculation_strategy,
        requestor,
        database_connection_name=DEFAULT_DB_ALIAS,
    ):
        from saleor.core.db.connection import allow_writer_for_default_connection

        from .groups import subtract_gift_cards

        def subtract(result):
            with allow_writer_for_default_connection(database_connection_name):
                subtract_gift_cards(order, database_connection_name)
            return result

        return original(
            order,
            manager,
            lines,
            tax_calculation_strategy,
            requestor,
            database_connection_name=database_connection_name,
        ).then(subtract)

    return calculate


def _bulk_release_voucher_usage(original: Callable) -> Callable:
    """Release a group's voucher use once, when its last order has expired."""

    def release(order_ids):
        from .groups import select_voucher_releases

        return original(select_voucher_releases(order_ids))

    return release


# ------------------------------------------------------------------ payments


def _process_order_or_checkout_with_transaction(original: Callable) -> Callable:
    """Carry what an app reports between a group's payment and its shares."""

    def process(transaction, manager, user, app, *args, **kwargs):
        from saleor.order.models import Order

        from .settlement import find_payment, settle

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

        from .settlement import find_payment, settle

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

        from .settlement import find_event_amount

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

        from .models import PaymentShare

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

        from .settlement import find_refusal

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


COMPLETION = "saleor.checkout.complete_checkout"
SEAMS = (
    Seam(
        COMPLETION,
        "_create_order_from_checkout",
        (
            "checkout_info",
            "checkout_lines_info",
            "manager",
            "user",
            "app",
            "metadata_list",
            "private_metadata_list",
            "is_automatic_completion",
            "force_update",
        ),
        _create_order_from_checkout,
    ),
    Seam(
        COMPLETION,
        "_create_order",
        (
            "checkout_info",
            "checkout_lines",
            "order_data",
            "user",
            "app",
            "manager",
            "site_settings",
            "metadata_list",
            "private_metadata_list",
            "is_automatic_completion",
        ),
        _create_order,
    ),
    Seam(
        COMPLETION,
        "_prepare_checkout",
        ("checkout_info", "lines", "redirect_url"),
        _prepare_checkout,
    ),
    Seam(
        COMPLETION,
        "_increase_voucher_code_usage_value",
        ("checkout_info",),
        _increase_voucher_code_usage_value,
    ),
    Seam(
        COMPLETION,
        "complete_checkout_with_transaction",
        (
            "manager",
            "checkout_info",
            "lines",
            "user",
            "app",
            "redirect_url",
            "metadata_list",
            "private_metadata_list",
            "is_automatic_completion",
        ),
        _complete_checkout_with_transaction,
    ),
    Seam(
        COMPLETION,
        "complete_checkout_with_payment",
        (
            "manager",
            "checkout_pk",
            "payment_data",
            "store_source",
            "user",
            "app",
            "site_settings",
            "redirect_url",
            "metadata_list",
            "private_metadata_list",
            "is_automatic_completion",
        ),
        _complete_checkout_with_payment,
    ),
    Seam(
        "saleor.graphql.checkout.mutations.checkout_complete",
        "CheckoutComplete.perform_mutation",
        (
            "_root",
            "info",
            "checkout_id",
            "id",
            "metadata",
            "payment_data",
            "redirect_url",
            "store_source",
            "token",
        ),
        _perform_mutation,
    ),
    Seam(
        "saleor.graphql.checkout.mutations.order_create_from_checkout",
        "OrderCreateFromCheckout.perform_mutation",
        ("_root", "info", "id", "metadata", "private_metadata", "remove_checkout"),
        _perform_mutation,
    ),
    Seam(
        "saleor.order.models",
        "OrderQueryset.get_by_checkout_token",
        ("self", "token"),
        _get_by_checkout_token,
    ),
    Seam(
        "saleor.order.utils",
        "match_orders_with_new_user",
        ("user",),
        _match_orders_with_new_user,
    ),
    Seam(
        "saleor.order.calculations",
        "process_order_promotion",
        ("order", "lines_info", "database_connection_name"),
        _process_order_promotion,
    ),
    Seam(
        "saleor.order.fetch",
        "attach_voucher_info",
        ("lines_info", "order"),
        _attach_voucher_info,
    ),
    Seam(
        "saleor.order.calculations",
        "calculate_taxes",
        (
            "order",
            "manager",
            "lines",
            "tax_calculation_strategy",
            "requestor",
            "database_connection_name",
        ),
        _calculate_taxes,
    ),
    Seam(
        "saleor.order.tasks",
        "_bulk_release_voucher_usage",
        ("order_ids",),
        _bulk_release_voucher_usage,
    ),
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
