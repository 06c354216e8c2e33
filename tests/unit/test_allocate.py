from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_order_groups.allocation.allocate import (
    CheckoutAmounts,
    PartitionAmounts,
    UnbalancedCheckoutError,
    allocate,
)


def make_checkout(sellers, **figures):
    net, gross = sum(s.net for s in sellers), sum(s.gross for s in sellers)
    values = {
        "prices_entered_with_tax": True,
        "shipping_net": 0,
        "shipping_gross": 0,
        "shipping_base": 0,
        "shipping_undiscounted_base": 0,
        "discount": 0,
        "discount_is_on_shipping": False,
        "gift_cards": (),
        **figures,
    }
    total_net = net + values["shipping_net"]
    values["total_gross"] = gross + values["shipping_gross"]
    spent = min(sum(values["gift_cards"]), values["total_gross"])
    due = values["total_gross"] - spent
    values["due_gross"] = due
    # As Saleor: the net in proportion, rounded half to even.
    total_gross = values["total_gross"]
    values["due_net"] = round(due * total_net / total_gross) if total_gross else 0
    return CheckoutAmounts(**values)


def make_seller(gross, net=None, loss=0, *, ships=True):
    return PartitionAmounts(
        net=gross if net is None else net,
        gross=gross,
        discount_loss=loss,
        needs_shipping=ships,
        shipping_weight=gross,
    )


def test_shipping_and_voucher_of_the_worked_case():
    # given
    sellers = [make_seller(5400, loss=600), make_seller(3600, loss=400)]
    checkout = make_checkout(
        sellers,
        shipping_net=500,
        shipping_gross=500,
        shipping_base=500,
        shipping_undiscounted_base=500,
        discount=1000,
    )

    # when
    first, second = allocate(checkout, sellers)

    # then
    assert (first.shipping_gross, second.shipping_gross) == (300, 200)
    assert (first.discount, second.discount) == (600, 400)
    assert (first.total_gross, second.total_gross) == (5700, 3800)


def test_net_and_gross_apart_would_give_a_negative_tax():
    # given
    sellers = [make_seller(1), make_seller(3), make_seller(5)]
    checkout = make_checkout(
        sellers,
        shipping_net=4,
        shipping_gross=5,
        shipping_base=5,
        shipping_undiscounted_base=5,
    )

    # when
    shares = allocate(checkout, sellers)

    # then
    assert [share.shipping_gross for share in shares] == [0, 2, 3]
    assert [share.shipping_net for share in shares] == [0, 2, 2]


def test_goods_that_do_not_ship_carry_no_shipping():
    # given
    sellers = [make_seller(6000, ships=False), make_seller(4000)]
    checkout = make_checkout(
        sellers,
        shipping_net=500,
        shipping_gross=500,
        shipping_base=500,
        shipping_undiscounted_base=500,
    )

    # when
    first, second = allocate(checkout, sellers)

    # then
    assert not first.carries_shipping
    assert (first.shipping_gross, first.total_gross) == (0, 6000)
    assert (second.shipping_gross, second.total_gross) == (500, 4500)


def test_free_goods_beside_others():
    # given
    sellers = [make_seller(0), make_seller(1000)]
    checkout = make_checkout(
        sellers,
        shipping_net=100,
        shipping_gross=100,
        shipping_base=100,
        shipping_undiscounted_base=100,
        gift_cards=(300,),
    )

    # when
    first, second = allocate(checkout, sellers)

    # then
    assert (first.shipping_gross, first.gift_cards, first.total_gross) == (0, (0,), 0)
    assert (second.gift_cards, second.total_gross) == ((300,), 800)


def test_later_gift_cards_draw_down_what_each_order_still_needs():
    # given
    sellers = [make_seller(3333), make_seller(3333), make_seller(3334)]
    checkout = make_checkout(sellers, gift_cards=(5000, 4999, 9999))

    # when
    shares = allocate(checkout, sellers)

    # then
    assert [sum(share.gift_cards) for share in shares] == [3333, 3333, 3334]
    assert [share.gift_cards for share in shares] == [
        (1667, 1666, 0),
        (1666, 1667, 0),
        (1667, 1666, 1),
    ]
    assert [share.total_gross for share in shares] == [0, 0, 0]


def test_discount_on_shipping_goes_by_the_loss_of_shipping():
    # given
    sellers = [make_seller(6000), make_seller(4000)]
    checkout = make_checkout(
        sellers,
        shipping_net=250,
        shipping_gross=250,
        shipping_base=250,
        shipping_undiscounted_base=500,
        discount=250,
        discount_is_on_shipping=True,
    )

    # when
    first, second = allocate(checkout, sellers)

    # then
    assert (first.discount, second.discount) == (150, 100)
    assert (first.shipping_undiscounted_base, first.shipping_base) == (300, 150)


