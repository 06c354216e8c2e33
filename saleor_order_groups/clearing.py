"""What Saleor's commands that empty a database do not know of."""

from django.db import transaction

from .models import (
    GroupPayment,
    LegacyPaymentShare,
    OrderGroup,
    OrderGroupOrder,
    PaymentEventShare,
    PaymentShare,
    SellerCustomer,
)

# What came of completed checkouts. Sellers and their products are the shop's catalogue.
PLACED = (
    PaymentEventShare,
    PaymentShare,
    LegacyPaymentShare,
    GroupPayment,
    OrderGroupOrder,
    OrderGroup,
    SellerCustomer,
)


def clear_groups() -> None:
    """Delete all groups with their links and payment shares, and sellers' customers.

    One statement for each table, as Saleor does: nothing is read into memory.
    """
    with transaction.atomic():
        for model in PLACED:
            rows = model.objects.all()
            rows._raw_delete(rows.db)
