"""What a payment app reports after completion, carried between payment and shares.

`settle` compares the events with the links between them and writes what is missing, so
that running it twice, late or after a crash ends in the same rows. An app that knows
nothing of groups reports on the payment: each order gets its part. What an app answers
to a request for one order is reported on that order's share: the payment gets it too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, cast
from uuid import UUID

from saleor.core.tracing import traced_atomic_transaction
from saleor.order.lock_objects import order_qs_select_for_update
from saleor.order.models import Order, OrderGrantedRefund
from saleor.order.utils import updates_amounts_for_order
from saleor.payment import TransactionAction, TransactionEventType
from saleor.payment.models import TransactionEvent, TransactionItem
from saleor.payment.transaction_item_calculations import (
    recalculate_transaction_amounts,
)
from saleor.payment.utils import process_order_with_transaction

from .ledger import Ledger
from .models import GroupPayment, PaymentEventShare, PaymentShare
from .money import floor_minor, to_decimal, to_minor
from .payment_requests import (
    NOT_LIVE,
    close_open_requests,
    find_failed_requests,
    lock_transactions,
)
from .payments import (
    AMOUNTS,
    DIVIDED_AMOUNT,
    NOT_SHARED,
    create_event_shares,
    divide_event,
    get_covered,
    replay_events,
    share_amounts,
    share_events,
    sums_hold,
)
from .webhooks.lookups import share_lookups

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.app.models import App
    from saleor.plugins.manager import PluginsManager

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
    "gift_card_last_chars",
    "gift_card_brand",
    "app_id",
    "app_identifier",
)


@dataclass(frozen=True)
class Before:
    """A transaction's amounts before it changed; Saleor's events tell the difference."""

    authorized: Decimal = Decimal(0)
    charged: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    granted_refund: OrderGrantedRefund | None = None


@dataclass(frozen=True)
class _Order:
    """What settling needs of an order, beside its share."""

    order: Order
    is_live: bool
    total: int
    need: int


def find_payment(transaction_id: int) -> GroupPayment | None:
    """Return the payment that a transaction is, or is a share of."""
    # Two look-ups, each by an index: there is none for the two in one.
    return (
        GroupPayment.objects.filter(transaction_id=transaction_id).first()
        or GroupPayment.objects.filter(shares__transaction_id=transaction_id).first()
    )


def settle(
    payment: GroupPayment,
    manager: "PluginsManager",
    user: "User | None" = None,
    app: "App | None" = None,
    *,
    before: Mapping[int, Before] | None = None,
    whole_amounts: Mapping[int, Decimal] | None = None,
) -> None:
    """Bring payment, shares and orders in line, then fire Saleor's events of each order.

    Orders are locked first, by primary key, then the transactions, as Saleor does.

    :param before: by transaction, where Saleor has changed a share's amounts already.
    :param whole_amounts: by event, what an app answered for a share where that is more
        than the share's part, which the event has.
    """
    previous = dict(before or {})
    with traced_atomic_transaction():
        links, orders = _lock(payment)
        transaction = payment.transaction
        for link in links:
            previous.setdefault(link.transaction_id, _remember(link.transaction))
        amounts = {link.pk: _get_amounts(link.transaction) for link in links}
        close_open_requests(transaction, links)
        _follow_requests(transaction)
        ledger = _get_ledger(orders)
        replay_events(links, ledger)
        rows = _carry_up(transaction, links, ledger, whole_amounts or {})
        rows += share_events(transaction, links, ledger)
        rows += _share_failed_requests(transaction, links)
        _relate_granted_refunds(rows)
        _recalculate(payment, links, orders)
        touched = {row.share_id for row in rows}
        changed = [
            link
            for link in links
            if link.pk in touched
            or link.transaction_id in (before or {})
            or amounts[link.pk] != _get_amounts(link.transaction)
        ]
        for link in changed:
            updates_amounts_for_order(orders[link.order_id].order)
    granted_refunds = {
        row.share_id: row.share_event.related_granted_refund
        for row in rows
        if row.share_event.related_granted_refund_id
    }
    with share_lookups({}):
        for link in changed:
            was = previous[link.transaction_id]
            process_order_with_transaction(
                link.transaction,
                manager,
                user,
                app,
                was.authorized,
                was.charged,
                was.refunded,
                related_granted_refund=was.granted_refund
                or granted_refunds.get(link.pk),
            )


def _lock(payment: GroupPayment) -> tuple[list[PaymentShare], dict[UUID, _Order]]:
    """Return the payment's shares, in the order of the group, and their orders."""
    links = list(PaymentShare.objects.filter(payment=payment))
    rows = order_qs_select_for_update().filter(pk__in=[link.order_id for link in links])
    found = {order.pk: order for order in rows}
    lock_transactions(payment, links)
    covered = dict.fromkeys(found, 0)
    others = TransactionItem.objects.filter(order__in=found).exclude(
        payment_share__payment=payment
    )
    for other in others:
        covered[cast(UUID, other.order_id)] += get_covered(other)
    orders = {}
    # As the ledger divides ties.
    links.sort(key=lambda link: found[link.order_id].number)
    for link in links:
        order = found[link.order_id]
        is_live = order.status not in NOT_LIVE
        total = to_minor(order.total_gross_amount, order.currency)
        need = max(total - covered[order.pk], 0) if is_live else 0
        orders[order.pk] = _Order(order, is_live, total, need)
    return links, orders


