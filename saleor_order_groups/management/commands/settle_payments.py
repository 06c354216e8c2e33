"""Settle the payments that a crash has left unsettled."""

import datetime
from argparse import ArgumentTypeError

from django.core.management.base import BaseCommand
from django.utils import timezone

from ...models import GroupPayment
from ...payments.recovery import give_up_requests, settle_unsettled


class Command(BaseCommand):
    help = (
        "Settles reports on groups' payments and their shares that a crash left "
        "unsettled. Running it again, or beside a working shop, changes nothing else."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--give-up-after",
            type=_parse_hours,
            metavar="HOURS",
            help=(
                "Also record a failure of requests that the app has not answered for "
                "so long: they keep their amounts reserved. Make sure that the payment "
                "provider has not done what was asked."
            ),
        )

    def handle(self, *_args, **options):
        total = GroupPayment.objects.count()

        def report_progress(looked_at: int) -> None:
            self.stderr.write(f"{looked_at} of {total} payments looked at")

        count = 0
        for payment in settle_unsettled(report_progress=report_progress):
            self.stdout.write(f"Settled a payment of group #{payment.group.number}")
            count += 1
        self.stderr.write(f"{count} payments settled.")
        if options["give_up_after"] is None:
            return
        before = timezone.now() - datetime.timedelta(hours=options["give_up_after"])
        given_up = 0
        for payment in give_up_requests(before):
            self.stdout.write(f"Gave up a request to group #{payment.group.number}")
            given_up += 1
        self.stderr.write(f"{given_up} requests given up.")


def _parse_hours(value: str) -> int:
    if not value.isdecimal() or not int(value):
        raise ArgumentTypeError("must be a positive number of hours.")
    return int(value)
