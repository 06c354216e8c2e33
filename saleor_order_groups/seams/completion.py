"""Place one order for each seller where Saleor completes a checkout, and only once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from saleor.checkout import complete_checkout
from saleor.core.exceptions import GiftCardNotApplicable, InsufficientStock

from ..host.internals import complete_checkout_fail_handler
from .seam import Seam


def _create_order_from_checkout(original: Callable) -> Callable:
    """Place the orders where every entry of the transaction flow creates its order."""

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
        from ..completion.context import Completion
        from ..completion.place_group import place_order_group

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
        with _naming_gift_cards():
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


@contextmanager
def _naming_gift_cards() -> Iterator[None]:
    """Give a gift card error its code, which Saleor loses in the transaction flow."""
    from django.core.exceptions import ValidationError

    try:
        yield
    except GiftCardNotApplicable as error:
        named = ValidationError(error.message, code=error.code)
        raise ValidationError({"gift_cards": named}) from error


def _use_voucher(checkout_info) -> None:
    """Count the voucher in the completion's transaction: a failure rolls it back."""
    from saleor.discount.models import NotApplicable

    from ..completion.vouchers import use_voucher

    def count():
        seam = complete_checkout._increase_voucher_code_usage_value
        if not seam.__wrapped__(checkout_info):  # type: ignore[attr-defined]
            raise NotApplicable("The voucher was used up in the meantime.")

    use_voucher(checkout_info, count)


def _create_order(original: Callable) -> Callable:
    """Place the orders of the payment flow, which has taken the money already."""

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
        from saleor.checkout.error_codes import CheckoutErrorCode

        from ..completion.context import Completion
        from ..completion.place_group import place_order_group

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
            # A failure from here on is not Saleor's: it concerns the group.
            of_saleor = False
            return order

        try:
            # The payment flow counted the voucher before it took the money.
            return place_order_group(
                completion, create_saleor_order, use_voucher=lambda: None
            )
        except (InsufficientStock, GiftCardNotApplicable):
            # For these errors Saleor itself gives the money back and releases the
            # voucher.
            raise
        except Exception as error:
            if of_saleor:
                raise
            # The split has been rolled back. Saleor's handler of its own failures gives
            # back the undivided payment.
            complete_checkout_fail_handler(
                checkout_info,
                manager,
                voucher_code=checkout_info.voucher_code,
                voucher=checkout_info.voucher,
                payment=checkout_info.checkout.get_last_active_payment(),
            )
            if isinstance(error, DatabaseError):
                # With a database error Saleor would roll back the record of the refund.
                raise ValidationError(
                    "The orders could not be created; the payment was given back.",
                    code=CheckoutErrorCode.PAYMENT_ERROR.value,
                ) from error
            raise

    return create


def _prepare_checkout_with_payment(original: Callable) -> Callable:
    """Refuse a checkout before its voucher is used and its payment is processed."""

    def prepare(manager, checkout_info, lines, redirect_url, payment):
        from ..completion.changes import (
            completing_what_was_paid,
            refresh_prices,
            refuse_other_total,
        )
        from ..completion.place_group import is_split

        if is_split(checkout_info, lines):
            with completing_what_was_paid(checkout_info.checkout):
                refresh_prices(checkout_info, lines, manager)
                refuse_other_total(checkout_info.checkout)
        return original(manager, checkout_info, lines, redirect_url, payment)

    return prepare


def _increase_voucher_code_usage_value(original: Callable) -> Callable:
    """Leave the counting of the voucher to the completion of the checkout.

    Saleor counts it in an earlier transaction, which a failed completion does not roll
    back.
    """

    def increase(checkout_info):
        from ..config import get_config
        from ..groups.lookup import find_first_order

        if get_config(checkout_info.channel.slug, checkout_info.manager).active:
            # The completion counts the voucher in the transaction of the orders.
            return checkout_info.voucher_code
        if find_first_order(checkout_info.checkout.token):
            return None
        return original(checkout_info)

    return increase


def _process_voucher_data_for_order(original: Callable) -> Callable:
    """Count the voucher of the payment flow under a lock, before the money is taken."""

    def process(checkout_info):
        from ..completion.vouchers import use_voucher
        from ..config import get_config

        if not get_config(checkout_info.channel.slug, checkout_info.manager).active:
            return original(checkout_info)
        return use_voucher(checkout_info, lambda: original(checkout_info)) or {}

    return process


def _add_gift_cards_to_order(original: Callable) -> Callable:
    """Spend the gift cards of one order without a deadlock.

    Saleor locks other checkouts with the card while it holds the card.
    """

    def add(checkout_info, order, total_price_left, user, app):
        from ..completion.gift_cards import spend_on_one_order
        from ..config import get_config

        if get_config(checkout_info.channel.slug, checkout_info.manager).active:
            add_gift_cards = spend_on_one_order
        else:
            add_gift_cards = original
        return add_gift_cards(checkout_info, order, total_price_left, user, app)

    return add


