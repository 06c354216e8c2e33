"""The schema has everything that the examples of sellers ask for."""

import pytest
from graphql import parse, validate
from saleor.graphql.api import schema

from examples.seller_api import orders
from examples.seller_erp import erp
from examples.vendor_portal import member

DOCUMENTS = {
    "access": orders.ACCESS,
    "get": orders.GET,
    "page of rows": orders.ROW + orders.LIST,
    "page of orders": orders.ORDER + orders.LIST,
    "confirm": orders.CONFIRM,
    "cancel": orders.CANCEL,
    "fulfill": orders.FULFILL,
    "update tracking": orders.UPDATE_TRACKING,
    "cancel fulfillment": orders.CANCEL_FULFILLMENT,
    "refund": orders.REFUND,
    "set reference": orders.SET_REFERENCE,
    "webhooks": erp.SUBSCRIPTION,
    "log in": member.LOG_IN,
    "refresh": member.REFRESH,
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_valid(name):
    assert validate(schema, parse(DOCUMENTS[name])) == []
