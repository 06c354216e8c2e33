"""Verify order groups, and repair violations."""

from argparse import ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError

from ...models import OrderGroup
from ...verification.repairs import REPAIRS
from ...verification.runner import DEFAULT_BATCH_SIZE, verify


class Command(BaseCommand):
    help = (
        "Verifies the guarantees of order groups over the whole database: order links, "
        "placed totals, and payments against the orders' payment shares. Prints a line "
        "for each violation, and fails if there is one. Changes nothing without "
        "--repair."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--batch-size",
            type=_parse_batch_size,
            default=DEFAULT_BATCH_SIZE,
            help=f"Number of groups verified at once (default: {DEFAULT_BATCH_SIZE}).",
        )
        parser.add_argument(
            "--repair",
            action="store_true",
            help="Repair violations first, if possible (default: only list the repairs).",
        )

    def handle(self, *_args, **options):
        prefix = "Repair: " if options["repair"] else "--repair would: "
        for repair in REPAIRS:
            for line in repair(options["repair"]):
                self.stderr.write(prefix + line)
        total = OrderGroup.objects.count()

        def report_progress(checked: int) -> None:
            self.stderr.write(f"{checked} of {total} groups verified")

        count = 0
        for finding in verify(options["batch_size"], report_progress):
            self.stdout.write(str(finding))
            count += 1
        if count:
            raise CommandError(f"{count} violations.")
        self.stderr.write("No violations found.")


def _parse_batch_size(value: str) -> int:
    if not value.isdecimal() or not int(value):
        raise ArgumentTypeError("must be a positive number.")
    return int(value)