@pytest.mark.parametrize(
    ("_case", "change"),
    [
        ("a total with another amount", {"total_gross": 10_001}),
        ("a net with another amount", {"due_net": 9_999}),
        ("gift cards with another balance", {"due_gross": 9_000}),
    ],
)
def test_figures_that_do_not_add_up_are_refused(_case, change):
    # given
    sellers = [make_seller(6000), make_seller(4000)]
    checkout = replace(make_checkout(sellers), **change)

    # when / then
    with pytest.raises(UnbalancedCheckoutError):
        allocate(checkout, sellers)


def test_discount_that_no_line_could_lose_comes_off_the_totals():
    # given: 10.00 off three lines of 10.00, of which they lost 9.99
    sellers = [make_seller(667, loss=333) for _ in range(3)]
    checkout = replace(
        make_checkout(sellers, discount=1000),
        total_gross=2000,
        due_gross=2000,
        due_net=2000,
    )

    # when
    shares = allocate(checkout, sellers)

    # then
    assert [share.discount for share in shares] == [334, 333, 333]
    assert [share.total_gross for share in shares] == [666, 667, 667]


def test_negative_tax_is_refused():
    # given
    sellers = [make_seller(6000, net=6001), make_seller(4000)]

    # when / then
    with pytest.raises(UnbalancedCheckoutError, match="negative"):
        allocate(make_checkout(sellers), sellers)


@st.composite
def carts(draw):
    sellers = []
    for _ in range(draw(st.integers(2, 8))):
        gross = draw(st.integers(0, 10**6))
        sellers.append(
            make_seller(
                gross,
                net=draw(st.integers(0, gross)),
                loss=draw(st.integers(0, 10**4)),
                ships=draw(st.booleans()),
            )
        )
    undiscounted = draw(st.integers(0, 10**4))
    base = draw(st.integers(0, undiscounted))
    gross = draw(st.sampled_from([base, draw(st.integers(0, 10**4))]))
    return sellers, make_checkout(
        sellers,
        prices_entered_with_tax=draw(st.booleans()),
        shipping_gross=gross,
        shipping_net=draw(st.integers(0, gross)),
        shipping_base=base,
        shipping_undiscounted_base=undiscounted,
        discount=draw(st.integers(0, 10**5)),
        discount_is_on_shipping=draw(st.booleans()),
        gift_cards=tuple(draw(st.lists(st.integers(0, 10**6), max_size=4))),
    )


@settings(max_examples=500)
@given(carts())
def test_every_component_sums_to_the_checkout(cart):
    sellers, checkout = cart
    shares = allocate(checkout, sellers)
    for name, total in (
        ("shipping_net", checkout.shipping_net),
        ("shipping_gross", checkout.shipping_gross),
        ("shipping_base", checkout.shipping_base),
        ("shipping_undiscounted_base", checkout.shipping_undiscounted_base),
        ("discount", checkout.discount),
        ("total_net", checkout.due_net),
        ("total_gross", checkout.due_gross),
    ):
        assert sum(getattr(share, name) for share in shares) == total
    for index, balance in enumerate(checkout.gift_cards):
        assert 0 <= sum(share.gift_cards[index] for share in shares) <= balance


@settings(max_examples=500)
@given(carts())
def test_no_order_has_an_amount_that_the_checkout_does_not_have(cart):
    sellers, checkout = cart
    for seller, share in zip(sellers, allocate(checkout, sellers), strict=True):
        assert 0 <= share.shipping_net <= share.shipping_gross
        assert 0 <= share.shipping_base <= share.shipping_undiscounted_base
        assert 0 <= share.total_net <= share.total_gross
        assert min(share.gift_cards, default=0) >= 0
        assert share.discount >= 0
        assert share.total_gross == seller.gross + share.shipping_gross - sum(
            share.gift_cards
        )
        if not share.carries_shipping:
            assert share.shipping_gross == share.shipping_undiscounted_base == 0


def test_line_that_became_dearer_has_no_part_of_the_discount():
    # given: Saleor took a unit too many from the first, and added it to the second
    sellers = [make_seller(1994, loss=6), make_seller(1, loss=-1)]
    checkout = make_checkout(sellers, discount=5)

    # when
    first, second = allocate(checkout, sellers)

    # then
    assert (first.discount, second.discount) == (5, 0)
    assert (first.total_gross, second.total_gross) == (1994, 1)
