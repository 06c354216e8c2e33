"""The only package that replaces functions of Saleor's, each with its reason.

Saleor has no hook that returns several orders. Every replaced name is looked up where
it is called, or is a method of a class, so that replacing it once reaches every caller.
Each name is verified at start-up: on a Saleor that does not match, the process refuses
to start instead of serving unsplit orders.

Each module stands for a place in Saleor. `completion`: a checkout completes.
`delivery`: delivery methods are found, checked and written to an order.
`order_creation`: Saleor would read each new order again, and write its events and its
customer's number of orders one by one. `order_life`: Saleor would treat an order of a
group as an only order. `payments`: apps report on transactions and staff act on them.
`legacy_payments`: gateways capture, void and refund. `transaction_lists`: transactions
are listed and their channel is looked up. `sessions`: a payment app processes a
payment. `order_acts`: orders and fulfillments are canceled. `channel_deletion` and
`database_clearing`: a channel is deleted or a database is emptied. `staff_orders`:
staff place orders. `confirmation`: an order is confirmed to the customer.
`webhook_lookups`: the webhooks of an event are looked up. `webhook_deliveries`: an
event's deliveries are stored. `subscriptions`: a webhook's subscription is validated.
"""

import functools
import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured

from ..host import internals, versions
from . import (
    channel_deletion,
    completion,
    confirmation,
    database_clearing,
    delivery,
    legacy_payments,
    order_acts,
    order_creation,
    order_life,
    payments,
    sessions,
    staff_orders,
    subscriptions,
    transaction_lists,
    webhook_deliveries,
    webhook_lookups,
)
from .seam import Seam

SEAMS: tuple[Seam, ...] = (
    *completion.SEAMS,
    *delivery.SEAMS,
    *order_life.SEAMS,
    *payments.SEAMS,
    *order_acts.SEAMS,
    *transaction_lists.SEAMS,
    *sessions.SEAMS,
    *legacy_payments.SEAMS,
    *channel_deletion.SEAMS,
    *database_clearing.SEAMS,
    *confirmation.SEAMS,
    *staff_orders.SEAMS,
    *order_creation.SEAMS,
    *webhook_lookups.SEAMS,
    *webhook_deliveries.SEAMS,
    *subscriptions.SEAMS,
)


def find_mismatches() -> Iterator[str]:
    """Yield the reasons why the plugin cannot work in the installed Saleor.

    Call it once Saleor's schema is extended: the plugin's modules import the schema.
    """
    yield from find_changed_names()
    yield from find_unimportable_modules()


def find_changed_names() -> Iterator[str]:
    """Yield the names that Saleor lacks, or has with other parameters.

    An unsupported version of Saleor is yielded too.
    """
    if problem := versions.find_unsupported():
        yield problem
    for name in (*SEAMS, *internals.INTERNALS, *versions.INTERNALS):
        if problem := name.mismatch():
            yield problem


def find_unimportable_modules() -> Iterator[str]:
    """Yield the plugin's modules that cannot be imported, the commands included.

    Most of them are needed only when a checkout completes, a payment is reported or a
    task runs. Migrations are left out: Django imports them before it migrates.
    """
    package = importlib.import_module(__package__.rpartition(".")[0])
    prefix = f"{package.__name__}."
    for module in pkgutil.walk_packages(package.__path__, prefix, onerror=_ignore):
        if module.name.startswith(f"{prefix}migrations."):
            continue
        try:
            importlib.import_module(module.name)
        except Exception as error:
            yield f"{module.name} cannot be imported: {error!r}"


def _ignore(_name: str) -> None:
    """Pass over a package that cannot be imported: it has been yielded."""


@contextmanager
def refusing_import_errors() -> Iterator[None]:
    """Refuse to start when a name of Saleor's cannot be imported in this block.

    :raises ImproperlyConfigured: names it and the supported versions.
    """
    try:
        yield
    except ImportError as error:
        _refuse([str(error)])


def verify_names() -> None:
    """Refuse to start on a Saleor that the seams and the internals do not fit.

    :raises ImproperlyConfigured: names them and the supported versions.
    """
    _refuse(find_changed_names())


def verify_modules() -> None:
    """Refuse to start if a module that is imported later cannot be imported.

    :raises ImproperlyConfigured: names the modules and the supported versions.
    """
    _refuse(find_unimportable_modules())


def _refuse(problems: Iterable[str]) -> None:
    if found := "; ".join(problems):
        raise ImproperlyConfigured(
            f"saleor-order-groups supports Saleor {versions.SUPPORTED} and cannot split"
            f" orders in this one: {found}."
        )


def install() -> None:
    """Replace every seam, once."""
    replaced: list[tuple[Callable, Callable]] = []
    for seam in SEAMS:
        owner, attribute, original = seam.find()
        assert original is not None
        if getattr(original, "_order_groups_seam", False):
            continue
        # Wrap the function of a class method, which takes `cls` as its first argument.
        function = getattr(original, "__func__", original)
        replacement = functools.wraps(function)(seam.replace(original))
        replacement._order_groups_seam = True  # type: ignore[attr-defined]
        if function is not original:
            setattr(owner, attribute, classmethod(replacement))
            continue
        setattr(owner, attribute, replacement)
        replaced.append((original, replacement))
    _replace_imported_copies(replaced)


def is_installed() -> bool:
    """Tell whether every seam is in place."""
    return all(getattr(seam.find()[2], "_order_groups_seam", False) for seam in SEAMS)


def _replace_imported_copies(replaced: Iterable[tuple[Callable, Callable]]) -> None:
    """Replace the originals in modules that have imported them by name already.

    One pass replaces all of them: Saleor has 800 modules, and every process waits for
    it.
    """
    # Find them by identity: objects in modules may be neither hashable nor comparable.
    replacements = {id(original): replacement for original, replacement in replaced}
    for module_name, module in list(sys.modules.items()):
        if not module_name.startswith("saleor."):
            continue
        for name, value in list(vars(module).items()):
            if replacement := replacements.get(id(value)):
                setattr(module, name, replacement)
