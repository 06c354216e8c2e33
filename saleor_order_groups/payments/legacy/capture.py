"""What a provider does to a whole legacy payment, recorded on the orders' parts.

Asked for one order's part, it may capture all of them, and it always voids all of them.
Where a group is charged at once, it is asked for all of them.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction as database_transaction
from saleor.core.prices import quantize_price
from saleor.core.transactions import transaction_with_commit_on_errors
from saleor.order.fetch import fetch_order_info
from saleor.payment import ChargeStatus, PaymentError, TransactionKind, gateway
from saleor.payment.models import Payment, Transaction

from ...host.internals import (
    gateway_postprocess,
    order_charged,
    order_voided,
    updates_amounts_for_order,
)
from ...money.apportion import apportion, draw_down
from ...money.minor_units import to_decimal, to_minor
from .bounds import (
    NOTHING_AUTHORIZED,
    Parts,
    find_parts,
    get_order,
    is_authorized,
    is_live,
    lock_parts,
)

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.app.models import App
    from saleor.plugins.manager import PluginsManager


def get_capturable(payment: Payment) -> dict[UUID, Decimal]:
    """Return what is authorized of each live order of a payment's parts, by its key."""
    return {get_order(part).pk: part.total for part in _select_capturable(payment)}


def capture_together(
    payment: Payment,
    amounts: Mapping[UUID, Decimal],
    manager: "PluginsManager",
    channel_slug: str,
    *,
    user: "User | None" = None,
    app: "App | None" = None,
) -> dict[UUID, Decimal]:
    """Capture several orders' parts with one request, as a group is charged.

    Call it without a lock on the orders: they are locked after their payments.

    :param payment: any of the parts.
    :param amounts: what to capture, by the order's key, of what is capturable.
    :return: what was captured, by the order's key: an answer of another amount fills
        what was asked for first, then what else is authorized.
    :raises PaymentError: a part has less authorized, or the gateway declined.
    """
    with transaction_with_commit_on_errors():
        lock_parts(payment)
        # The first has something of every amount.
        parts = sorted(
            _select_capturable(payment),
            key=lambda part: -amounts.get(get_order(part).pk, Decimal(0)),
        )
        _refuse_amounts(parts, amounts)
        whole = sum(amounts.values(), Decimal(0))
        transaction = _capture_whole(parts[0], whole, manager, channel_slug)
        if transaction.kind != TransactionKind.CAPTURE:
            return {}
        pieces = _divide_answer(transaction, parts, amounts)
        _spread_capture(transaction, parts, pieces)
        captured = {}
        for part, piece in zip(parts, pieces, strict=True):
            if piece:
                captured[get_order(part).pk] = piece
                _announce_capture(part, piece, manager, user, app)
    return captured


def _select_capturable(payment: Payment) -> list[Payment]:
    parts = find_parts(payment)
    return [
        part
        for part in (parts.own, *parts.siblings)
        if is_live(part) and is_authorized(part)
    ]


def _refuse_amounts(parts: Sequence[Payment], amounts: Mapping[UUID, Decimal]) -> None:
    available = {get_order(part).pk: part.total for part in parts}
    for order_id, amount in amounts.items():
        if not 0 < amount <= available.get(order_id, 0):
            raise PaymentError(f"{amount} is not authorized for order {order_id}.")
    if not amounts:
        raise PaymentError(NOTHING_AUTHORIZED)


def _divide_answer(
    transaction: Transaction, parts: Sequence[Payment], amounts: Mapping[UUID, Decimal]
) -> list[Decimal]:
    currency = transaction.currency
    asked = [
        to_minor(amounts.get(get_order(part).pk, Decimal(0)), currency)
        for part in parts
    ]
    rest = [
        to_minor(part.total, currency) - minor
        for part, minor in zip(parts, asked, strict=True)
    ]
    captured = to_minor(quantize_price(transaction.amount, currency), currency)
    expected = min(captured, sum(asked))
    only_first = [1] + [0] * (len(parts) - 1)
    pieces = zip(
        apportion(expected, asked),
        draw_down(captured - expected, rest, only_first),
        strict=True,
    )
    return [to_decimal(piece + more, currency) for piece, more in pieces]