def _get_ledger(orders: Mapping[UUID, _Order]) -> Ledger:
    return Ledger(
        needs=[order.need for order in orders.values()],
        weights=[order.total for order in orders.values()],
        live=[order.is_live for order in orders.values()],
    )


def divide_answer(
    share: PaymentShare, request: TransactionEvent, amount: Decimal
) -> Decimal:
    """Return how much of what an app did for a share's request is that share's own.

    Not more than was asked for or is needed, as far as its siblings can take the rest.
    """
    action, _, _ = request.type.partition("_")
    with traced_atomic_transaction():
        links, orders = _lock(share.payment)
        ledger = _get_ledger(orders)
        replay_events(links, ledger)
        index = [link.pk for link in links].index(share.pk)
        currency = share.payment.transaction.currency
        parts = ledger.divide_answer(
            index,
            f"{action}_success",
            request.psp_reference,
            floor_minor(amount, currency),
        )
    siblings = sum(parts) - parts[index]
    return amount - to_decimal(siblings, currency)


def _remember(share: TransactionItem) -> Before:
    return Before(share.authorized_value, share.charged_value, share.refunded_value)


def _get_amounts(transaction: TransactionItem) -> tuple[Decimal, ...]:
    return tuple(getattr(transaction, name) for name in AMOUNTS)


def _follow_requests(transaction: TransactionItem) -> None:
    """Let what each order was asked for follow a request of the whole group.

    Saleor gives a request its reference in place, when it is answered.
    """
    rows = PaymentEventShare.objects.filter(
        event__transaction=transaction,
        event__include_in_calculations=True,
        share_event__include_in_calculations=False,
        share_event__psp_reference__isnull=True,
        event__psp_reference__isnull=False,
    ).select_related("event", "share_event")
    share_events_to_update = []
    for row in rows:
        row.share_event.psp_reference = row.event.psp_reference
        row.share_event.include_in_calculations = True
        share_events_to_update.append(row.share_event)
    TransactionEvent.objects.bulk_update(
        share_events_to_update, ["psp_reference", "include_in_calculations"]
    )


