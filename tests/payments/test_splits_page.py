"""docs/splits.md shows the file of the fold, and documents that the schema has."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from graphql import parse, validate
from saleor.graphql.api import schema

from examples.payment_apps import adyen_platforms, paypal, saleor_api, stripe_connect
from examples.payment_apps.balances import get_balances

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "splits.md").read_text()
DOCUMENTS = re.findall(r"```graphql\n(.*?)```", PAGE, re.DOTALL) + [
    adyen_platforms.SUBSCRIPTION,
    paypal.SUBSCRIPTION,
    stripe_connect.SUBSCRIPTION,
    saleor_api.READ,
    saleor_api.REPORT,
]
SHARE = {"order": {"id": "1"}, "amount": {"amount": 0.3}}


def test_page_shows_the_file():
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert code == (ROOT / "examples" / "payment_apps" / "balances.py").read_text()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_are_valid(document):
    assert validate(schema, parse(document)) == []


def test_files_of_the_page_exist():
    paths = re.findall(r"`((?:examples|tests)/[\w/.]+)`", PAGE)
    assert paths
    assert all((ROOT / path).exists() for path in paths)


@pytest.mark.parametrize("times", [1, 2])
def test_newest_of_success_and_failure_decides(times):
    # given
    events = [
        make_event("CHARGE_SUCCESS", "charge-1", minute=1),
        make_event("CHARGE_SUCCESS", "charge-2", minute=2),
        make_event("CHARGE_FAILURE", "charge-2", minute=3),
        make_event("REFUND_REQUEST", "refund-1", minute=4),
        make_event("REFUND_SUCCESS", "refund-2", minute=5, amount=0.1),
    ]

    # when
    balances = get_balances([*reversed(events)] * times)

    # then
    assert balances == {"1": Decimal("0.2")}


def make_event(event_type, reference, minute, amount=0.3):
    id = f"{event_type} {reference}"
    share = SHARE | {"id": f"share of {id}", "amount": {"amount": amount}}
    return {
        "id": id,
        "type": event_type,
        "pspReference": reference,
        "createdAt": f"2026-03-04T05:{minute:02}:00+00:00",
        "shares": [share],
    }
