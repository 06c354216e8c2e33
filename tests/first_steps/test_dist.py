"""The wheel of `make dist`, installed beside a Saleor that knows nothing of the sources."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.contrib.sites.models import Site
from graphene import Node
from saleor.site.models import SiteSettings

from saleor_order_groups.models import OrderGroup, OrderGroupOrder
from tests.helpers.packages import do_in_saleor, link_packages

# The other process sees what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).with_name("uv")
CART = [("alpha", "60.00"), ("beta", "40.00")]
COMPLETE = """
    mutation Complete($id: ID!) {
      checkoutComplete(id: $id) {
        order { chargeStatus }
        orderGroup { orders { total { gross { amount } } } total { gross { amount } } }
        errors { field code message }
      }
    }
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build sdist and wheel as `make dist` does; return the wheel."""
    target = tmp_path_factory.mktemp("dist")
    build = [UV, "build", "--quiet", "--no-build-isolation", "--out-dir", target, ROOT]
    subprocess.run([*build, "--python", sys.executable], check=True)
    [built] = target.glob("*.whl")
    assert len(list(target.glob("*.tar.gz"))) == 1
    return built


@pytest.fixture(scope="module")
def packages(wheel, tmp_path_factory):
    """Return Saleor's packages with the wheel's."""
    target = tmp_path_factory.mktemp("site-packages")
    link_packages(target)
    install = [UV, "pip", "install", "--quiet", "--no-deps", "--target", target, wheel]
    subprocess.run([*install, "--python", sys.executable], check=True)
    return target


def is_built(path):
    """Tell whether a file is part of the Dashboard's built pages."""
    return path.is_file() and "static" in path.parts


def test_wheel_has_all_modules_and_no_test(wheel):
    # when
    names = set(ZipFile(wheel).namelist())

    # then
    sources = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "saleor_order_groups").rglob("*")
        if path.suffix == ".py" or path.name == "py.typed" or is_built(path)
    }
    assert names >= sources
    assert {name.split("/")[0] for name in names - sources} == {
        "saleor_order_groups-0.1.0.dist-info"
    }


def test_wheel_migrates_checks_and_completes_a_cart(
    packages, tmp_path, make_cart, pay, customer_user
):
    # when
    migrate = {"command": "migrate"}
    results = do_in_saleor(
        packages,
        tmp_path,
        "installed",
        (
            migrate | {"arguments": ["saleor_order_groups", "zero"]},
            migrate | {"arguments": ["saleor_order_groups"]},
            {"command": "check"},
        ),
    )

    # then
    assert results == ["done"] * 3

    # given: the other process has the site of Saleor's settings
    Site.objects.get_or_create(pk=1)
    SiteSettings.objects.get_or_create(site_id=1)
    checkout = make_cart(CART)
    pay(checkout)

    # when
    [completed] = do_in_saleor(
        packages,
        tmp_path,
        "installed",
        (
            {
                "as": customer_user.email,
                "query": COMPLETE,
                "variables": {"id": Node.to_global_id("Checkout", checkout.pk)},
            },
        ),
    )

    # then
    data = completed["data"]["checkoutComplete"]
    assert data["errors"] == []
    totals = [
        order["total"]["gross"]["amount"] for order in data["orderGroup"]["orders"]
    ]
    assert totals == [63, 42]
    assert data["orderGroup"]["total"]["gross"]["amount"] == 105
    group = OrderGroup.objects.get(checkout_token=checkout.pk)
    assert OrderGroupOrder.objects.filter(group=group).count() == 2
