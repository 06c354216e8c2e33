"""Assign products to the sellers that their own data name."""

from argparse import ArgumentTypeError
from collections import Counter

from django.core.management.base import BaseCommand, CommandError

from ...config import ASSIGNMENT, SellerSource, parse_seller_source
from ...sellers.assignment_import import Outcome, import_sellers
from ...sellers.product_data import check_source

DEFAULT_BATCH_SIZE = 1000


class Command(BaseCommand):
    help = (
        "Turns what the products' metadata or an attribute say about their sellers into "
        "assignments, which sellerAssignProducts then changes. Makes the sellers that "
        "are not there yet. May be run again, and stopped at any time."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "source",
            type=_parse_source,
            help="METADATA:key or ATTRIBUTE:slug, as in the plugin's configuration.",
        )
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="Move products that are assigned to another seller.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Report only, write nothing."
        )
        parser.add_argument(
            "--batch-size",
            type=parse_batch_size,
            default=DEFAULT_BATCH_SIZE,
            help=f"Number of products read at once (default: {DEFAULT_BATCH_SIZE}).",
        )

    def handle(self, *_args, **options):
        dry_run = options["dry_run"]
        try:
            check_source(options["source"])
        except ValueError as error:
            raise CommandError(f"{error}") from error
        total: Counter[Outcome] = Counter()
        # A dry run inserts nothing, so several batches may report the same new seller.
        new_sellers = set()
        for batch in import_sellers(
            options["source"],
            options["batch_size"],
            overwrite=options["overwrite"],
            dry_run=dry_run,
        ):
            total += batch.outcomes
            for seller in batch.new_sellers:
                if seller.pk not in new_sellers:
                    new_sellers.add(seller.pk)
                    self.stdout.write(f"New seller {seller.slug}: {seller.name}")
            for conflict in batch.conflicts:
                self.stdout.write(str(conflict))
            self.stderr.write(f"{total.total()} products read")
        for outcome in Outcome:
            self.stdout.write(f"{total[outcome]} {outcome}")
        self.stdout.write(f"{len(new_sellers)} new sellers")
        if dry_run:
            self.stdout.write("Dry run: nothing was written.")


def _parse_source(value: str) -> SellerSource:
    try:
        source = parse_seller_source(value)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
    if source == ASSIGNMENT:
        raise ArgumentTypeError("must be METADATA:key or ATTRIBUTE:slug.")
    return source


def parse_batch_size(value: str) -> int:
    """Return the text as a positive number."""
    if not value.isdecimal() or not int(value):
        raise ArgumentTypeError("must be a positive number.")
    return int(value)
