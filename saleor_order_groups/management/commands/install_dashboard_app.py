"""Show the pages of the plugin in Saleor's Dashboard."""

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from ...dashboard import pages
from ...dashboard.addresses import MANIFEST, get_address
from ...dashboard.installation import install, remove
from ...dashboard.reachability import (
    WrongAddressError,
    describe_address,
    find_doubts,
)


class Command(BaseCommand):
    help = (
        "Adds the app to Saleor's Dashboard that shows purchases, sellers and payment "
        "shares. Run it again after each update, and when PUBLIC_URL has changed: it "
        "brings the app up to date."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--remove",
            action="store_true",
            help="Take the app away again, and with it all of its pages.",
        )

    def handle(self, *_args, **options):
        if options["remove"]:
            was_there = remove()
            self.stdout.write(
                "The app is removed." if was_there else "There was no app."
            )
            return
        try:
            address = describe_address()
            origins = pages.find_origins()
        except (WrongAddressError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
        installation = install()
        if installation.is_new:
            self.stdout.write("The app is installed.")
        elif not installation.changes:
            self.stdout.write("The app was up to date.")
        else:
            self.stdout.write("The app is up to date now:")
            for change in installation.changes:
                self.stdout.write(f"  {change}")
        self.stdout.write(f"Browsers of staff reach Saleor at {address}.")
        for doubt in find_doubts():
            self.stderr.write(f"Check this: {doubt}")
        if not installation.app.is_active:
            self.stderr.write(
                "The app is switched off. Activate it in the Dashboard, in Extensions."
            )
        if not origins:
            self.stderr.write(
                "Any website may show the pages in a frame, without data. Set"
                f" {pages.ORIGINS} to the Dashboard's address to forbid that."
            )
        self.stdout.write(f"Manifest: {get_address(MANIFEST)}")
