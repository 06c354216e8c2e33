"""Carry reports on one order's share to the payment."""

from saleor.payment.models import TransactionEvent

from ..money.minor_units import floor_minor, to_decimal
from .attribution import divide_answer, is_guessed
from .locked import LockedPayment


def carry_reports_on_shares(locked: LockedPayment) -> None:
    """Give the payment the events that were reported on its shares.

    The payment has one event for each reference and type. Siblings get the amount that
    exceeds the share, as their part of the same event.
    """
    reports = locked.find_unlinked_reports()
    for index, report in reports:
        # An order's present amounts must not include reports that are still to be
        # divided.
        locked.shares[index].book.remove(report)
    for index, report in sorted(reports, key=lambda pair: pair[1].created_at):
        _carry(locked, index, report)


def _carry(locked: LockedPayment, index: int, report: TransactionEvent) -> None:
    book = locked.shares[index].book
    entry = locked.find_entry(report.type, report.psp_reference)
    if entry and index in entry.rows:
        # The payment has this report already, and the share has its part of it.
        locked.change(report, book, include_in_calculations=False)
        book.add(report)
        return
    amount = report.amount_value
    if (
        entry
        and entry.rows
        and entry.get_whole_amount() == amount
        and is_guessed(locked, entry, index)
    ):
        # The event was reported on the payment before, and attributed to another order.
        locked.take_back(entry)
    if entry is None:
        entry = locked.add_event_of(report, amount)
    elif not entry.rows:
        # The event was reported on payment and share before either report was settled.
        amount = max(amount, entry.event.amount_value)
    minor = floor_minor(amount, locked.currency)
    parts = divide_answer(locked, index, report.type, report.psp_reference, minor)
    own = to_decimal(parts[index], locked.currency)
    own += amount - to_decimal(minor, locked.currency)
    locked.change(report, book, amount_value=own)
    locked.add_part(entry, index, report, reported_on_share=True)
    for sibling, part in enumerate(parts):
        if sibling == index or not part:
            continue
        part_amount = to_decimal(part, locked.currency)
        if row := entry.rows.get(sibling):
            locked.change(
                row.own_event,
                locked.shares[sibling].book,
                amount_value=row.own_event.amount_value + part_amount,
            )
            locked.touched.add(sibling)
            continue
        locked.add_copy(entry, sibling, part_amount, reported_on_share=True)
