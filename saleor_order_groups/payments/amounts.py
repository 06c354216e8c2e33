"""The events of one transaction, and the amounts that Saleor derives from them.

Settling asks repeatedly how much an order has left. Saleor's own arithmetic answers, on
events in memory: no amount of a transaction is calculated anywhere else.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent, TransactionItem

from ..host.internals import (
    calculate_transaction_amount_based_on_events,
    recalculate_transaction_amounts,
)
from ..money.minor_units import floor_minor

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

# These events describe the payment; they move no money.
NOT_SHARED = (
    TransactionEventType.INFO,
    TransactionEventType.AUTHORIZATION_ACTION_REQUIRED,
    TransactionEventType.CHARGE_ACTION_REQUIRED,
)

# The message of the authorization adjustment by which a share lends authorization to
# siblings that have charged or canceled more than their own.
LENT = "Authorization that other orders of the purchase have used."

# The message of the payment's request event that stands for the pending amounts of some
# orders, while other orders have succeeded with the same reference.
STILL_PENDING = "Pending still for orders of the purchase."

# The fields that a share's event copies from the payment's event of which it is a part.
_COPIED_FIELDS = (
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


def is_loan(event: TransactionEvent) -> bool:
    """Tell whether the event only records how much authorization siblings have used."""
    return (
        event.type == TransactionEventType.AUTHORIZATION_ADJUSTMENT
        and not event.psp_reference
        and event.message == LENT
    )


def is_divided(event: TransactionEvent) -> bool:
    """Tell whether an event counts and concerns money: it has parts, once settled."""
    return event.include_in_calculations and event.type not in NOT_SHARED


def split_type(event_type: str) -> tuple[str, str]:
    """Return action and outcome: "charge_success" is ("charge", "success")."""
    action, _, outcome = event_type.partition("_")
    return action, outcome


def copy_event(
    event: TransactionEvent, transaction: TransactionItem, amount: Decimal
) -> TransactionEvent:
    """Return an unsaved copy of an event for another transaction and Decimal amount."""
    values = {name: getattr(event, name) for name in _COPIED_FIELDS}
    return TransactionEvent(**values, transaction=transaction, amount_value=amount)


class _Events(list[TransactionEvent]):
    """Events with the queryset methods that Saleor calls on a transaction's events."""

    def order_by(self, field: str) -> "_Events":
        assert field == "created_at", field
        # sorted() is stable: events of one moment stay in the order in which they
        # arrived.
        return _Events(sorted(self, key=lambda event: event.created_at))

    def exclude(self, *, include_in_calculations: bool) -> "_Events":
        assert include_in_calculations is False
        return _Events(event for event in self if event.include_in_calculations)


class _Reckoning:
    """A stand-in for a transaction: Saleor reads its events and sets its amounts."""

    authorized_value: Decimal
    charged_value: Decimal
    refunded_value: Decimal
    canceled_value: Decimal
    authorize_pending_value: Decimal
    charge_pending_value: Decimal
    refund_pending_value: Decimal
    cancel_pending_value: Decimal

    def __init__(self, events: Iterable[TransactionEvent]) -> None:
        self.events = _Events(events)


