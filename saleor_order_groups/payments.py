"""The checkout's payments and the orders' shares of them.

A transaction that paid for several orders becomes the group's payment, bound to no order
and no checkout; each order gets a share, a transaction of its own with the order's part
of every event, so that Saleor derives each order's amounts and statuses as for any order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from saleor.checkout.error_codes import CheckoutErrorCode
from saleor.checkout.models import Checkout
from saleor.core.postgres import FlatConcatSearchVector
from saleor.order.models import Order
from saleor.order.search import prepare_order_search_vector_value
from saleor.order.utils import update_order_authorize_data, update_order_charge_data
from saleor.payment import TransactionAction, TransactionEventType
from saleor.payment.lock_objects import transaction_item_qs_select_for_update
from saleor.payment.models import (
    Payment,
    Transaction,
    TransactionEvent,
    TransactionItem,
)
from saleor.payment.transaction_item_calculations import (
    recalculate_transaction_amounts,
)

from .apportion import apportion, draw_down
from .models import GroupPayment, OrderGroup, PaymentEventShare, PaymentShare
from .money import to_decimal, to_minor

# Their webhooks look a payment up by its token, which the parts would share.
UNSUPPORTED_GATEWAYS = frozenset({"saleor.payments.stripe"})

AMOUNTS = (
    "authorized_value",
    "charged_value",
    "refunded_value",
    "canceled_value",
    "authorize_pending_value",
    "charge_pending_value",
    "refund_pending_value",
    "cancel_pending_value",
)

# Not carried to a share: idempotency_key, token and use_old_id identify the payment.
_SHARE_FIELDS = (
    "name",
    "message",
    "psp_reference",
    "currency",
    "external_url",
    "user_id",
    "app_id",
    "app_identifier",
    "last_refund_success",
    "cc_first_digits",
    "cc_last_digits",
    "cc_brand",
    "cc_exp_month",
    "cc_exp_year",
    "payment_method_type",
    "payment_method_name",
    "gift_card_last_chars",
    "gift_card_brand",
    "gift_card_id",
    "metadata",
    "private_metadata",
)
_EVENT_FIELDS = (
    "created_at",
    "psp_reference",
    "message",
    "external_url",
    "currency",
    "type",
    "user_id",
    "app_id",
    "app_identifier",
    "include_in_calculations",
    "reason_reference_id",
)


def refuse_unsupported_transactions(checkout: Checkout) -> None:
    """Refuse what cannot be divided between orders, before anything is paid with it.

    :raises ValidationError: the checkout holds such a payment.
    """
    if checkout.payment_transactions.filter(gift_card__isnull=False).exists():
        _refuse(
            "A checkout of several sellers cannot be paid with a gift card transaction;"
            " add the gift card to the checkout instead."
        )
    payment = checkout.get_last_active_payment()
    if payment is None:
        return
    if payment.gateway in UNSUPPORTED_GATEWAYS:
        _refuse(
            f"The payment gateway {payment.gateway} cannot pay for goods of several"
            " sellers."
        )
    if checkout.payment_transactions.exists():
        _refuse(
            "A checkout of several sellers cannot be paid with a payment and"
            " transactions at once."
        )


def _refuse(reason: str) -> None:
    # One of the codes that the errors of all entries have.
    raise ValidationError(reason, code=CheckoutErrorCode.GRAPHQL_ERROR.value)


def share_payments(
    checkout: Checkout, group: OrderGroup, orders: Sequence[Order]
) -> None:
    """Give each order its part of the checkout's transactions and payments.

    Several payments draw down what each order still needs, in the order in which they
    were made; what exceeds all totals goes by the orders' totals.
    """
    needs = [to_minor(order.total_gross_amount, order.currency) for order in orders]
    transactions = list(
        transaction_item_qs_select_for_update().filter(checkout_id=checkout.pk)
    )
    for transaction in transactions:
        covered = _share_transaction(transaction, group, orders, needs)
        needs = [max(need - part, 0) for need, part in zip(needs, covered, strict=True)]
    _share_legacy_payments(checkout, orders, needs)


def finish_orders(orders: Sequence[Order]) -> None:
    """Derive what Saleor derives of an order last: its payment status and search vector."""
    prefetch_related_objects(
        list(orders),
        "user",
        "billing_address",
        "shipping_address",
        "payments__transactions",
        "discounts",
        "lines",
        "payment_transactions__events",
        "granted_refunds",
        "invoices",
        "events",
    )
    for order in orders:
        update_order_charge_data(order, with_save=False)
        update_order_authorize_data(order, with_save=False)
        order.search_vector = FlatConcatSearchVector(
            *prepare_order_search_vector_value(order, already_prefetched=True)
        )
        order.save(
            update_fields=[
                "total_charged_amount",
                "charge_status",
                "total_authorized_amount",
                "authorize_status",
                "search_vector",
                "updated_at",
            ]
        )


# ------------------------------------------------------------------ transactions


@dataclass
class Ledger:
    """How a payment's events divide over the orders, one event after the other.

    All lists are in minor units, in the orders' order. Saleor keeps one success for each
    reference and kind of action: an answer is divided as its request was.
    """

    needs: list[int]
    authorized: list[int] = field(init=False)
    charged: list[int] = field(init=False)
    refunded: list[int] = field(init=False)
    divided: dict[tuple[str, str], list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.authorized = [0] * len(self.needs)
        self.charged = [0] * len(self.needs)
        self.refunded = [0] * len(self.needs)

    def divide(self, event_type: str, reference: str | None, amount: int) -> list[int]:
        """Return each order's part of an event's amount, and remember it."""
        action, _, outcome = event_type.partition("_")
        key = (reference, action) if reference else None
        if key and key in self.divided:
            return self._divide_again(key, outcome, amount)
        parts = self._divide_anew(action, outcome, amount)
        if key:
            self.divided[key] = parts
        if outcome != "failure":
            self._record(action, outcome, parts, moves=bool(reference))
        return parts

    def _divide_again(
        self, key: tuple[str, str], outcome: str, amount: int
    ) -> list[int]:
        before = self.divided[key]
        parts = before if sum(before) == amount else apportion(amount, before)
        if outcome == "failure":
            self._record(key[1], outcome, [-part for part in before], moves=True)
        elif outcome in ("back", "reverse"):
            self._record(key[1], outcome, parts, moves=True)
        return parts

    def _divide_anew(self, action: str, outcome: str, amount: int) -> list[int]:
        if action == "authorization" and outcome != "adjustment":
            taken = zip(self.needs, self.authorized, self.charged, strict=True)
            open_needs = [max(need - a - c, 0) for need, a, c in taken]
        elif action == "authorization":
            pairs = zip(self.needs, self.charged, strict=True)
            open_needs = [max(need - charged, 0) for need, charged in pairs]
        elif action == "charge" and outcome != "back":
            return self._divide_charge(amount)
        elif action == "cancel":
            open_needs = self.authorized
        elif outcome == "reverse":
            open_needs = self.refunded
        else:
            open_needs = self.charged
        return draw_down(amount, _floor(open_needs), self.needs)

    def _divide_charge(self, amount: int) -> list[int]:
        """Charge what is authorized first, then what is still needed."""
        covered = min(amount, sum(self.authorized))
        authorized = draw_down(covered, self.authorized, self.needs)
        pairs = zip(self.needs, self.charged, authorized, strict=True)
        open_needs = [max(need - c - a, 0) for need, c, a in pairs]
        rest = draw_down(amount - covered, open_needs, self.needs)
        return [a + b for a, b in zip(authorized, rest, strict=True)]

    def _record(
        self, action: str, outcome: str, parts: list[int], *, moves: bool
    ) -> None:
        """Move the parts; without a reference Saleor moves nothing between amounts."""
        if action == "authorization":
            base = [0] * len(parts) if outcome == "adjustment" else self.authorized
            self.authorized = _add(base, parts)
        elif action == "charge":
            sign = -1 if outcome == "back" else 1
            self.charged = _add(self.charged, parts, sign)
            if moves and outcome != "back":
                self.authorized = _floor(_add(self.authorized, parts, -1))
        elif action == "refund":
            sign = -1 if outcome == "reverse" else 1
            self.refunded = _add(self.refunded, parts, sign)
            if moves:
                self.charged = _add(self.charged, parts, -sign)
        elif action == "cancel" and moves:
            self.authorized = _floor(_add(self.authorized, parts, -1))


def _add(amounts: list[int], parts: list[int], sign: int = 1) -> list[int]:
    return [a + sign * part for a, part in zip(amounts, parts, strict=True)]


def _floor(amounts: list[int]) -> list[int]:
    return [max(amount, 0) for amount in amounts]


def _share_transaction(
    transaction: TransactionItem,
    group: OrderGroup,
    orders: Sequence[Order],
    needs: list[int],
) -> list[int]:
    """Make the transaction the group's payment; return what it covers of each order."""
    payment = GroupPayment.objects.create(group=group, transaction=transaction)
    shares = _create_shares(transaction, orders)
    links = PaymentShare.objects.bulk_create(
        PaymentShare(payment=payment, order=order, transaction=share)
        for order, share in zip(orders, shares, strict=True)
    )
    _share_events(transaction, links, needs)
    for share in shares:
        recalculate_transaction_amounts(share, save=False)
    if not _sums_hold(transaction, shares):
        _share_amounts(transaction, shares, needs)
    TransactionItem.objects.bulk_update(shares, AMOUNTS)
    # Created by us, but paid when the payment was.
    TransactionItem.objects.filter(pk__in=[share.pk for share in shares]).update(
        created_at=transaction.created_at
    )
    transaction.checkout_id = None
    transaction.available_actions = []
    transaction.save(update_fields=["checkout_id", "available_actions", "modified_at"])
    covering = (
        "authorized_value",
        "charged_value",
        "authorize_pending_value",
        "charge_pending_value",
    )
    return [
        max(sum(to_minor(getattr(share, name), share.currency) for name in covering), 0)
        for share in shares
    ]


