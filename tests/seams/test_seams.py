"""Start-up refuses a Saleor that the seams do not fit, in one sentence."""

import os
import subprocess
import sys

import pytest
import saleor
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from saleor.checkout import complete_checkout

from saleor_order_groups import checks, seams


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
    assert len(originals) == len(seams.SEAMS)
    assert kept == []


def test_unsupported_version_is_named(monkeypatch):
    # given
    monkeypatch.setattr(saleor, "__version__", "3.24.1")

    # when
    with pytest.raises(ImproperlyConfigured) as error:
        seams.verify()

    # then
    assert str(error.value) == (
        "saleor-order-groups supports Saleor >=3.23.2,<3.24 and cannot split orders in this"
        " one: the version is 3.24.1."
    )


def test_missing_seam_is_named(monkeypatch):
    # given
    monkeypatch.delattr(complete_checkout, "_prepare_checkout_with_payment")

    # when / then
    with pytest.raises(
        ImproperlyConfigured,
        match="saleor.checkout.complete_checkout._prepare_checkout_with_payment is missing",
    ):
        seams.verify()


def test_changed_seam_is_named(monkeypatch):
    # given
    monkeypatch.setattr(complete_checkout, "_create_order", lambda order: order)

    # when / then
    with pytest.raises(
        ImproperlyConfigured,
        match=r"complete_checkout._create_order takes \(order\) instead of \(checkout_",
    ):
        seams.verify()


def test_manage_py_check_reports_a_seam_that_was_replaced(monkeypatch):
    # given
    original = complete_checkout._prepare_checkout_with_payment.__wrapped__
    monkeypatch.setattr(complete_checkout, "_prepare_checkout_with_payment", original)

    # when / then
    with pytest.raises(SystemCheckError, match="saleor_order_groups.E002"):
        call_command("check")


def test_process_does_not_start_on_an_unsupported_version():
    # given
    program = "import saleor, django; saleor.__version__ = '3.22.9'; django.setup()"

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
    assert "supports Saleor >=3.23.2,<3.24" in result.stderr
    assert "the version is 3.22.9" in result.stderr
