"""A group's payment with its shares, locked, and all of their events in memory.

Settling reads everything once, works on these objects, and saves the changes at the
end.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from saleor.order.models import Order
from saleor.payment.models import TransactionEvent, TransactionItem

from ..models import GroupPayment, PaymentEventShare, PaymentShare
from ..money.minor_units import floor_minor, to_decimal
from .amounts import (
    AMOUNTS,
    STILL_PENDING,
    Book,
    copy_event,
    get_amounts,
    get_dropped,
    get_unmatched,
    is_divided,
    split_type,
)
from .ledger import Ledger, Standing
from .shares_updates import record_update

_ROW_FIELDS = (
    "share_event",
    "amount_value",
    "ended_at",
    "request",
    "reported_on_share",
)
_CHANGING_FIELDS = (
    "amount_value",
    "include_in_calculations",
    "psp_reference",
    "related_granted_refund_id",
)


@dataclass(eq=False)
class LockedShare:
    """One order's share of the payment.

    :param order: None before completion.
    :param total: the order's total in minor units.
    :param need: the part of the total that other payments do not cover, in minor units;
        zero if the order is not live.
    """

    link: PaymentShare
    order: Order | None
    book: Book
    total: int
    need: int
    is_live: bool = True


@dataclass(eq=False)
class Entry:
    """An event of the payment, and each order's part of it by the share's position.

    :param rows: the parts that an event of the share carries.
    :param derived: the parts of an event that stands for what shares have by other
        events.
    :param taken_back: the saved parts that were taken from the orders.
    """

    event: TransactionEvent
    rows: dict[int, PaymentEventShare] = field(default_factory=dict)
    derived: dict[int, PaymentEventShare] = field(default_factory=dict)
    taken_back: dict[int, PaymentEventShare] = field(default_factory=dict)

    @property
    def is_reported_on_payment(self) -> bool:
        """Whether the event was reported or requested on the payment itself."""
        return any(not row.reported_on_share for row in self.rows.values())

    def get_whole_amount(self) -> Decimal:
        """Return the Decimal sum of all parts, also of those a failure has undone."""
        return sum(
            (row.own_event.amount_value for row in self.rows.values()), Decimal()
        )


@dataclass(eq=False)
class LockedPayment:
    """A payment, its shares in the order of the orders' numbers, and their links."""

    payment: GroupPayment
    book: Book
    shares: list[LockedShare]
    entries: list[Entry]
    # The positions of shares that have gained or lost a part of an event.
    touched: set[int] = field(default_factory=set)
    # The positions of shares that have lost a part, because its event was attributed to
    # another order.
    corrected: set[int] = field(default_factory=set)
    granted_refund_ids: set[int] = field(default_factory=set)
    new_rows: list[PaymentEventShare] = field(default_factory=list)
    # What each saved part has counted for, by the row's key.
    counted_before: dict[UUID, Decimal] = field(default_factory=dict)
    # The saved parts that have changed, by the row's key.
    changed_rows: dict[UUID, PaymentEventShare] = field(default_factory=dict)
    ended_rows: list[PaymentEventShare] = field(default_factory=list)
    # The payment's events whose parts have changed.
    redivided: list[TransactionEvent] = field(default_factory=list)
    _new_events: list[TransactionEvent] = field(default_factory=list)
    _changed_events: dict[int, TransactionEvent] = field(default_factory=dict)
    _removed_ids: set[int] = field(default_factory=set)

    @property
    def currency(self) -> str:
        """The currency of the payment."""
        return self.book.currency

    @property
    def transaction(self) -> TransactionItem:
        """The payment's own transaction."""
        return self.book.transaction

    # -------------------------------------------------------------- questions

    def get_ledger(self, left_out: TransactionEvent | None = None) -> Ledger:
        """Return the ledger with each order's present standing.

        :param left_out: an event of a share that does not count.
        """
        return Ledger([_get_standing(share, left_out) for share in self.shares])

    def find_entry(self, event_type: str, reference: str | None) -> Entry | None:
        """Return the payment's event of a type and reference, None if it has none.

        An event that does not count and has no parts is a report that Saleor has
        refused: it is left out.
        """
        return next(
            (
                entry
                for entry in self.entries
                if entry.event.type == event_type
                and entry.event.psp_reference == reference
                and (entry.rows or entry.event.include_in_calculations)
            ),
            None,
        )

    def find_division(self, action: str, reference: str) -> list[int]:
        """Return how a reference divides, in minor units, whatever its outcome was."""
        return [
            floor_minor(
                max(
                    (
                        event.amount_value
                        for event in _find_asked(share, action, reference)
                    ),
                    default=Decimal(0),
                ),
                self.currency,
            )
            for share in self.shares
        ]

    def find_participants(self, action: str, reference: str) -> set[int]:
        """Return the positions of shares with a request or a success of a reference."""
        return {
            index
            for index, share in enumerate(self.shares)
            if _find_asked(share, action, reference)
        }

    def find_pending(self, action: str, reference: str) -> list[int]:
        """Return each order's unanswered request of a reference, in minor units."""
        requests = (
            share.book.find_pending_request(action, reference) for share in self.shares
        )
        return [
            floor_minor(request.amount_value, self.currency) if request else 0
            for request in requests
        ]

    def find_unlinked_reports(self) -> list[tuple[int, TransactionEvent]]:
        """Return reports that the payment lacks, with their shares' positions."""
        linked = self._get_linked()
        return [
            (index, event)
            for index, share in enumerate(self.shares)
            for event in share.book.events
            if is_reportable(event) and event.psp_reference and id(event) not in linked
        ]

    def get_settled_amounts(self) -> list[dict[str, Decimal]]:
        """Return each share's Decimal amounts without its unsettled reports."""
        unlinked = {id(event) for _, event in self.find_unlinked_reports()}
        return [
            get_amounts(
                event for event in share.book.events if id(event) not in unlinked
            )
            if any(id(event) in unlinked for event in share.book.events)
            else {name: getattr(share.book.transaction, name) for name in AMOUNTS}
            for share in self.shares
        ]

    def _get_linked(self) -> set[int]:
        return {
            id(row.own_event) for entry in self.entries for row in entry.rows.values()
        }

    # ---------------------------------------------------------------- changes

    def add_event_of(self, event: TransactionEvent, amount: Decimal) -> Entry:
        """Give the payment a copy of an event that was reported on a share."""
        copied = copy_event(event, self.transaction, amount)
        self._new_events.append(copied)
        self.book.add(copied)
        entry = Entry(copied)
        self.entries.append(entry)
        return entry

    def add_pending(
        self, event_type: str, reference: str, amount: Decimal, like: TransactionEvent
    ) -> None:
        """Give the payment a request event for the pending amount of some orders."""
        pending = copy_event(like, self.transaction, amount)
        pending.type = event_type
        pending.psp_reference = reference
        pending.message = STILL_PENDING
        pending.include_in_calculations = True
        self._new_events.append(pending)
        self.book.add(pending)
        self.entries.append(Entry(pending))

    def add_share_event(self, index: int, event: TransactionEvent) -> None:
        """Give a share an event that is no part of any event of the payment."""
        self._new_events.append(event)
        self.shares[index].book.add(event)

    def divide(
        self,
        entry: Entry,
        parts: Sequence[int],
        *,
        requests: Mapping[int, TransactionEvent] | None = None,
        participants: Iterable[int] = (),
    ) -> None:
        """Give each order its part of an event of the payment.

        An order whose part is zero gets an event only if it is a participant. If all
        parts are zero and there are no participants, every order gets one.

        :param parts: minor units, by position; the first order that gets a part also
            gets the event's fraction of a minor unit.
        :param requests: the requests that the event answers, by the share's position.
        :param participants: the positions of shares that get a part even if it is zero.
        """
        event = entry.event
        takes_part = {index for index, part in enumerate(parts) if part}
        takes_part |= set(participants)
        if not takes_part:
            takes_part = set(range(len(self.shares)))
        fraction = event.amount_value - to_decimal(sum(parts), self.currency)
        for index in sorted(takes_part):
            amount = to_decimal(parts[index], self.currency) + fraction
            fraction = Decimal(0)
            self.add_copy(entry, index, amount, request=(requests or {}).get(index))

    def add_part(
        self,
        entry: Entry,
        index: int,
        share_event: TransactionEvent,
        *,
        request: TransactionEvent | None = None,
        reported_on_share: bool = False,
    ) -> None:
        """Link a share's event to the payment's event of which it is a part."""
        share = self.shares[index]
        if request is not None and request.related_granted_refund_id:
            share_event.related_granted_refund_id = request.related_granted_refund_id
        row = PaymentEventShare(
            event=entry.event,
            share=share.link,
            share_event=share_event,
            request=request,
            reported_on_share=reported_on_share,
        )
        entry.rows[index] = row
        self.new_rows.append(row)
        self.touched.add(index)
        if share_event.related_granted_refund_id:
            self.granted_refund_ids.add(share_event.related_granted_refund_id)
        if not any(event is share_event for event in share.book.events):
            share.book.add(share_event)

    def add_copy(
        self,
        entry: Entry,
        index: int,
        amount: Decimal,
        *,
        request: TransactionEvent | None = None,
        reported_on_share: bool = False,
    ) -> None:
        """Give an order a new event as its part of an event of the payment."""
        transaction = self.shares[index].book.transaction
        self.add_part(
            entry,
            index,
            copy_event(entry.event, transaction, amount),
            request=request,
            reported_on_share=reported_on_share,
        )

    def take_back(self, entry: Entry) -> None:
        """Take an event's parts from the orders, so that it can be attributed anew."""
        for index, row in entry.rows.items():
            share_event = row.own_event
            self.shares[index].book.remove(share_event)
            self.touched.add(index)
            self.corrected.add(index)
            if share_event.related_granted_refund_id:
                self.granted_refund_ids.add(share_event.related_granted_refund_id)
            if share_event.pk:
                self._removed_ids.add(share_event.pk)
            self.new_rows = [new for new in self.new_rows if new is not row]
            if row.pk in self.counted_before:
                entry.taken_back[index] = row
        whole = entry.get_whole_amount()
        entry.rows.clear()
        self.change(
            entry.event, self.book, amount_value=whole, include_in_calculations=True
        )

    def remove_event(self, event: TransactionEvent, book: Book) -> None:
        """Remove an event of the payment or of a share that only stood for others."""
        book.remove(event)
        self._new_events = [new for new in self._new_events if new is not event]
        self.entries = [entry for entry in self.entries if entry.event is not event]
        if event.pk:
            self._removed_ids.add(event.pk)

    def change(self, event: TransactionEvent, book: Book, **values: object) -> None:
        """Change fields of an event of the payment or of a share."""
        if all(getattr(event, name) == value for name, value in values.items()):
            return
        for name, value in values.items():
            setattr(event, name, value)
        book.invalidate()
        if event.pk:
            self._changed_events[event.pk] = event

    def save(self) -> None:
        """Save the changed events and their links, but not the transactions."""
        changed = [
            event
            for pk, event in self._changed_events.items()
            if pk not in self._removed_ids
        ]
        # A row that has ended outlives the share's event.
        if self.ended_rows:
            PaymentEventShare.objects.bulk_update(self.ended_rows, _ROW_FIELDS)
        if self._removed_ids:
            rows = PaymentEventShare.objects.filter(share_event__in=self._removed_ids)
            rows.update(share_event=None)
            TransactionEvent.objects.filter(pk__in=self._removed_ids).delete()
        if changed:
            TransactionEvent.objects.bulk_update(changed, _CHANGING_FIELDS)
        # The payment's events come first, their parts after them.
        new = [event for event in self._new_events if not event.pk]
        carried = (
            row.share_event for row in (*self.new_rows, *self.changed_rows.values())
        )
        parts = [event for event in carried if event is not None and not event.pk]
        if new or parts:
            TransactionEvent.objects.bulk_create([*new, *parts])
        if self.changed_rows:
            changed_rows = list(self.changed_rows.values())
            for row in changed_rows:
                # The event may have got its key just now.
                row.share_event_id = row.share_event.pk if row.share_event else None
            PaymentEventShare.objects.bulk_update(changed_rows, _ROW_FIELDS)
        if self.new_rows:
            PaymentEventShare.objects.bulk_create(self.new_rows)
        if self.redivided:
            changed_ids = [event.pk for event in self.redivided]
            record_update(self.transaction.pk, changed_ids)
        self.new_rows, self._new_events, self.redivided = [], [], []
        self.ended_rows, self.changed_rows = [], {}
        self._changed_events, self._removed_ids = {}, set()


