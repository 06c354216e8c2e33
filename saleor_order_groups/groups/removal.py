"""What Saleor's commands that empty a database do not know of."""

from django.db import transaction

from ..models import (
    GroupPayment,
    LegacyPaymentShare,
    OrderGroup,
    OrderGroupOrder,
    PaymentEventShare,
    PaymentShare,
    SellerCustomer,
    SellerDeliveryChoice,
    ShareAnnouncement,
)

# What came of checkouts. Sellers and their products are the shop's catalogue.
PLACED = (
    ShareAnnouncement,
    PaymentEventShare,
    PaymentShare,
    LegacyPaymentShare,
    GroupPayment,
    OrderGroupOrder,
    OrderGroup,
    SellerCustomer,
    SellerDeliveryChoice,
)


def clear_groups() -> None:
    """Delete all groups with links and payment shares, sellers' customers, and choices.

    One statement for each table, as Saleor does: nothing is read into memory.
    """
    with transaction.atomic():
        for model in PLACED:
            rows = model.objects.all()
            rows._raw_delete(rows.db)