def _carry_up(
    transaction: TransactionItem,
    links: Sequence[PaymentShare],
    ledger: Ledger,
    whole_amounts: Mapping[int, Decimal],
) -> list[PaymentEventShare]:
    """Give the payment what was reported on its shares.

    It holds one event for each reference and type, of the sum of the shares' events.
    What exceeds the share that was asked goes to its siblings.
    """
    indexes = {link.transaction_id: index for index, link in enumerate(links)}
    reported = (
        TransactionEvent.objects.filter(
            transaction__in=indexes,
            include_in_calculations=True,
            payment_event_share__isnull=True,
            psp_reference__isnull=False,
        )
        .exclude(psp_reference="")
        .exclude(type__in=NOT_SHARED)
    )
    new: list[PaymentEventShare] = []
    for share_event in reported.order_by("created_at", "pk"):
        index = indexes[share_event.transaction_id]
        event = (
            transaction.events.filter(
                psp_reference=share_event.psp_reference,
                type=share_event.type,
                include_in_calculations=True,
            )
            .order_by("pk")
            .first()
        )
        rows = {row.share_id: row for row in event.event_shares.all()} if event else {}
        if links[index].pk in rows:
            # The payment has this report already, and the share its part of it.
            share_event.include_in_calculations = False
            share_event.save(update_fields=["include_in_calculations"])
            continue
        amount = whole_amounts.get(share_event.pk, share_event.amount_value)
        if event is None:
            event = _copy_to_payment(share_event, transaction, amount)
        elif rows:
            event.amount_value += amount
            event.save(update_fields=["amount_value"])
        else:
            # Reported on both before either was settled.
            amount = max(amount, event.amount_value)
            event.amount_value = amount
            event.save(update_fields=["amount_value"])
        currency = transaction.currency
        minor = floor_minor(amount, currency)
        parts = ledger.divide_answer(index, event.type, event.psp_reference, minor)
        share_event.amount_value = to_decimal(parts[index], currency)
        share_event.amount_value += amount - to_decimal(minor, currency)
        share_event.save(update_fields=["amount_value"])
        parts[index] = 0
        siblings = divide_event(event, links, parts) if any(parts) else []
        for row in list(siblings):
            if known := rows.get(row.share_id):
                known.share_event.amount_value += row.share_event.amount_value
                known.share_event.save(update_fields=["amount_value"])
                siblings.remove(row)
        new += create_event_shares(siblings)
        own = PaymentEventShare(
            event=event, share=links[index], share_event=share_event
        )
        own.save(force_insert=True)
    return new


def _copy_to_payment(
    share_event: TransactionEvent, transaction: TransactionItem, amount: Decimal
) -> TransactionEvent:
    excluded = (
        "id",
        "transaction",
        "idempotency_key",
        "related_granted_refund",
        "amount_value",
    )
    values = {
        field.attname: getattr(share_event, field.attname)
        for field in TransactionEvent._meta.concrete_fields
        if field.name not in excluded
    }
    return TransactionEvent.objects.create(
        **values, transaction=transaction, amount_value=amount
    )


def _share_failed_requests(
    transaction: TransactionItem, links: Sequence[PaymentShare]
) -> list[PaymentEventShare]:
    """Tell the orders that a request of the whole group got no answer.

    Saleor records that without a reference, and counts it nowhere.
    """
    rows: list[PaymentEventShare] = []
    by_share = {link.pk: link for link in links}
    for request, failure in find_failed_requests(transaction.pk):
        if failure.event_shares.exists():
            continue
        for asked in request.event_shares.select_related("share_event"):
            part = to_minor(asked.share_event.amount_value, transaction.currency)
            rows += divide_event(failure, [by_share[asked.share_id]], [part])
    return create_event_shares(rows)


def _relate_granted_refunds(rows: Sequence[PaymentEventShare]) -> None:
    """Let an answer be that of the granted refund that its request was made for."""
    answers = [
        row.share_event
        for row in rows
        if row.share_event.type in TransactionEventType.REFUND_RELATED_EVENT_TYPES
    ]
    if not answers:
        return
    requests = TransactionEvent.objects.filter(
        transaction__in=[event.transaction_id for event in answers],
        type=TransactionEventType.REFUND_REQUEST,
        related_granted_refund__isnull=False,
    ).select_related("related_granted_refund")
    asked = {
        (request.transaction_id, request.psp_reference): request
        for request in requests.order_by("pk")
    }
    changed = []
    for event in answers:
        request = asked.get((event.transaction_id, event.psp_reference))
        if request and request != event:
            event.related_granted_refund = request.related_granted_refund
            changed.append(event)
    TransactionEvent.objects.bulk_update(changed, ["related_granted_refund"])


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
            payment_event_share__share__transaction__in=shares,
            payment_event_share__event__include_in_calculations=True,
        ).update(include_in_calculations=True)


