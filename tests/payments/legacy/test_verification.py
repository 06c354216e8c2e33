"""`manage.py verify_order_groups` finds violations in parts of legacy payments."""

from decimal import Decimal

from django.db import transaction
from django.db.models import F
from saleor.payment.models import Payment

from saleor_order_groups.models import LegacyPaymentShare, OrderGroup
from saleor_order_groups.verification.runner import verify


def bind_to_the_sibling(share, sibling):
    Payment.objects.filter(pk=share.payment_id).update(order=sibling.order)


def lose(share, sibling):
    LegacyPaymentShare.objects.filter(pk=share.pk).delete()


def link_to_another_group(share, sibling):
    group = share.group
    group.pk, group.number, group.checkout_token = None, None, None
    group.number = OrderGroup.objects.latest("number").number + 1
    group.save(force_insert=True)
    LegacyPaymentShare.objects.filter(pk=share.pk).update(group=group)


def change(**values):
    def corrupt(share, sibling):
        Payment.objects.filter(pk=share.payment_id).update(**values)

    return corrupt


CORRUPTIONS = [
    (bind_to_the_sibling, "the part of order #{number} is not bound to the order"),
    (lose, "order #{number} has no part of the payment"),
    (
        link_to_another_group,
        "the part of order #{number} belongs to an order of another group",
    ),
    (change(token="other"), "its parts have 2 different values of token"),
    (change(gateway="other"), "its parts have 2 different values of gateway"),
    (change(captured_amount=Decimal(-1)), "the captured amount of a part is -1.000"),
    (
        change(total=F("total") + Decimal("0.01")),
        "its parts 63.000, 42.010, 0.000 do not match the orders' placed totals",
    ),
]


def find_of_legacy_payments():
    return {
        finding.detail for finding in verify() if finding.invariant == "legacy payment"
    }


def test_what_is_off_is_found(place):
    # given: groups beside it, of another payment
    place()
    _, order, _ = place()
    share = LegacyPaymentShare.objects.get(order=order)
    sibling = LegacyPaymentShare.objects.filter(group=share.group).first()
    assert list(verify()) == []

    for corrupt, detail in CORRUPTIONS:
        with transaction.atomic():
            # when
            corrupt(share, sibling)

            # then
            assert detail.format(number=order.number) in find_of_legacy_payments()
            transaction.set_rollback(True)
    assert list(verify()) == []