def _capture_whole(
    part: Payment, whole: Decimal, manager: "PluginsManager", channel_slug: str
) -> Transaction:
    """Let Saleor capture what several parts have in the name of one."""
    row = Payment.objects.filter(pk=part.pk)
    # Saleor captures no more than the total of the payment that it is given. Nobody
    # else sees this one: it is another again when the transaction ends.
    row.update(total=whole)
    try:
        # What is refused for a part alone is asked for all of them here.
        capture = gateway.capture.__wrapped__  # type: ignore[attr-defined]
        return capture(part, manager, channel_slug, amount=whole)
    finally:
        row.update(total=part.total)


def carry_capture(
    transaction: Transaction, parts: Parts, manager: "PluginsManager"
) -> None:
    """Give the siblings what a provider captured of their parts when asked for one.

    What exceeds all parts stays where it was asked for, as Saleor has it.
    """
    own = parts.own
    own.refresh_from_db()
    excess = own.captured_amount - own.total
    if transaction.kind != TransactionKind.CAPTURE or excess <= 0:
        return
    currency = own.currency
    siblings = parts.authorized_siblings
    needs = [to_minor(sibling.total, currency) for sibling in siblings]
    carried = min(to_minor(quantize_price(excess, currency), currency), sum(needs))
    if not carried:
        return
    amounts = [to_decimal(piece, currency) for piece in apportion(carried, needs)]
    kept = transaction.amount - to_decimal(carried, currency)
    _spread_capture(transaction, [own, *siblings], [kept, *amounts])
    for sibling, amount in zip(siblings, amounts, strict=True):
        if amount:
            _announce_capture(sibling, amount, manager)


def carry_void(
    transaction: Transaction, parts: Parts, manager: "PluginsManager"
) -> None:
    """Void what canceled siblings still had authorized: the provider has given it up."""
    if transaction.kind != TransactionKind.VOID:
        return
    for sibling in parts.authorized_siblings:
        _record(transaction, sibling, sibling.get_authorized_amount().amount)
        order_voided(get_order(sibling), None, None, sibling, manager)


def _spread_capture(
    transaction: Transaction, parts: Sequence[Payment], amounts: Sequence[Decimal]
) -> None:
    """Leave the first part its amount of a capture, and record the siblings' theirs."""
    first = parts[0]
    first.refresh_from_db()
    first.captured_amount += amounts[0] - transaction.amount
    is_charged = first.get_charge_amount() <= 0
    first.charge_status = (
        ChargeStatus.FULLY_CHARGED if is_charged else ChargeStatus.PARTIALLY_CHARGED
    )
    first.save(update_fields=["captured_amount", "charge_status", "modified_at"])
    transaction.amount = amounts[0]
    transaction.save(update_fields=["amount"])
    updates_amounts_for_order(get_order(first))
    for part, amount in zip(parts[1:], amounts[1:], strict=True):
        if amount:
            _record(transaction, part, amount)


def _record(transaction: Transaction, part: Payment, amount: Decimal) -> None:
    """Record what the provider did to a part that it was not asked about."""
    row = Transaction.objects.create(
        payment=part,
        kind=transaction.kind,
        token=transaction.token,
        is_success=True,
        amount=amount,
        currency=part.currency,
        customer_id=transaction.customer_id,
        gateway_response=transaction.gateway_response,
    )
    gateway_postprocess(row, part)


def _announce_capture(
    part: Payment,
    amount: Decimal,
    manager: "PluginsManager",
    user: "User | None" = None,
    app: "App | None" = None,
) -> None:
    """Fire once the transaction commits what Saleor fires when an order is captured."""
    order_info = fetch_order_info(get_order(part))

    def announce() -> None:
        order_charged(
            order_info, user, app, amount, part, manager, gateway=part.gateway
        )

    database_transaction.on_commit(announce)
