"""An ERP ships on Saleor's webhook, which a Celery worker sends."""

import pytest

from examples.seller_erp.book import Book
from tests.examples.helpers import read_order

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("processes"),
]

TWO = [("alpha", "30.00", 2), ("beta", "10.00", 3)]


def test_erp_ships_a_paid_order(start_erp, buy, saleor):
    # given
    alpha, beta = start_erp("alpha"), start_erp("beta")

    # when
    sold = buy(TWO)
    alpha.wait_for(lambda erp: erp.received)
    alpha.erp.work()

    # then
    order = read_order(sold["alpha"])
    assert order.status == "fulfilled"
    [fulfillment] = order.fulfillments.all()
    assert fulfillment.tracking_number == f"PARCEL-{order.number}"
    [entry] = alpha.book.get_all()
    assert entry.outcome == "shipped"
    assert entry.order["externalReference"] == entry.reference

    # then: it is told of its own act
    alpha.wait_for(lambda erp: erp.received[-1]["status"] == "FULFILLED")

    # then: each has heard of its own order alone
    beta.wait_for(lambda erp: erp.received)
    saleor.wait_until_idle()
    assert {each["id"] for each in alpha.received} == {sold["alpha"].id}
    assert {each["id"] for each in beta.received} == {sold["beta"].id}
    assert read_order(sold["beta"]).status == "unfulfilled"


def test_events_that_come_again_ship_nothing(start_erp, buy, saleor):
    # given
    alpha = start_erp("alpha")
    sold = buy(TWO)
    alpha.wait_for(lambda erp: erp.received)
    alpha.erp.work()
    alpha.wait_for(lambda erp: erp.received[-1]["status"] == "FULFILLED")
    saleor.wait_until_idle()

    # when
    for order in reversed(list(alpha.received)):
        alpha.erp.handle(order)
    alpha.erp.work()

    # then
    [entry] = alpha.book.get_all()
    assert entry.order["status"] == "FULFILLED"
    assert read_order(sold["alpha"]).fulfillments.count() == 1


def test_erp_without_a_book_ships_nothing_again(start_erp, buy, tmp_path, saleor):
    # given
    alpha = start_erp("alpha")
    sold = buy(TWO)
    alpha.wait_for(lambda erp: erp.received)
    alpha.erp.work()

    # when
    alpha.erp.book = alpha.book = Book(str(tmp_path / "new.sqlite"))
    sold_later = buy(TWO)
    alpha.wait_for(lambda erp: erp.received[-1]["id"] == sold_later["alpha"].id)
    alpha.erp.catch_up()
    alpha.erp.work()

    # then
    outcomes = {entry.order["id"]: entry.outcome for entry in alpha.book.get_all()}
    assert outcomes == {
        sold["alpha"].id: "nothing to ship",
        sold_later["alpha"].id: "shipped",
    }
    for each in (sold, sold_later):
        assert read_order(each["alpha"]).fulfillments.count() == 1


def test_unconfirmed_order_waits(start_erp, buy, channel_USD, saleor):
    # given
    channel_USD.automatically_confirm_all_new_orders = False
    channel_USD.save()
    alpha = start_erp("alpha")

    # when
    sold = buy(TWO)
    alpha.wait_for(lambda erp: erp.received)
    alpha.erp.work()

    # then
    assert read_order(sold["alpha"]).status == "unconfirmed"
    assert [entry.outcome for entry in alpha.book.get_all()] == [None]
