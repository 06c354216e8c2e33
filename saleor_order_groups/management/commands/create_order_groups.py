"""Create groups for orders that have none."""

from django.core.management.base import BaseCommand, CommandError
from saleor.channel.models import Channel

from ...adoption.existing import adopt_existing, select_existing
from ...config import OrderGroupsConfig, get_config
from ...sellers.product_data import check_source
from .import_sellers import parse_batch_size

DEFAULT_BATCH_SIZE = 1000


class Command(BaseCommand):
    help = (
        "Gives groups to the orders that have none, in the channels where the plugin "
        "is active: one for each order, or for those of one checkout. An order's seller "
        "is who sells all of its lines today; where that is nobody, the order is named. "
        "May be run again, and stopped at any time."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--channel",
            action="append",
            help="Slug of a channel, may be repeated (default: all active ones).",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Report only, write nothing."
        )
        parser.add_argument(
            "--batch-size",
            type=parse_batch_size,
            default=DEFAULT_BATCH_SIZE,
            help=f"Number of orders read at once (default: {DEFAULT_BATCH_SIZE}).",
        )

    def handle(self, *_args, **options):
        orders = groups = doubts = 0
        for channel, config in _select_channels(options["channel"]):
            total, read = select_existing(channel).count(), 0
            for batch in adopt_existing(
                channel, config, options["batch_size"], dry_run=options["dry_run"]
            ):
                read += batch.read
                orders += batch.orders
                groups += batch.groups
                doubts += len(batch.doubts)
                for doubt in batch.doubts:
                    self.stdout.write(str(doubt))
                self.stderr.write(f"{channel.slug}: {read} of {total} orders read")
        self.stdout.write(f"{groups} groups of {orders} orders, {doubts} remarks")
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was written.")


def _select_channels(
    slugs: list[str] | None,
) -> list[tuple[Channel, OrderGroupsConfig]]:
    channels = Channel.objects.order_by("slug")
    if slugs:
        channels = channels.filter(slug__in=slugs)
    selected = [(channel, get_config(channel.slug)) for channel in channels]
    active = [(channel, config) for channel, config in selected if config.active]
    if missing := set(slugs or ()) - {channel.slug for channel, _ in active}:
        raise CommandError(
            f"The plugin is not active in: {', '.join(sorted(missing))}."
        )
    if not active:
        raise CommandError(
            "The plugin is active in no channel: activate it first, in the channels"
            " whose orders shall get groups."
        )
    for channel, config in active:
        try:
            check_source(config.seller_source)
        except ValueError as error:
            raise CommandError(
                f"Channel {channel.slug}, {config.seller_source}: {error}"
            ) from error
    return active
