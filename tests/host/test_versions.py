"""Which Saleor is supported, and what differs between its minors."""

import logging

import pytest
import saleor
from saleor.checkout.models import CheckoutMetadata
from saleor.order.delivery_context import PRIVATE_META_APP_SHIPPING_ID

from saleor_order_groups.host import internal, v3_24, versions


def get_names(module):
    return {
        name
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__
        or isinstance(value, internal.Internal)
        and value in module.INTERNALS
    }


def test_the_modules_of_all_minors_have_the_same_names():
    # when
    names = {minor: get_names(module) for minor, module in versions.MINORS.items()}

    # then
    assert names == dict.fromkeys(versions.MINORS, {"forget_external_shipping"})


def test_the_module_of_the_installed_minor_is_chosen():
    # given
    chosen = versions.MINORS[saleor.schema_version]

    # then
    assert versions.forget_external_shipping is chosen.forget_external_shipping
    assert versions.INTERNALS is chosen.INTERNALS


@pytest.mark.parametrize(
    "forget", [versions.forget_external_shipping, v3_24.forget_external_shipping]
)
def test_the_shipping_of_an_app_is_forgotten_alike(
    forget, checkout, django_assert_num_queries
):
    # given
    metadata, _ = CheckoutMetadata.objects.get_or_create(checkout=checkout)
    metadata.private_metadata = {PRIVATE_META_APP_SHIPPING_ID: "app:1", "kept": "yes"}
    metadata.save()
    checkout.refresh_from_db()

    # when
    with django_assert_num_queries(2):
        forget(checkout)
    with django_assert_num_queries(0):
        forget(checkout)

    # then
    metadata.refresh_from_db()
    assert metadata.private_metadata == {"kept": "yes"}


@pytest.mark.parametrize(
    ("_case", "version", "warnings"),
    [
        ("the tested one", "3.24.0-a.0", 0),
        ("a newer alpha", "3.24.0-a.1", 1),
        ("a release", "3.24.3", 1),
        ("a patch of a released minor", "3.23.99", 0),
    ],
)
def test_a_newer_version_of_an_unreleased_minor_is_warned_of(
    _case, version, warnings, monkeypatch, caplog
):
    # given
    monkeypatch.setattr(saleor, "__version__", version)
    monkeypatch.setattr(saleor, "schema_version", version[:4])

    # when
    with caplog.at_level(logging.WARNING):
        versions.warn_if_untested()

    # then
    assert len(caplog.records) == warnings
    assert all(version in record.getMessage() for record in caplog.records)