def _recalculate(
    payment: GroupPayment,
    links: Sequence[PaymentShare],
    orders: Mapping[UUID, _Order],
) -> None:
    """Derive the amounts of all again, and let the shares follow their payment."""
    transaction = payment.transaction
    recalculate_transaction_amounts(transaction, save=False)
    shares = [link.transaction for link in links]
    _follow_events(shares)
    actions = transaction.available_actions
    transaction.available_actions = []
    if actions:
        payment.available_actions = actions
        payment.save(update_fields=["available_actions"])
    # A report on a share may be the first to name the payment.
    references = [share.psp_reference for share in shares if share.psp_reference]
    if not transaction.psp_reference and references:
        transaction.psp_reference = references[0]
    transaction.save(
        update_fields=[*AMOUNTS, "psp_reference", "available_actions", "modified_at"]
    )
    for share in shares:
        for name in _FOLLOWING_FIELDS:
            setattr(share, name, getattr(transaction, name))
        # What was said of one order's share stays.
        share.metadata.update(transaction.metadata)
        share.private_metadata.update(transaction.private_metadata)
        share.available_actions = actions or share.available_actions
        recalculate_transaction_amounts(share, save=False)
    if not sums_hold(transaction, shares):
        # Saleor's amounts are not always the sum of what it makes of parts.
        guides = {
            name: [
                max(floor_minor(getattr(share, name), transaction.currency), 0)
                for share in shares
            ]
            for name in AMOUNTS
        }
        totals = [order.total for order in orders.values()]
        share_amounts(transaction, shares, totals, totals, guides)
    _offer_cancel(payment, links, orders)
    for share in shares:
        share.save(
            update_fields=[
                *_FOLLOWING_FIELDS,
                *AMOUNTS,
                "metadata",
                "private_metadata",
                "available_actions",
                "modified_at",
            ]
        )


def update_actions(payment: GroupPayment) -> None:
    """Offer to cancel what is left where an order's end has freed it; amounts stay."""
    with traced_atomic_transaction():
        links, orders = _lock(payment)
        before = {link.pk: link.transaction.available_actions for link in links}
        _offer_cancel(payment, links, orders)
        for link in links:
            share = link.transaction
            if share.available_actions != before[link.pk]:
                share.save(update_fields=["available_actions", "modified_at"])


def _offer_cancel(
    payment: GroupPayment,
    links: Sequence[PaymentShare],
    orders: Mapping[UUID, _Order],
) -> None:
    """Let a share show CANCEL where that takes nothing from a live sibling."""
    for link in links:
        siblings = [other for other in links if other.pk != link.pk]
        live = [other for other in siblings if orders[other.order_id].is_live]
        share = link.transaction
        if any(is_authorized(other.transaction) for other in live):
            share.available_actions = [
                action
                for action in share.available_actions
                if action != TransactionAction.CANCEL
            ]
        elif (
            share.authorized_value > 0
            and TransactionAction.CANCEL in payment.available_actions
            and TransactionAction.CANCEL not in share.available_actions
        ):
            # The last one with money authorized cancels nobody else's.
            share.available_actions = [
                *share.available_actions,
                TransactionAction.CANCEL,
            ]


def is_authorized(transaction: TransactionItem) -> bool:
    """Tell whether money is authorized, or about to be, or to be charged."""
    return (
        transaction.authorized_value > 0
        or transaction.authorize_pending_value > 0
        or transaction.charge_pending_value > 0
    )
