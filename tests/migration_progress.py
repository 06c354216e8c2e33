"""A plugin of pytest: show how far the migrations of a new test database are.

Django tells their number before the first one, and the name of each as it begins. What
else is printed meanwhile, as the log of Saleor's own tasks, pytest goes on holding back.
"""

from django.core.management.commands.migrate import Command
from django.db.models.signals import pre_migrate

from demo.report import Progress


def pytest_configure(config):
    progress = Progress()
    capture = config.pluginmanager.getplugin("capturemanager")

    def show(command, action, migration=None, fake=False):
        if action == "apply_start":
            with capture.global_and_fixture_disabled():
                progress.show(f"{migration.app_label}.{migration.name}")

    # Django sends it once for each app.
    def remember_the_number(plan=(), **_kwargs):
        progress.total = len(plan)

    pre_migrate.connect(remember_the_number, weak=False)
    Command.migration_progress_callback = show
