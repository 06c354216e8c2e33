"""Clear order groups when one of Saleor's commands empties a database."""

from collections.abc import Callable

from .seam import Seam


def _clear_orders(original: Callable) -> Callable:
    """Clear groups first: Saleor deletes in SQL, which shares' foreign keys forbid."""

    def handle(self, **options):
        from ..groups.removal import clear_groups

        clear_groups()
        self.stdout.write("Removed order groups")
        return original(self, **options)

    return handle


def _clear_database(original: Callable) -> Callable:
    """Clear groups last, after Saleor has agreed to clear the database."""

    def handle(self, **options):
        from ..groups.removal import clear_groups

        result = original(self, **options)
        clear_groups()
        self.stdout.write("Removed order groups")
        return result

    return handle


SEAMS = (
    Seam(
        "saleor.core.management.commands.clearorders",
        "Command.handle",
        ("self", "options"),
        _clear_orders,
    ),
    Seam(
        "saleor.core.management.commands.cleardb",
        "Command.handle",
        ("self", "options"),
        _clear_database,
    ),
)
