from saleor.order.models import Order
from saleor.order.search import update_order_search_vector


def test_search_vectors_are_those_of_saleor(make_cart, pay, complete, customer_user):
    # given: words with accents, in several texts of one vector
    customer_user.first_name, customer_user.last_name = "Zoë", "Čapek"
    customer_user.save()
    checkout = make_cart([("alpha", "10.00"), ("beta", "7.00")])
    checkout.billing_address.street_address_1 = "Łąkowa's 7 \\ %s"
    checkout.billing_address.save()
    checkout.note = "Ring twice"
    checkout.save()
    pay(checkout)

    # when
    assert not complete(checkout)["errors"]

    # then
    assert Order.objects.count() == 2
    for order in Order.objects.all():
        made = order.search_vector
        assert "'zoe'" in made
        assert "'twice'" in made
        update_order_search_vector(order)
        order.refresh_from_db()
        assert order.search_vector == made