def _create_shares(
    transaction: TransactionItem, orders: Sequence[Order]
) -> list[TransactionItem]:
    values = {name: getattr(transaction, name) for name in _SHARE_FIELDS}
    # The payment provider cancels a whole authorization, the siblings' parts included.
    actions = [
        action
        for action in transaction.available_actions
        if action != TransactionAction.CANCEL
    ]
    return TransactionItem.objects.bulk_create(
        TransactionItem(order=order, available_actions=list(actions), **values)
        for order in orders
    )


def _share_events(
    transaction: TransactionItem, links: Sequence[PaymentShare], needs: list[int]
) -> None:
    ledger = Ledger(needs=list(needs))
    events = transaction.events.filter(include_in_calculations=True)
    event_shares = []
    for event in events.order_by("created_at", "pk"):
        if event.type in (
            TransactionEventType.INFO,
            TransactionEventType.AUTHORIZATION_ACTION_REQUIRED,
            TransactionEventType.CHARGE_ACTION_REQUIRED,
        ):
            continue
        amount = to_minor(event.amount_value, transaction.currency)
        parts = ledger.divide(event.type, event.psp_reference, amount)
        values = {name: getattr(event, name) for name in _EVENT_FIELDS}
        for link, part in zip(links, parts, strict=True):
            share_event = TransactionEvent(
                **values,
                transaction=link.transaction,
                amount_value=to_decimal(part, transaction.currency),
            )
            event_shares.append(
                PaymentEventShare(event=event, share=link, share_event=share_event)
            )
    TransactionEvent.objects.bulk_create([row.share_event for row in event_shares])
    PaymentEventShare.objects.bulk_create(event_shares)


