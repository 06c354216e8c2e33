"""What of Saleor is called below its public names, verified before anything needs it."""

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from saleor.order import fetch
from saleor.payment import gateway
from saleor.plugins import manager
from saleor.warehouse import management

import saleor_order_groups
from saleor_order_groups import seams
from saleor_order_groups.host import internals, versions
from saleor_order_groups.host.internal import Internal

PACKAGE = Path(saleor_order_groups.__file__).parent
INTERNALS = (*internals.INTERNALS, *versions.INTERNALS)


def remove(internal: Internal, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = importlib.import_module(internal.module)
    *outer, attribute = internal.name.split(".")
    for name in outer:
        owner = getattr(owner, name)
    monkeypatch.delattr(owner, attribute)


@pytest.mark.parametrize("internal", INTERNALS, ids=lambda internal: internal.path)
def test_saleor_without_an_internal_is_refused(internal, monkeypatch):
    # given
    remove(internal, monkeypatch)

    # when
    with pytest.raises(ImproperlyConfigured) as error:
        seams.verify_names()

    # then
    assert f"{internal.path} is missing" in str(error.value)


@pytest.mark.parametrize("internal", INTERNALS, ids=lambda internal: internal.path)
def test_every_internal_has_its_reason(internal):
    assert internal.__doc__.endswith(".")


def test_check_reports_a_missing_internal(monkeypatch):
    # given
    monkeypatch.delattr(gateway, "_create_transaction_data")

    # when / then
    with pytest.raises(SystemCheckError, match="_create_transaction_data is missing"):
        call_command("check")


def test_an_internal_whose_module_was_removed_is_missing():
    # given
    moved = Internal("saleor.checkout.moved", "create", lambda checkout: None)

    # when / then
    assert moved.mismatch() == "saleor.checkout.moved.create is missing"


@pytest.mark.parametrize(
    ("_case", "function", "is_fitting"),
    [
        ("the same", lambda lines, country, *, save: None, True),
        ("another optional one", lambda lines, country, save, more=0: None, True),
        ("by name in another place", lambda lines, country, more=0, save=0: None, True),
        ("another name", lambda lines, region, *, save: None, False),
        ("another place", lambda country, lines, *, save: None, False),
        ("one in between", lambda lines, more=0, country=0, *, save=0: None, False),
        ("another required one", lambda lines, country, more, *, save: None, False),
        ("one less", lambda lines, country: None, False),
        ("no longer by place", lambda lines, *, country, save: None, False),
    ],
)
def test_parameters_are_verified(_case, function, is_fitting, monkeypatch):
    # given
    monkeypatch.setattr(management, "allocate_stocks", function)
    internal = Internal(
        "saleor.warehouse.management",
        "allocate_stocks",
        lambda lines, country, *, save: None,
    )

    # when
    problem = internal.mismatch()

    # then
    assert (problem is None) is is_fitting
    if problem:
        assert problem.startswith("saleor.warehouse.management.allocate_stocks takes (")
        assert problem.endswith(") instead of (lines, country, save)")


def test_callers_get_what_saleor_has_at_the_time_of_the_call(monkeypatch):
    # given
    monkeypatch.setattr(
        management, "allocate_preorders", lambda *args, **kw: (args, kw)
    )

    # when
    result = internals.allocate_preorders(
        [], "channel", check_reservations=False, checkout_lines=[]
    )

    # then
    assert result == (
        ([], "channel"),
        {"check_reservations": False, "checkout_lines": []},
    )


@pytest.mark.parametrize(
    "module",
    ["payments.legacy.capture", "management.commands.configure_order_groups"],
)
def test_a_module_that_misses_a_name_of_saleor_is_refused(module, monkeypatch):
    # given
    broken = f"saleor_order_groups.{module}"
    monkeypatch.delitem(sys.modules, broken)
    monkeypatch.delattr(fetch, "fetch_order_info")
    monkeypatch.delattr(manager, "get_plugins_manager")

    # when
    with pytest.raises(ImproperlyConfigured) as error:
        seams.verify_modules()

    # then
    assert f"{broken} cannot be imported: ImportError(" in str(error.value)


def read_modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith("migrations/"):
            yield name, ast.parse(path.read_text())


def find_imports(tree: ast.AST) -> Iterator[tuple[str, str, str]]:
    """Yield each name that is imported from Saleor, with its module and what it is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            if str(node.module).partition(".")[0] == "saleor":
                for alias in node.names:
                    yield str(node.module), alias.name, alias.asname or alias.name


def test_private_names_of_saleor_are_named_in_host_and_seams_alone():
    # given: what Django and graphene document in spite of its name
    public = {"_meta", "_default_manager"}

    # when
    found = []
    for name, tree in read_modules():
        if name.startswith(("host/", "seams/")):
            continue
        imported = {known for _, _, known in find_imports(tree)}
        found += [
            f"{name}: {module}.{private}"
            for module, private, _ in find_imports(tree)
            if private.startswith("_")
        ]
        found += [
            f"{name}: {node.value.id}.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in imported
            and node.attr.startswith("_")
            and not node.attr.startswith("__")
            and node.attr not in public
        ]

    # then
    assert found == []


def test_no_module_takes_an_internal_from_saleor():
    # given
    taken_from_host = {(internal.module, internal.name) for internal in INTERNALS}

    # when
    found = [
        f"{name}: {module}.{imported}"
        for name, tree in read_modules()
        for module, imported, _ in find_imports(tree)
        if (module, imported) in taken_from_host
    ]

    # then
    assert found == []


def test_what_functions_import_of_saleor_is_imported_at_start_up_too():
    # given: start-up calls these
    called = {"graphql/extension.py", "webhooks/event_types.py"}

    # when
    at_start_up, later = set(), {}
    for name, tree in read_modules():
        in_functions = {
            found
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
            for found in find_imports(node)
        }
        in_type_checking = {
            found
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
            for found in find_imports(node)
        }
        for found in find_imports(tree):
            if found in in_functions and name not in called:
                later[found[:2]] = name
            elif found not in in_type_checking:
                at_start_up.add(found[:2])

    # then
    assert {
        name: module for name, module in later.items() if name not in at_start_up
    } == {}
