"""Data loaders of groups and their related objects."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db.models import F
from promise import Promise
from saleor.graphql.core.dataloaders import DataLoader
from saleor.graphql.order.dataloaders import OrderByIdLoader
from saleor.order.models import Order
from saleor.payment.models import TransactionItem

from ...groups.cancelations import get_last_cancelations
from ...groups.discounts import GroupDiscount, get_discounts
from ...groups.taxes import GroupTax, get_taxes
from ...groups.totals import GroupSettlement, GroupTotals, get_settlements, get_totals
from ...models import OrderGroup, OrderGroupEvent, OrderGroupOrder, Seller
from ..sellers.dataloaders import SellerByIdLoader


class OrderGroupByIdLoader(DataLoader[UUID, OrderGroup | None]):
    context_key = "saleor_order_groups_group_by_id"

    def batch_load(self, keys):
        groups = OrderGroup.objects.using(self.database_connection_name).in_bulk(keys)
        return [groups.get(key) for key in keys]


class OrderLinkByOrderIdLoader(DataLoader[UUID, OrderGroupOrder | None]):
    """Load the order link of an order."""

    context_key = "saleor_order_groups_link_by_order_id"

    def batch_load(self, keys):
        links = {
            link.order_id: link
            for link in OrderGroupOrder.objects.using(
                self.database_connection_name
            ).filter(order_id__in=keys)
        }
        return [links.get(key) for key in keys]


class OrderLinksByGroupIdLoader(DataLoader[UUID, list[OrderGroupOrder]]):
    """Load the order links of a group by position."""

    context_key = "saleor_order_groups_links_by_group_id"

    def batch_load(self, keys):
        links = defaultdict(list)
        for link in (
            OrderGroupOrder.objects.using(self.database_connection_name)
            .filter(group_id__in=keys)
            .order_by("group_id", "position")
        ):
            links[link.group_id].append(link)
        return [links[key] for key in keys]


class OrdersByGroupIdLoader(DataLoader[UUID, list[Order]]):
    """Load the orders of a group by position."""

    context_key = "saleor_order_groups_orders_by_group_id"

    def batch_load(self, keys):
        def with_links(links_by_group):
            order_ids = [link.order_id for links in links_by_group for link in links]

            def with_orders(orders):
                by_id = {order.pk: order for order in orders if order}
                return [
                    [by_id[link.order_id] for link in links if link.order_id in by_id]
                    for links in links_by_group
                ]

            return OrderByIdLoader(self.context).load_many(order_ids).then(with_orders)

        return OrderLinksByGroupIdLoader(self.context).load_many(keys).then(with_links)


class SellersByGroupIdLoader(DataLoader[UUID, list[Seller]]):
    """Load the distinct sellers of a group's orders, in the order of the orders.

    The sellers are joined to the order links: a promise for each seller would take
    longer than reading a seller twice.
    """

    context_key = "saleor_order_groups_sellers_by_group_id"

    def batch_load(self, keys):
        sellers: dict[UUID, dict[UUID, Seller]] = defaultdict(dict)
        for link in (
            OrderGroupOrder.objects.using(self.database_connection_name)
            .filter(group_id__in=keys)
            .select_related("seller")
            .order_by("group_id", "position")
        ):
            if link.seller:
                sellers[link.group_id].setdefault(link.seller.pk, link.seller)
        return [list(sellers[key].values()) for key in keys]


class SellerByOrderIdLoader(DataLoader[UUID, Seller | None]):
    """Load the seller of an order; a replacement has that of the replaced order."""

    context_key = "saleor_order_groups_seller_by_order_id"

    def batch_load(self, keys):
        def seller_of(order_id, link, order):
            if link:
                if link.seller_id is None:
                    return None
                return SellerByIdLoader(self.context).load(link.seller_id)
            if order and order.original_id and order.original_id != order_id:
                return SellerByOrderIdLoader(self.context).load(order.original_id)
            return None

        def with_links_and_orders(loaded):
            links, orders = loaded
            return Promise.all(
                [
                    seller_of(key, link, order)
                    for key, link, order in zip(keys, links, orders, strict=True)
                ]
            )

        return Promise.all(
            [
                OrderLinkByOrderIdLoader(self.context).load_many(keys),
                OrderByIdLoader(self.context).load_many(keys),
            ]
        ).then(with_links_and_orders)


class OrderGroupByOrderIdLoader(DataLoader[UUID, OrderGroup | None]):
    context_key = "saleor_order_groups_group_by_order_id"

    def batch_load(self, keys):
        def with_links(links):
            return Promise.all(
                [
                    OrderGroupByIdLoader(self.context).load(link.group_id)
                    if link
                    else None
                    for link in links
                ]
            )

        return OrderLinkByOrderIdLoader(self.context).load_many(keys).then(with_links)


class TotalsByGroupLoader(DataLoader[OrderGroup, GroupTotals]):
    context_key = "saleor_order_groups_totals_by_group"

    def batch_load(self, keys):
        totals = get_totals(keys, self.database_connection_name)
        return [totals[group.pk] for group in keys]


class SettlementByGroupLoader(DataLoader[OrderGroup, GroupSettlement]):
    context_key = "saleor_order_groups_settlement_by_group"

    def batch_load(self, keys):
        settlements = get_settlements(keys, self.database_connection_name)
        return [settlements[group.pk] for group in keys]


class TaxesByGroupLoader(DataLoader[OrderGroup, list[GroupTax]]):
    context_key = "saleor_order_groups_taxes_by_group"

    def batch_load(self, keys):
        taxes = get_taxes(keys, self.database_connection_name)
        return [taxes[group.pk] for group in keys]


class DiscountsByGroupLoader(DataLoader[OrderGroup, list[GroupDiscount]]):
    context_key = "saleor_order_groups_discounts_by_group"

    def batch_load(self, keys):
        discounts = get_discounts(keys, self.database_connection_name)
        return [discounts[group.pk] for group in keys]


class LastCancelationByGroupIdLoader(DataLoader[UUID, datetime | None]):
    context_key = "saleor_order_groups_last_cancelation_by_group_id"

    def batch_load(self, keys):
        dates = get_last_cancelations(keys, self.database_connection_name)
        return [dates.get(key) for key in keys]


class EventsByGroupIdLoader(DataLoader[UUID, list[OrderGroupEvent]]):
    context_key = "saleor_order_groups_events_by_group_id"

    def batch_load(self, keys):
        by_group = defaultdict(list)
        for event in (
            OrderGroupEvent.objects.using(self.database_connection_name)
            .filter(group_id__in=keys)
            .order_by("group_id", "sequence")
        ):
            by_group[event.group_id].append(event)
        return [by_group[key] for key in keys]


class TransactionsByGroupIdLoader(DataLoader[UUID, list[TransactionItem]]):
    """Load a group's payments and its orders' other transactions, without shares."""

    context_key = "saleor_order_groups_transactions_by_group_id"

    def batch_load(self, keys):
        transactions = TransactionItem.objects.using(self.database_connection_name)
        payments = transactions.filter(group_payment__group_id__in=keys).annotate(
            group_id=F("group_payment__group_id")
        )
        of_single_orders = transactions.filter(
            order__order_group_link__group_id__in=keys, payment_share__isnull=True
        ).annotate(group_id=F("order__order_group_link__group_id"))
        by_group = defaultdict(list)
        for transaction in payments.union(of_single_orders, all=True).order_by(
            "created_at", "pk"
        ):
            by_group[transaction.group_id].append(transaction)
        return [by_group[key] for key in keys]
