"""Record on the orders' parts what a provider does to a whole legacy payment.

A provider that is asked for one order's part may capture all parts, and it always voids
all parts. If a group is charged at once, the provider is asked for all parts.
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
)
from ...host.order_processing import save_amounts
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
    """Return the authorized Decimal amount of each live order, by its key."""
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

    Call it without locks on the orders: they are locked after their payments.

    :param payment: any of the parts.
    :param amounts: the Decimal amounts to capture, by the order's key.
    :return: the captured Decimal amounts, by the order's key. If the gateway captured
        another amount, it fills the requested amounts first, then the other authorized
        ones.
    :raises PaymentError: a part has less authorized, or the gateway declined.
    """
    with transaction_with_commit_on_errors():
        lock_parts(payment)
        # The part with the largest request comes first: it gets some of any captured
        # amount.
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
    """Let Saleor capture the amount of several parts on one of them."""
    row = Payment.objects.filter(pk=part.pk)
    # Saleor captures at most the total of its payment, so the total is raised for this
    # call. No other transaction sees it: it is restored before the commit.
    row.update(total=whole)
    try:
        # Call the function without its seam, which refuses to capture a part alone.
        capture = gateway.capture.__wrapped__  # type: ignore[attr-defined]
        return capture(part, manager, channel_slug, amount=whole)
    finally:
        row.update(total=part.total)


def carry_capture(
    transaction: Transaction, parts: Parts, manager: "PluginsManager"
) -> None:
    """Give the siblings the amount that a provider captured beyond the requested part.

    The amount that exceeds all parts stays with the requested one, as Saleor has
    recorded it.
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
    """Void the authorizations of canceled siblings, which the provider has released."""
    if transaction.kind != TransactionKind.VOID:
        return
    for sibling in parts.authorized_siblings:
        _record(transaction, sibling, sibling.get_authorized_amount().amount)
        order_voided(get_order(sibling), None, None, sibling, manager)


def _spread_capture(
    transaction: Transaction, parts: Sequence[Payment], amounts: Sequence[Decimal]
) -> None:
    """Leave the first part its amount of a capture; record the siblings' amounts."""
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
    save_amounts([get_order(first)])
    for part, amount in zip(parts[1:], amounts[1:], strict=True):
        if amount:
            _record(transaction, part, amount)


def _record(transaction: Transaction, part: Payment, amount: Decimal) -> None:
    """Record on a part what the provider did to it without a request."""
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
    """Fire after the commit the events that Saleor fires when an order is captured."""
    order_info = fetch_order_info(get_order(part))

    def announce() -> None:
        order_charged(
            order_info, user, app, amount, part, manager, gateway=part.gateway
        )

    database_transaction.on_commit(announce)