def is_reportable(event: TransactionEvent) -> bool:
    """Tell whether an event counts and concerns money that moves or is to move."""
    return is_divided(event) and event.message != STILL_PENDING


def _find_asked(
    share: LockedShare, action: str, reference: str
) -> list[TransactionEvent]:
    """Return the event by which a reference divides: the success, else the request."""
    for outcome in ("success", "request"):
        if event := share.book.find(action, outcome, reference):
            return [event]
    return []


def _get_standing(
    share: LockedShare, left_out: TransactionEvent | None = None
) -> Standing:
    book = share.book
    if left_out is not None and any(event is left_out for event in book.events):
        rest = (event for event in book.events if event is not left_out)
        book = Book(book.transaction, rest)
    sets_amounts = any(
        not event.psp_reference and event.include_in_calculations
        for event in book.events
    )
    return Standing(
        total=share.total,
        need=share.need,
        is_live=share.is_live,
        authorized=book.get_minor("authorized_value"),
        authorize_pending=book.get_minor("authorize_pending_value"),
        charged=book.get_minor("charged_value"),
        charge_pending=book.get_minor("charge_pending_value"),
        refunded=book.get_minor("refunded_value"),
        taken=floor_minor(book.get_taken(), book.currency),
        dropped=get_dropped(book) if sets_amounts else 0,
        unmatched=get_unmatched(book) if sets_amounts else 0,
    )


def iterate_groups(locked: LockedPayment) -> Iterator[tuple[str, str]]:
    """Yield each action and reference of which orders have parts."""
    seen: set[tuple[str, str]] = set()
    for entry in locked.entries:
        action, outcome = split_type(entry.event.type)
        reference = entry.event.psp_reference
        if (
            reference
            and entry.rows
            and outcome in ("request", "success", "failure")
            and (action, reference) not in seen
        ):
            seen.add((action, reference))
            yield action, reference
