"""Start-up refuses a Saleor that the seams do not fit, in one sentence."""

import importlib
import os
import pkgutil
import subprocess
import sys

import pytest
import saleor
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from saleor.checkout import complete_checkout

from saleor_order_groups import checks, seams
from saleor_order_groups.host import versions


def test_every_seam_is_in_place():
    assert seams.is_installed()
    assert list(seams.find_mismatches()) == []
    assert checks.check_seams(None) == []


def test_no_module_of_saleor_keeps_what_a_seam_replaces():
    # given
    originals = {id(seam.find()[2].__wrapped__): seam.path for seam in seams.SEAMS}

    # when
    kept = [
        f"{module_name}.{name} is {originals[id(value)]}"
        for module_name, module in list(sys.modules.items())
        if module_name.startswith("saleor.")
        for name, value in list(vars(module).items())
        if id(value) in originals
    ]

    # then
    # Both kinds of events inherit the same method.
    others = {seam.path for seam in seams.SEAMS} - set(originals.values())
    assert others == {"saleor.order.models.OrderEvent.save"}
    assert kept == []


def test_every_module_of_seams_is_in_seams():
    # given
    modules = [
        importlib.import_module(f"{seams.__name__}.{module.name}")
        for module in pkgutil.iter_modules(seams.__path__)
        if module.name != "seam"
    ]

    # when
    missing = [
        f"{module.__name__}: {seam.path}"
        for module in modules
        for seam in module.SEAMS
        if seam not in seams.SEAMS
    ]

    # then
    assert missing == []
    assert sum(len(module.SEAMS) for module in modules) == len(seams.SEAMS)


def test_unsupported_version_is_named(monkeypatch):
    # given
    monkeypatch.setattr(saleor, "__version__", "3.99.1")

    # when
    with pytest.raises(ImproperlyConfigured) as error:
        seams.verify_names()

    # then
    assert str(error.value) == (
        f"saleor-order-groups supports Saleor {versions.SUPPORTED} and cannot split orders"
        " in this one: the version is 3.99.1."
    )


def test_missing_seam_is_named(monkeypatch):
    # given
    monkeypatch.delattr(complete_checkout, "_prepare_checkout_with_payment")

    # when / then
    with pytest.raises(
        ImproperlyConfigured,
        match="saleor.checkout.complete_checkout._prepare_checkout_with_payment is missing",
    ):
        seams.verify_names()


def test_changed_seam_is_named(monkeypatch):
    # given
    monkeypatch.setattr(complete_checkout, "_create_order", lambda order: order)

    # when / then
    with pytest.raises(
        ImproperlyConfigured,
        match=r"complete_checkout._create_order takes \(order\) instead of \(checkout_",
    ):
        seams.verify_names()


def test_manage_py_check_reports_a_seam_that_was_replaced(monkeypatch):
    # given
    original = complete_checkout._prepare_checkout_with_payment.__wrapped__
    monkeypatch.setattr(complete_checkout, "_prepare_checkout_with_payment", original)

    # when / then
    with pytest.raises(SystemCheckError, match="saleor_order_groups.E002"):
        call_command("check")


def test_a_version_that_is_not_semantic_is_named(monkeypatch):
    # given
    monkeypatch.setattr(saleor, "__version__", "3.23.30.dev1")

    # when
    with pytest.raises(ImproperlyConfigured) as error:
        seams.verify_names()

    # then
    assert str(error.value).endswith(
        "in this one: its version 3.23.30.dev1 is not a semantic one."
    )


def test_a_seam_whose_module_was_removed_is_named(monkeypatch):
    # given
    monkeypatch.setitem(sys.modules, "saleor.order.tasks", None)

    # when / then
    with pytest.raises(
        ImproperlyConfigured,
        match="saleor.order.tasks._bulk_release_voucher_usage is missing",
    ):
        seams.verify_names()


UNSUPPORTED = "import saleor; saleor.__version__ = '3.22.9'"
WITHOUT_AN_INTERNAL = """
from saleor_order_groups.host import internals
from saleor_order_groups.host.internal import Internal
internals.INTERNALS += (Internal("saleor.payment.gateway", "_gone", lambda: None),)
"""
WITHOUT_A_MODULE = """
import sys
sys.modules["saleor_order_groups.verification.runner"] = None
"""


@pytest.mark.parametrize(
    ("_case", "program", "problem"),
    [
        ("unsupported version", UNSUPPORTED, "the version is 3.22.9"),
        (
            "missing internal",
            WITHOUT_AN_INTERNAL,
            "saleor.payment.gateway._gone is missing",
        ),
        (
            "module that only a command imports",
            WITHOUT_A_MODULE,
            "management.commands.verify_order_groups cannot be imported",
        ),
    ],
)
def test_process_does_not_start(_case, program, problem):
    # given
    program += "\nimport django; django.setup()"

    # when
    result = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "saleor.tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )

    # then
    assert result.returncode != 0
    assert f"supports Saleor {versions.SUPPORTED}" in result.stderr
    assert problem in result.stderr
