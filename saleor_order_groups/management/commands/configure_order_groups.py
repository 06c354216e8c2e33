"""Configure the plugin in channels."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from saleor.channel.models import Channel
from saleor.plugins.base_plugin import BasePlugin
from saleor.plugins.manager import get_plugins_manager

from ...config import PLUGIN_ID
from ...plugin import OrderGroupsPlugin

NO_CHANNEL = "Name a channel with --channel, or see all of them with --list."


class Command(BaseCommand):
    help = (
        "Shows or changes the plugin's configuration of a channel, with the rules of "
        "pluginUpdate. Running servers use it from their next request on."
    )
    # A wrong configuration may fail a check; this command must still run to repair it.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--channel", metavar="SLUG", help="The channel's slug.")
        parser.add_argument(
            "--list", action="store_true", help="Show every channel, change nothing."
        )
        activation = parser.add_mutually_exclusive_group()
        activation.add_argument(
            "--active",
            action="store_true",
            default=None,
            help="Split the channel's checkouts.",
        )
        activation.add_argument(
            "--inactive",
            action="store_false",
            dest="active",
            default=None,
            help="Leave the channel's checkouts to Saleor.",
        )
        parser.add_argument(
            "--set",
            action="extend",
            nargs="+",
            default=[],
            metavar="KEY=VALUE",
            dest="items",
            help=f"What to set: {', '.join(OrderGroupsPlugin.CONFIG_STRUCTURE)}.",
        )

    def handle(self, *_args, **options):
        changes = _read_changes(options["active"], options["items"])
        slugs = list(Channel.objects.order_by("slug").values_list("slug", flat=True))
        slug = options["channel"]
        if slug is None and (changes or not options["list"]):
            raise CommandError(f"{NO_CHANNEL} {_name_channels(slugs)}")
        if slug is not None and slug not in slugs:
            raise CommandError(
                f"No channel has the slug {slug!r}. {_name_channels(slugs)}"
            )
        if changes:
            _save(slug, changes)
        for shown in slugs if options["list"] else [slug]:
            self._show(shown)

    def _show(self, slug: str) -> None:
        plugin = _get_plugin(slug)
        state = "active" if plugin.active else "not active"
        self.stdout.write(f"{slug}: {state}")
        values = {item["name"]: item["value"] for item in plugin.configuration}
        width = max(map(len, OrderGroupsPlugin.CONFIG_STRUCTURE))
        for name in OrderGroupsPlugin.CONFIG_STRUCTURE:
            self.stdout.write(f"  {name:<{width}}  {_as_text(values[name])}")


def _read_changes(active: bool | None, items: list[str]) -> dict:
    """Return the input of `pluginUpdate`.

    :param active: None to leave the activation as it is.
    :param items: `KEY=VALUE` texts.
    :raises CommandError: an item is not of this form, or names a key twice.
    """
    values: dict[str, str] = {}
    for item in items:
        name, separator, value = item.partition("=")
        if not separator:
            fields = ", ".join(OrderGroupsPlugin.CONFIG_STRUCTURE)
            raise CommandError(
                f"--set takes key=value, not {item!r}. The fields are: {fields}."
            )
        if name in values:
            raise CommandError(f"{name} is set twice.")
        values[name] = value
    changes: dict = {} if active is None else {"active": active}
    if values:
        changes["configuration"] = [
            {"name": name, "value": value} for name, value in values.items()
        ]
    return changes


def _save(slug: str, changes: dict) -> None:
    """Save the input with the rules of `pluginUpdate`.

    :raises CommandError: with the messages of all validation errors.
    """
    _get_plugin(slug)
    try:
        # Saleor inserts the row before it validates the input; an error rolls it back.
        with transaction.atomic():
            get_plugins_manager(allow_replica=False).save_plugin_configuration(
                PLUGIN_ID, slug, changes
            )
    except ValidationError as error:
        raise CommandError("\n".join(error.messages)) from error


def _get_plugin(slug: str) -> BasePlugin:
    manager = get_plugins_manager(allow_replica=False)
    plugin = manager.get_plugin(PLUGIN_ID, slug)
    if plugin is None:
        raise CommandError(f"The plugin {PLUGIN_ID} is not in this Saleor's PLUGINS.")
    return plugin


def _name_channels(slugs: Iterable[str]) -> str:
    return f"The channels are: {', '.join(slugs) or 'none'}."


def _as_text(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text or "(empty)"