class Book:
    """A transaction's events in the order in which they arrived, and their amounts."""

    def __init__(
        self, transaction: TransactionItem, events: Iterable[TransactionEvent] = ()
    ) -> None:
        self.transaction = transaction
        self.events = list(events)
        self._amounts: dict[str, Decimal] | None = None

    @property
    def currency(self) -> str:
        """The currency of the transaction."""
        return self.transaction.currency

    def add(self, event: TransactionEvent) -> None:
        """Add an event that has arrived after all others."""
        self.events.append(event)
        self.invalidate()

    def remove(self, event: TransactionEvent) -> None:
        """Remove an event; it is found by identity, because a new event has no key."""
        self.events = [other for other in self.events if other is not event]
        self.invalidate()

    def invalidate(self) -> None:
        """Forget the calculated amounts; call it when an event was changed in place."""
        self._amounts = None

    @property
    def amounts(self) -> dict[str, Decimal]:
        """Saleor's Decimal amounts of all events, by the field's name."""
        if self._amounts is None:
            self._amounts = get_amounts(self.events)
        return self._amounts

    def get_minor(self, name: str) -> int:
        """Return one of the amounts in minor units, rounded towards zero."""
        return floor_minor(self.amounts[name], self.currency)

    def get_own_authorization(self) -> Decimal:
        """Return the Decimal authorization without loans, below zero if overdrawn."""
        return _get_authorization(event for event in self.events if not is_loan(event))

    def get_taken(self) -> Decimal:
        """Return how much charges and cancelations take from any authorization.

        The amount is a Decimal.
        """
        return -_get_authorization(
            event for event in self.events if not event.type.startswith("authorization")
        )

    def find(
        self, action: str, outcome: str, reference: str | None
    ) -> TransactionEvent | None:
        """Return the latest counted event of a reference, which decides for Saleor.

        :param action: the first part of the event's type, such as "charge".
        :param outcome: the second part of the event's type, such as "success".
        """
        event_type = f"{action}_{outcome}"
        found = [
            event
            for event in self.events
            if event.type == event_type
            and event.psp_reference == reference
            and event.include_in_calculations
        ]
        return sorted(found, key=lambda event: event.created_at)[-1] if found else None

    def find_counting_success(
        self, action: str, reference: str
    ) -> TransactionEvent | None:
        """Return the success event of a reference, unless a failure has undone it."""
        success = self.find(action, "success", reference)
        failure = self.find(action, "failure", reference)
        if success and failure and success.created_at <= failure.created_at:
            return None
        return success

    def find_pending_request(
        self, action: str, reference: str
    ) -> TransactionEvent | None:
        """Return the request event of a reference that has no answer yet."""
        if self.find(action, "success", reference) or self.find(
            action, "failure", reference
        ):
            return None
        return self.find(action, "request", reference)

    def find_pending_authorization(self, reference: str) -> TransactionEvent | None:
        """Return the request of a reference whose authorization is pending to Saleor.

        An adjustment hides the older authorization events, whatever they are. So a
        request that came after it is pending, even if an older success of the same
        reference answered another request.
        """
        visible = Book(self.transaction, self._find_visible_authorizations())
        return visible.find_pending_request("authorization", reference)

    def get_pending_authorization(self, reference: str) -> Decimal:
        """Return the pending Decimal amount of an authorization request."""
        request = self.find_pending_authorization(reference)
        return request.amount_value if request else Decimal(0)

    def _find_visible_authorizations(self) -> list[TransactionEvent]:
        """Return the authorization events since the latest adjustment."""
        events = [
            event
            for event in self.events
            if event.type.startswith("authorization") and event.include_in_calculations
        ]
        events.sort(key=lambda event: event.created_at)
        for index in reversed(range(len(events))):
            if events[index].type == TransactionEventType.AUTHORIZATION_ADJUSTMENT:
                return events[index:]
        return events

    def apply(self) -> None:
        """Set the amounts on the transaction; nothing is saved."""
        for name, amount in self.amounts.items():
            setattr(self.transaction, name, amount)


def get_amounts(events: Iterable[TransactionEvent]) -> dict[str, Decimal]:
    """Return Saleor's Decimal amounts of the events, by the field's name."""
    reckoning = _Reckoning(events)
    recalculate_transaction_amounts(reckoning, save=False)
    return {name: getattr(reckoning, name) for name in AMOUNTS}


def _get_authorization(events: Iterable[TransactionEvent]) -> Decimal:
    """Return the authorized amount before Saleor raises a negative one to zero."""
    reckoning = _Reckoning(events)
    calculate_transaction_amount_based_on_events(reckoning)
    return reckoning.authorized_value


def get_dropped(book: Book) -> int:
    """Return by how much the authorization was lowered without explanation yet.

    An app that sets amounts (transactionUpdate) may lower the authorization first and
    report the charge or cancelation later. Its events have no reference. The amount is
    in minor units.
    """
    dropped = 0
    for index, event in enumerate(book.events):
        if event.psp_reference or not event.include_in_calculations or is_loan(event):
            continue
        action, outcome = split_type(event.type)
        part = floor_minor(event.amount_value, book.currency)
        if action == "authorization":
            before = _get_authorized_minor(book, book.events[:index])
            after = _get_authorized_minor(book, book.events[: index + 1])
            dropped = max(before - after, 0)
        elif event.type in ("charge_success", "cancel_success") and part > 0:
            dropped = max(dropped - part, 0)
    return dropped


def get_unmatched(book: Book) -> int:
    """Return the refunds that an app has set and not subtracted from the charge yet.

    Below zero, the app has lowered the charge and not set the refund yet. The amount is
    in minor units.
    """
    unmatched = 0
    for event in book.events:
        if event.psp_reference or not event.include_in_calculations:
            continue
        part = floor_minor(event.amount_value, book.currency)
        if event.type == "refund_success" or (
            event.type == "charge_success" and part < 0
        ):
            unmatched += part
    return unmatched


def _get_authorized_minor(book: Book, events: Sequence[TransactionEvent]) -> int:
    return floor_minor(get_amounts(events)["authorized_value"], book.currency)
