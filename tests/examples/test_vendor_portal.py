"""A member works with the portal, at a real Saleor."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from examples.vendor_portal.portal import PAGE_SIZE
from tests.examples.helpers import read_order
from tests.helpers.browsing import Chromium, HttpBrowser

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("processes"),
]

# Orders of 60.00 and 30.00, delivered for 5.00.
TWO = [("alpha", "30.00", 2), ("beta", "10.00", 3)]


@pytest.fixture
def chromium(tmp_path):
    if not (program := Chromium.find()):
        pytest.skip("Chromium is not installed.")
    browser = Chromium(program, tmp_path)
    yield browser
    browser.stop()


@pytest.fixture(params=["HTTP", "Chromium"])
def browser(request):
    if request.param == "HTTP":
        return HttpBrowser()
    return request.getfixturevalue("chromium")


def test_member_works_on_an_order(browser, log_in, buy, make_member, channel_USD):
    # given
    channel_USD.automatically_confirm_all_new_orders = False
    channel_USD.save()
    sold = buy(TWO)
    member = make_member("alpha")

    # when: log in and look for the order
    log_in(member, browser)
    browser.press("Show", search=sold["alpha"].number, **{"to-ship": False})
    assert f"#{sold['beta'].number}" not in browser.text
    browser.follow(f"#{sold['alpha'].number}")
    assert "Ship" not in browser.buttons

    # when: accept it
    browser.press("Confirm order")
    assert "The order is confirmed." in browser.text
    assert "Confirm order" not in browser.buttons

    # when: ship one of two items
    browser.press("Ship", tracking="T-1", quantity="1", notify=False)
    assert "Partially fulfilled" in browser.text
    assert "No. 1 · Fulfilled · 1 × Product 0 · Tracking number T-1" in browser.text

    # when: correct the tracking number, then take the shipment back and ship all
    browser.press("Save", tracking="T-2")
    assert "Tracking number T-2" in browser.text
    browser.press("Cancel shipment")
    assert "No. 1 · Canceled" in browser.text
    browser.press("Ship", quantity="2", tracking="T-3")
    assert "Tracking number T-3" in browser.text
    assert "Ship" not in browser.buttons

    # when: refund too much, then a part
    browser.press("Refund", amount="1000")
    assert "The refund is recorded." not in browser.text
    browser.press("Refund", amount="5", reason="One is scratched")
    assert "5.00 USD · Waits for the shop · One is scratched" in browser.text
    browser.press("Log out")
    assert "Password" in browser.text

    # then
    order = read_order(sold["alpha"])
    assert order.status == "fulfilled"
    assert [each.tracking_number for each in order.fulfillments.order_by("pk")] == [
        "T-2", "T-3"
    ]  # fmt: skip
    assert [each.amount_value for each in order.granted_refunds.all()] == [5]
    assert read_order(sold["beta"]).status == "unconfirmed"


def test_member_cancels_an_order(log_in, buy, make_member):
    # given
    sold = buy(TWO)
    browser = log_in(make_member("alpha"))
    browser.follow(f"#{sold['alpha'].number}")

    # when
    browser.press("Cancel order", reason="Sold out")

    # then
    assert "The order is canceled." in browser.text
    assert browser.buttons == ["Log out", "Refund"]
    assert read_order(sold["alpha"]).status == "canceled"
    assert read_order(sold["beta"]).status == "unfulfilled"


def test_order_of_another_seller_is_not_found(log_in, buy, make_member):
    # given
    sold = buy(TWO)
    browser = log_in(make_member("alpha"))

    # when
    addresses = []
    for sold_id in (sold["beta"].id, sold["beta"].order_id, sold["alpha"].order_id):
        browser.open(f"/orders/{sold_id}")
        addresses.append((browser.status, browser.text))

    # then
    assert {status for status, _ in addresses} == {404}
    assert len(set(addresses)) == 1


def test_form_that_is_sent_twice_acts_once(log_in, buy, make_member):
    # given
    sold = buy(TWO)
    browser = log_in(make_member("alpha"))
    browser.follow(f"#{sold['alpha'].number}")
    form = browser.get_form("Refund")

    # when
    def click(_):
        other = HttpBrowser()
        other.url, other.cookies = browser.url, dict(browser.cookies)
        other.send(form, amount="5")
        return other.text

    with ThreadPoolExecutor(2) as clicks:
        shown = list(clicks.map(click, range(2)))

    # then
    assert all("The refund is recorded." in text for text in shown)
    assert read_order(sold["alpha"]).granted_refunds.count() == 1

    # when: the same form, with another amount
    browser.send(form, amount="6")

    # then
    assert browser.status == 422
    assert read_order(sold["alpha"]).granted_refunds.count() == 1


def test_rights_decide_which_buttons_are_there(log_in, buy, make_member):
    # given
    sold = buy(TWO)
    browser = log_in(make_member("alpha", rights=["fulfill"]))

    # when
    browser.follow(f"#{sold['alpha'].number}")
    confirmation = browser.buttons
    browser.press("Ship", quantity="1")

    # then
    assert confirmation == ["Log out", "Ship"]
    assert browser.buttons == ["Log out", "Ship", "Save", "Cancel shipment"]


def test_removed_member_sees_nothing_at_the_next_click(log_in, buy, make_member):
    # given
    buy(TWO)
    member = make_member("alpha")
    browser = log_in(member)
    assert "1 order " in browser.text

    # when
    member.seller_memberships.all().delete()
    browser.open("/orders")

    # then
    assert "Your account belongs to no seller." in browser.text


def test_deactivated_account_must_log_in_again(log_in, buy, make_member):
    # given
    buy(TWO)
    member = make_member("alpha")
    browser = log_in(member)

    # when
    member.is_active = False
    member.save()
    browser.open("/orders")

    # then
    assert browser.buttons == ["Log in"]


def test_long_lists_have_pages(log_in, buy, make_member, get_seller, create_group):
    # given
    seller = get_seller("alpha")
    for _ in range(PAGE_SIZE + 1):
        create_group([seller])
    browser = log_in(make_member("alpha"))

    # when
    first = browser.page.rows
    browser.follow("Older orders")
    second = browser.page.rows
    browser.follow("Newer orders")

    # then
    assert (len(first), len(second)) == (PAGE_SIZE + 1, 2)
    assert browser.page.rows == first
    assert second[1] not in first
