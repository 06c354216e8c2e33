"""What a payment app reports after completion, carried between payment and shares.

`settle` compares the events with the links between them and writes what is missing, so
that running it twice, late or after a crash ends in the same rows. An app that knows
nothing of groups reports on the payment: each order gets its part. What an app answers
to a request for one order is reported on that order's share: the payment gets it too.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q
from saleor.core.tracing import traced_atomic_transaction
from saleor.order import OrderStatus
from saleor.order.lock_objects import order_qs_select_for_update
from saleor.order.models import Order
from saleor.order.utils import updates_amounts_for_order
from saleor.payment import TransactionAction
from saleor.payment.lock_objects import transaction_item_qs_select_for_update
from saleor.payment.models import TransactionEvent, TransactionItem
from saleor.payment.transaction_item_calculations import (
    recalculate_transaction_amounts,
)
from saleor.payment.utils import process_order_with_transaction

from .models import GroupPayment, PaymentEventShare, PaymentShare
from .money import to_minor
from .payments import (
    AMOUNTS,
    DIVIDED_AMOUNT,
    get_covered,
    share_events,
    sums_hold,
)

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.app.models import App
    from saleor.plugins.manager import PluginsManager

logger = logging.getLogger(__name__)

# What the app keeps on the payment and the orders' shares show too.
_FOLLOWING_FIELDS = (
    "psp_reference",
    "name",
    "message",
    "external_url",
    "cc_first_digits",
    "cc_last_digits",
    "cc_brand",
    "cc_exp_month",
    "cc_exp_year",
    "payment_method_type",
    "payment_method_name",
    "app_id",
    "app_identifier",
)


@dataclass(frozen=True)
class _Before:
    """A share's amounts before it was settled; Saleor's events tell the difference."""

    authorized: Decimal
    charged: Decimal
    refunded: Decimal
    amounts: tuple[Decimal, ...]


def find_payment(transaction_id: int) -> GroupPayment | None:
    """Return the payment that a transaction is, or is a share of."""
    return (
        GroupPayment.objects.filter(transaction_id=transaction_id).first()
        or GroupPayment.objects.filter(shares__transaction_id=transaction_id).first()
    )


def find_event_amount(
    transaction: TransactionItem, event_type: str, psp_reference: str
) -> Decimal | None:
    """Return the amount that a report without one means, of a payment or a share.

    None where the transaction is neither, or has no such event: Saleor decides then.
    """
    action, _, outcome = event_type.partition("_")
    if outcome not in ("failure", "back", "reverse"):
        return None
    if find_payment(transaction.pk) is None:
        return None
    outcomes = ("success", "request") if outcome == "failure" else ("success",)
    events = transaction.events.filter(
        psp_reference=psp_reference, type__in=[f"{action}_{name}" for name in outcomes]
    )
    event = events.order_by("-created_at", "-pk").first()
    return event.amount_value if event else None


def find_refusal(transaction: TransactionItem, action: str | None) -> str | None:
    """Return why an action may not be requested of a transaction, if it may not.

    A payment provider cancels a whole authorization: an order may cancel its share only
    when no live sibling has money authorized on the same payment.
    """
    if GroupPayment.objects.filter(transaction=transaction).exists():
        return (
            "This transaction paid for several orders: request the action of the"
            " transactions of these orders."
        )
    if action != TransactionAction.CANCEL:
        return None
    siblings = (
        PaymentShare.objects.filter(payment__shares__transaction=transaction)
        .exclude(transaction=transaction)
        .exclude(order__status__in=[OrderStatus.CANCELED, OrderStatus.EXPIRED])
        .filter(
            Q(transaction__authorized_value__gt=0)
            | Q(transaction__authorize_pending_value__gt=0)
        )
    )
    numbers = sorted(siblings.values_list("order__number", flat=True))
    if not numbers:
        return None
    return (
        "Canceling would take the authorization from other orders that were paid with"
        f" it: {', '.join(f'#{number}' for number in numbers)}."
    )


def settle(
    payment: GroupPayment,
    manager: "PluginsManager",
    user: "User | None",
    app: "App | None",
) -> None:
    """Bring payment, shares and orders in line, then fire Saleor's events of each order.

    Orders are locked first, by primary key, then the transactions, as Saleor does.
    """
    with traced_atomic_transaction():
        links = list(PaymentShare.objects.filter(payment=payment))
        orders = {
            order.pk: order
            for order in order_qs_select_for_update().filter(
                pk__in=[link.order_id for link in links]
            )
        }
        transactions = {
            transaction.pk: transaction
            for transaction in transaction_item_qs_select_for_update().filter(
                pk__in=[payment.transaction_id, *(row.transaction_id for row in links)]
            )
        }
        transaction = transactions[payment.transaction_id]
        for link in links:
            link.transaction = transactions[link.transaction_id]
        # In the order of the group, as the ledger divides ties.
        links.sort(key=lambda link: orders[link.order_id].number)
        before = {link.pk: _remember(link.transaction) for link in links}
        _carry_up(transaction, links)
        share_events(transaction, links, _get_needs(payment, links, orders))
        changed = _recalculate(transaction, links, before)
        for link in changed:
            updates_amounts_for_order(orders[link.order_id])
    for link in changed:
        previous = before[link.pk]
        process_order_with_transaction(
            link.transaction,
            manager,
            user,
            app,
            previous.authorized,
            previous.charged,
            previous.refunded,
        )


def _remember(share: TransactionItem) -> _Before:
    return _Before(
        authorized=share.authorized_value,
        charged=share.charged_value,
        refunded=share.refunded_value,
        amounts=tuple(getattr(share, name) for name in AMOUNTS),
    )


def _get_needs(
    payment: GroupPayment,
    links: Sequence[PaymentShare],
    orders: dict,
) -> list[int]:
    """Return what each order needs of this payment: what no other one covers."""
    covered: dict = dict.fromkeys(orders, 0)
    others = TransactionItem.objects.filter(order__in=orders).exclude(
        payment_share__payment=payment
    )
    for other in others:
        covered[other.order_id] += get_covered(other)
    needs = []
    for link in links:
        order: Order = orders[link.order_id]
        total = to_minor(order.total_gross_amount, order.currency)
        needs.append(max(total - covered[order.pk], 0))
    return needs


def _carry_up(transaction: TransactionItem, links: Sequence[PaymentShare]) -> None:
    """Give the payment what was reported on its shares.

    It holds one event for each reference and type, of the sum of the shares' events.
    """
    reported = TransactionEvent.objects.filter(
        transaction__in=[link.transaction_id for link in links],
        include_in_calculations=True,
        payment_event_share__isnull=True,
        psp_reference__isnull=False,
    ).exclude(psp_reference="")
    by_transaction = {link.transaction_id: link for link in links}
    for share_event in reported.order_by("created_at", "pk"):
        link = by_transaction[share_event.transaction_id]
        event = transaction.events.filter(
            psp_reference=share_event.psp_reference,
            type=share_event.type,
            include_in_calculations=True,
        ).first()
        if event and event.event_shares.filter(share=link).exists():
            # The payment has this report already, and the share its part of it.
            share_event.include_in_calculations = False
            share_event.save(update_fields=["include_in_calculations"])
            continue
        if event:
            event.amount_value += share_event.amount_value
            event.save(update_fields=["amount_value"])
        else:
            event = _copy_to_payment(share_event, transaction)
        PaymentEventShare.objects.create(
            event=event, share=link, share_event=share_event
        )


def _copy_to_payment(
    share_event: TransactionEvent, transaction: TransactionItem
) -> TransactionEvent:
    excluded = ("id", "transaction", "idempotency_key", "related_granted_refund")
    values = {
        field.attname: getattr(share_event, field.attname)
        for field in TransactionEvent._meta.concrete_fields
        if field.name not in excluded
    }
    return TransactionEvent.objects.create(**values, transaction=transaction)


def _follow_events(shares: Sequence[TransactionItem]) -> None:
    """Let shares of amounts follow events again, as their payment does from now on.

    The amounts were divided where they did not follow from the payment's events. Saleor
    commits a report's event before the amounts: a completion between them sees that too.
    """
    divided_amounts = TransactionEvent.objects.filter(
        transaction__in=shares,
        message=DIVIDED_AMOUNT,
        payment_event_share__isnull=True,
    )
    if divided_amounts.delete()[0]:
        TransactionEvent.objects.filter(
            payment_event_share__share__transaction__in=shares
        ).update(include_in_calculations=True)


def _recalculate(
    transaction: TransactionItem,
    links: Sequence[PaymentShare],
    before: dict,
) -> list[PaymentShare]:
    """Derive the amounts of all again; return the shares that changed."""
    recalculate_transaction_amounts(transaction)
    shares = [link.transaction for link in links]
    _follow_events(shares)
    for share in shares:
        for name in _FOLLOWING_FIELDS:
            setattr(share, name, getattr(transaction, name))
        recalculate_transaction_amounts(share, save=False)
        share.save(update_fields=[*_FOLLOWING_FIELDS, *AMOUNTS, "modified_at"])
    if not sums_hold(transaction, shares):
        logger.error(
            "The shares of a group's payment do not sum to it.",
            extra={"transaction_id": transaction.pk},
        )
    return [
        link
        for link in links
        if before[link.pk].amounts != _remember(link.transaction).amounts
    ]
