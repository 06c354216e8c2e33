"""The demo's sellers work on their orders, in its first run and in later ones."""

import pytest

from demo import __main__ as story
from demo import shop, storefront, vendors
from demo.client import Api
from demo.receiver import Receiver
from demo.report import Checks


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def staff(saleor, receiver, superuser, permission_group_all_perms_all_channels):
    superuser.set_password("password")
    superuser.save()
    permission_group_all_perms_all_channels.user_set.add(superuser)
    staff = shop.log_in(Api(saleor.url), superuser.email, "password")
    shop.seed(staff, receiver.url)
    return staff


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("processes")
def test_sellers_work_on_their_own_orders(staff, saleor, receiver):
    # given
    url = saleor.url.removesuffix("/graphql/")
    customer = shop.log_in(Api(saleor.url), shop.CUSTOMER_EMAIL, shop.CUSTOMER_PASSWORD)
    app = customer.as_bearer_of(shop.app_access(staff, receiver.url).token)

    for _ in range(2):
        # when
        checks = Checks()
        vendors.remove_old_erps(staff)
        erp = vendors.start_erp(staff, url)
        cart = storefront.fill_cart(customer)
        checkout = storefront.address_and_deliver(customer, cart["id"])
        storefront.pay(app, checkout)
        group = storefront.complete(customer, checkout["id"])["orderGroup"]
        member = vendors.add_member(staff, url)
        story.work_as_sellers(checks, member, erp, app, group)

        # then
        assert checks.failed == []
        assert checks.passed == 6
