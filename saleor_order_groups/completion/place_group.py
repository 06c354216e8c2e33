"""READ FIRST: how a checkout of several sellers becomes its orders.

`place_order_group` runs where Saleor would create the one order, under the lock that
Saleor holds on the checkout row. It runs in a savepoint of its own: Saleor commits the
rows that a failing completion has written, and half a group must never be committed.

A completion has three phases. It reads the checkout into a frozen plan, decides on the
order allocations (pure arithmetic), and writes. The preview (`allocation.preview`) is
the first two phases.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from saleor.core.tracing import traced_atomic_transaction
from saleor.order.models import Order

from ..allocation.checkout_amounts import allocate_plan
from ..config import OrderGroupsConfig, get_config
from ..groups.creation import NewGroup, create_groups
from ..groups.lookup import find_first_order
from ..payments.shares_updates import record_update_of_order
from ..payments.split import refuse_unsupported_transactions, share_payments
from ..sellers.assignments import ensure_sellers, fetch_sellers
from ..sellers.partition import SellerLines, get_product_ids, partition_lines
from .after_commit import announce_group, announce_orders, record_placement
from .changes import refresh_prices, refuse_other_total
from .context import Completion
from .insert import save_orders
from .orders import place_orders
from .read import read_plan
from .refusals import refuse_changed_lines, refuse_sellers, refuse_wrong_amounts

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo


def place_order_group(
    completion: Completion,
    create_saleor_order: Callable[[], Order],
    use_voucher: Callable[[], None],
) -> Order:
    """Create the orders and the group of a checkout; return the group's first order.

    Completing again returns the same order and writes nothing.

    :param create_saleor_order: Saleor's own creation of the one order.
    :param use_voucher: counts the checkout's voucher once for all orders; a failure
        rolls the count back.
    :raises ValidationError: the checkout is refused; nothing has been written.
    :raises InsufficientStock: stock is missing; nothing has been written.
    """
    config = get_config(completion.checkout_info.channel.slug, completion.manager)
    if not config.active:
        return create_saleor_order()
    with traced_atomic_transaction():
        if first_order := find_first_order(completion.checkout.token):
            return first_order

        # Read: partition the lines by seller, at current prices.
        partitions = _partition_lines(completion, config)
        if needs_split(partitions) and _price_again(completion):
            partitions = _partition_lines(completion, config)
        refuse_sellers(partitions, config)
        refuse_changed_lines(completion, partitions, config)
        use_voucher()
        if not needs_split(partitions):
            return _place_one_order(completion, config, partitions, create_saleor_order)
        refuse_unsupported_transactions(completion.checkout)
        with refuse_wrong_amounts():
            plan = read_plan(completion, partitions, config)

            # Decide: divide the checkout's amounts into order allocations.
            allocations = allocate_plan(plan)

            # Write: the orders, their group, their payment shares.
            placed = place_orders(completion, plan, allocations)
            pairs = [(order.order, order.seller) for order in placed]
            [group] = create_groups(
                [NewGroup(completion.checkout.token, pairs, are_announced=False)]
            )
            orders = [order.order for order in placed]
            transactions = share_payments(completion.checkout, group, orders)
        save_orders(placed, transactions)
        record_placement(completion, group)
        failed = announce_orders(completion, placed)
        announce_group(completion, group, config, orders[0], failed)
    return orders[0]


def _place_one_order(
    completion: Completion,
    config: OrderGroupsConfig,
    partitions: Sequence[SellerLines],
    create_saleor_order: Callable[[], Order],
) -> Order:
    """Let Saleor create the order, and give it a group if that is configured."""
    order = create_saleor_order()
    if partitions and config.group_single_seller:
        pairs = [(order, partitions[0].seller)]
        [group] = create_groups([NewGroup(completion.checkout.token, pairs)])
        record_update_of_order(order.pk)
        record_placement(completion, group)
        announce_group(completion, group, config, order, failed=None)
    return order


def _partition_lines(
    completion: Completion, config: OrderGroupsConfig
) -> list[SellerLines]:
    lines = completion.checkout_lines
    sellers = ensure_sellers(get_product_ids(lines), config.seller_source)
    return partition_lines(lines, sellers)


def _price_again(completion: Completion) -> bool:
    """Check the prices under the lock; return whether the lines may have changed.

    :raises ValidationError: the checkout is not the one that was paid.
    """
    # The payment flow has prepared its order's data already. After an error of the tax
    # app (`force_update`), Saleor asks the app again anyway.
    if completion.order_data is not None or completion.force_update:
        return False
    is_priced = refresh_prices(
        completion.checkout_info, completion.checkout_lines, completion.manager
    )
    refuse_other_total(completion.checkout)
    return is_priced


def is_split(
    checkout_info: "CheckoutInfo", lines: Sequence["CheckoutLineInfo"]
) -> bool:
    """Tell whether completing the checkout makes several orders.

    :raises ValidationError: the completion would refuse the checkout.
    """
    config = get_config(checkout_info.channel.slug, checkout_info.manager)
    if not config.active:
        return False
    partitions = partition_lines(
        lines, fetch_sellers(get_product_ids(lines), config.seller_source)
    )
    refuse_sellers(partitions, config)
    if not needs_split(partitions):
        return False
    refuse_unsupported_transactions(checkout_info.checkout)
    return True


def needs_split(partitions: Sequence[SellerLines]) -> bool:
    """Tell whether the goods belong to more than one seller."""
    return len(partitions) > 1