def _sums_hold(transaction: TransactionItem, shares: Sequence[TransactionItem]) -> bool:
    return all(
        sum((getattr(share, name) for share in shares), Decimal(0))
        == getattr(transaction, name)
        and min(getattr(share, name) for share in shares)
        >= min(getattr(transaction, name), Decimal(0))
        for name in AMOUNTS
    )


def _share_amounts(
    transaction: TransactionItem, shares: Sequence[TransactionItem], needs: list[int]
) -> None:
    """Divide amounts that do not follow from the payment's events.

    An app may have set them otherwise (older Saleor versions did). The shares get
    Saleor's manual events, so that a recalculation comes to the same.
    """
    TransactionEvent.objects.filter(
        pk__in=PaymentEventShare.objects.filter(share__transaction__in=shares).values(
            "share_event_id"
        )
    ).delete()
    currency = transaction.currency
    open_needs = list(needs)
    manual_events = {
        "charged_value": TransactionEventType.CHARGE_SUCCESS,
        "authorized_value": TransactionEventType.AUTHORIZATION_SUCCESS,
        "refunded_value": TransactionEventType.REFUND_SUCCESS,
        "canceled_value": TransactionEventType.CANCEL_SUCCESS,
    }
    drawing = ("charged_value", "authorized_value", "charge_pending_value")
    events = []
    for name in (*drawing, *(name for name in AMOUNTS if name not in drawing)):
        amount = to_minor(getattr(transaction, name), currency)
        if amount < 0:
            parts = apportion(amount, needs)
        else:
            parts = draw_down(amount, open_needs if name in drawing else needs, needs)
        if name in drawing:
            open_needs = _floor(_add(open_needs, parts, -1))
        for share, part in zip(shares, parts, strict=True):
            setattr(share, name, to_decimal(part, currency))
            if part and name in manual_events:
                events.append(
                    TransactionEvent(
                        transaction=share,
                        type=manual_events[name],
                        amount_value=to_decimal(part, currency),
                        currency=currency,
                        include_in_calculations=True,
                        message="Manual adjustment of the transaction.",
                        app_id=transaction.app_id,
                        app_identifier=transaction.app_identifier,
                        user_id=transaction.user_id,
                    )
                )
    TransactionEvent.objects.bulk_create(events)


