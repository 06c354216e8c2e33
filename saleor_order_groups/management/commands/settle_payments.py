from django.core.management.base import BaseCommand

from ...models import GroupPayment
from ...unsettled import settle_unsettled


class Command(BaseCommand):
    help = (
        "Settles reports on groups' payments and their shares that a crash left "
        "unsettled. Running it again, or beside a working shop, changes nothing else."
    )

    def handle(self, *_args, **_options):
        total = GroupPayment.objects.count()

        def report_progress(looked_at: int) -> None:
            self.stderr.write(f"{looked_at} of {total} payments looked at")

        count = 0
        for payment in settle_unsettled(report_progress=report_progress):
            self.stdout.write(f"Settled a payment of group #{payment.group.number}")
            count += 1
        self.stderr.write(f"{count} payments settled.")
