"""Do what a crash has left undone."""

import datetime
from argparse import ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...payments.recovery import give_up_requests
from ...recovery.sweep import SweepRunningError, sweep


class Command(BaseCommand):
    help = (
        "Does what a crash has left undone: settles payments, records and announces "
        "events of groups, and does Saleor's work on new orders again. Looks at what "
        "has changed since the last sweep. Celery beat runs it each minute; a shop "
        "without beat runs this command each minute. Running it again, or beside a "
        "working shop, changes nothing else."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--all",
            action="store_true",
            help=(
                "Look at all groups and payments, not only at recent changes. Run it "
                "once a day: it finds changes of transactions that were open for over "
                "an hour."
            ),
        )
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
        count = 0
        try:
            for line in sweep(
                everything=options["all"], report_progress=self.report_progress
            ):
                self.stdout.write(line)
                count += 1
        except SweepRunningError as error:
            raise CommandError(
                f"{error} It does the same work; try again when it has ended."
            ) from error
        self.stderr.write(f"{count} things done.")
        if options["give_up_after"] is None:
            return
        before = timezone.now() - datetime.timedelta(hours=options["give_up_after"])
        given_up = 0
        for payment in give_up_requests(before):
            self.stdout.write(f"Gave up a request to group #{payment.group.number}")
            given_up += 1
        self.stderr.write(f"{given_up} requests given up.")

    def report_progress(self, what: str, looked_at: int) -> None:
        self.stderr.write(f"{looked_at} {what} looked at")


def _parse_hours(value: str) -> int:
    if not value.isdecimal() or not int(value):
        raise ArgumentTypeError("must be a positive number of hours.")
    return int(value)