def _complete_checkout_with_transaction(original: Callable) -> Callable:
    """Answer with the group's first order if the checkout has its group already.

    Otherwise the checkout is completed only at the total that it has now.
    """

    def complete(manager, checkout_info, *args, **kwargs):
        from ..completion.changes import completing_what_was_paid
        from ..groups.lookup import find_first_order

        if order := find_first_order(checkout_info.checkout.token):
            return order
        with completing_what_was_paid(checkout_info.checkout):
            return original(manager, checkout_info, *args, **kwargs)

    return complete


def _complete_checkout_with_payment(original: Callable) -> Callable:
    """Answer with the group's first order, without another payment, if there is one."""

    def complete(manager, checkout_pk, *args, **kwargs):
        from ..groups.lookup import find_first_order

        if order := find_first_order(checkout_pk):
            return order, False, {}
        return original(manager, checkout_pk, *args, **kwargs)

    return complete


def _complete_checkout(original: Callable) -> Callable:
    """Answer a repeated `checkoutComplete` with the group's first order.

    The seams above answer where Saleor would complete the checkout again. It may refuse
    that before: the voucher of a checkout that was kept is used up, or the rows are gone
    that it validates, because a concurrent call has completed the checkout.
    """

    def perform_mutation(cls, root, info, /, **data):
        from django.core.exceptions import ObjectDoesNotExist, ValidationError
        from saleor.checkout.models import Checkout
        from saleor.graphql.core.context import SyncWebhookControlContext

        from ..groups.lookup import find_first_order
        from ..host.webhook_lookups import share_lookups

        try:
            # After the commit of an order of its own, Saleor looks up the webhooks of
            # several events here, and each of our hooks the apps of its seller.
            with share_lookups({}):
                return original(root, info, **data)
        except (ObjectDoesNotExist, ValidationError) as error:
            token = _find_checkout_token(cls, data)
            order = find_first_order(token) if token else None
            if order is None or (
                # Without the checkout, Saleor finds the order itself or tells why not.
                isinstance(error, ValidationError)
                and not Checkout.objects.filter(token=token).exists()
            ):
                raise
            return cls(order=SyncWebhookControlContext(order))

    return perform_mutation


def _find_checkout_token(mutation, data):
    """Return the token of the checkout that is named, None for an invalid ID."""
    from django.core.exceptions import ValidationError
    from graphql import GraphQLError

    if checkout_id := data.get("id") or data.get("checkout_id"):
        try:
            return mutation.get_global_id_or_error(checkout_id, only_type="Checkout")
        except (ValidationError, GraphQLError):
            return None
    return data.get("token")


def _create_from_checkout(original: Callable) -> Callable:
    """Answer a repeated `orderCreateFromCheckout` with the group's first order.

    The validation of a checkout that was kept would fail, or Saleor would place its
    order again; a checkout that was deleted is not found.
    """

    def perform_mutation(cls, root, info, /, **data):
        from django.core.exceptions import ObjectDoesNotExist
        from saleor.graphql.core.context import SyncWebhookControlContext

        from ..groups.lookup import find_first_order

        token = cls.get_global_id_or_error(data["id"], only_type="Checkout")
        if order := find_first_order(token):
            return cls(order=SyncWebhookControlContext(order))
        try:
            return original(root, info, **data)
        except ObjectDoesNotExist:
            # A concurrent call has completed the checkout.
            if order := find_first_order(token):
                return cls(order=SyncWebhookControlContext(order))
            raise

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
        "_prepare_checkout_with_payment",
        ("manager", "checkout_info", "lines", "redirect_url", "payment"),
        _prepare_checkout_with_payment,
    ),
    Seam(
        COMPLETION,
        "_increase_voucher_code_usage_value",
        ("checkout_info",),
        _increase_voucher_code_usage_value,
    ),
    Seam(
        COMPLETION,
        "_process_voucher_data_for_order",
        ("checkout_info",),
        _process_voucher_data_for_order,
    ),
    Seam(
        "saleor.order.utils",
        "add_gift_cards_to_order",
        ("checkout_info", "order", "total_price_left", "user", "app"),
        _add_gift_cards_to_order,
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
        _complete_checkout,
    ),
    Seam(
        "saleor.graphql.checkout.mutations.order_create_from_checkout",
        "OrderCreateFromCheckout.perform_mutation",
        ("_root", "info", "id", "metadata", "private_metadata", "remove_checkout"),
        _create_from_checkout,
    ),
)