# ------------------------------------------------------------------ legacy payments


def _share_legacy_payments(
    checkout: Checkout, orders: Sequence[Order], needs: list[int]
) -> None:
    """Divide the active payment; what was tried and given up stays with the first order."""
    active = checkout.get_last_active_payment()
    inactive = checkout.payments.all()
    if active:
        inactive = inactive.exclude(pk=active.pk)
    inactive.update(order=orders[0], checkout_id=None)
    if not active:
        return
    currency = active.currency
    totals = draw_down(to_minor(active.total, currency), needs, needs)
    captured = apportion(to_minor(active.captured_amount, currency), totals)
    attempts = list(active.transactions.all())
    owners = [index for index, total in enumerate(totals) if total] or [0]
    # Saleor takes an order's payment with the highest key for its last: each part is a
    # new one, above what was given up.
    for index in owners:
        part = _copy_payment(active)
        part.order = orders[index]
        part.total = to_decimal(totals[index], currency)
        part.captured_amount = to_decimal(captured[index], currency)
        part.save()
        if index == owners[0]:
            active.transactions.update(payment=part)
        _share_attempts(attempts, totals, index, part, is_copy=index != owners[0])
    active.delete()


def _copy_payment(payment: Payment) -> Payment:
    excluded = ("id", "order", "checkout", "created_at", "modified_at")
    values = {
        field.attname: getattr(payment, field.attname)
        for field in Payment._meta.concrete_fields
        if field.name not in excluded
    }
    return Payment(**values)


def _share_attempts(
    attempts: Sequence[Transaction],
    totals: list[int],
    index: int,
    part: Payment,
    *,
    is_copy: bool,
) -> None:
    rows = []
    for attempt in attempts:
        amounts = apportion(to_minor(attempt.amount, attempt.currency), totals)
        values = {
            field.attname: getattr(attempt, field.attname)
            for field in Transaction._meta.concrete_fields
            if field.name not in ("payment", "amount") and (field.name != "id")
        }
        amount = to_decimal(amounts[index], attempt.currency)
        row = Transaction(**values, payment=part, amount=amount)
        if not is_copy:
            row.pk = attempt.pk
        rows.append(row)
    if is_copy:
        Transaction.objects.bulk_create(rows)
    else:
        Transaction.objects.bulk_update(rows, ["amount"])
