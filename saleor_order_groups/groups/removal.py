"""Delete the plugin's rows, of which Saleor's clearing commands do not know."""

from django.db import transaction

from ..models import (
    GroupCancelation,
    GroupPayment,
    LegacyPaymentShare,
    OrderGroup,
    OrderGroupEvent,
    OrderGroupOrder,
    OrderGroupState,
    PaymentEventShare,
    PaymentShare,
    SellerAct,
    SellerCustomer,
    SellerDeliveryChoice,
    ShareAnnouncement,
    SharesUpdate,
)

# The rows that stem from checkouts. Sellers and their products stay: they are the
# shop's catalogue.
PLACED = (
    ShareAnnouncement,
    SharesUpdate,
    PaymentEventShare,
    PaymentShare,
    LegacyPaymentShare,
    GroupPayment,
    GroupCancelation,
    OrderGroupEvent,
    OrderGroupState,
    SellerAct,
    OrderGroupOrder,
    OrderGroup,
    SellerCustomer,
    SellerDeliveryChoice,
)


def clear_groups() -> None:
    """Delete all groups, order links, payment shares, sellers' customers and choices.

    Each table takes one statement, as in Saleor's commands: no row is read into memory.
    """
    with transaction.atomic():
        for model in PLACED:
            rows = model.objects.all()
            rows._raw_delete(rows.db)
