from collections import defaultdict
from uuid import UUID

from promise import Promise
from saleor.graphql.core.dataloaders import DataLoader
from saleor.graphql.order.dataloaders import OrderByIdLoader
from saleor.graphql.product.dataloaders import ProductVariantByIdLoader
from saleor.order.models import Order

from ..models import OrderGroup, OrderGroupOrder, ProductSeller, Seller
from ..totals import GroupTotals, get_totals


class SellerByIdLoader(DataLoader[UUID, Seller | None]):
    context_key = "saleor_order_groups_seller_by_id"

    def batch_load(self, keys):
        sellers = Seller.objects.using(self.database_connection_name).in_bulk(keys)
        return [sellers.get(key) for key in keys]


class SellerByProductIdLoader(DataLoader[int, Seller | None]):
    context_key = "saleor_order_groups_seller_by_product_id"

    def batch_load(self, keys):
        sellers = {
            row.product_id: row.seller
            for row in ProductSeller.objects.using(self.database_connection_name)
            .filter(product_id__in=keys)
            .select_related("seller")
        }
        return [sellers.get(key) for key in keys]


class SellerByVariantIdLoader(DataLoader[int, Seller | None]):
    context_key = "saleor_order_groups_seller_by_variant_id"

    def batch_load(self, keys):
        def with_variants(variants):
            return Promise.all(
                [
                    SellerByProductIdLoader(self.context).load(variant.product_id)
                    if variant
                    else None
                    for variant in variants
                ]
            )

        return (
            ProductVariantByIdLoader(self.context).load_many(keys).then(with_variants)
        )


class OrderGroupByIdLoader(DataLoader[UUID, OrderGroup | None]):
    context_key = "saleor_order_groups_group_by_id"

    def batch_load(self, keys):
        groups = OrderGroup.objects.using(self.database_connection_name).in_bulk(keys)
        return [groups.get(key) for key in keys]


class OrderLinkByOrderIdLoader(DataLoader[UUID, OrderGroupOrder | None]):
    """Load an order's place in its group."""

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
    """Load the places in a group, first to last."""

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
    """Load the orders of a group, first to last."""

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
    """Load the distinct sellers of a group's orders, in the orders' order."""

    context_key = "saleor_order_groups_sellers_by_group_id"

    def batch_load(self, keys):
        def with_links(links_by_group):
            ids_by_group = [
                list(dict.fromkeys(link.seller_id for link in links if link.seller_id))
                for links in links_by_group
            ]

            def with_sellers(sellers):
                by_id = {seller.pk: seller for seller in sellers if seller}
                return [
                    [by_id[pk] for pk in ids if pk in by_id] for ids in ids_by_group
                ]

            return (
                SellerByIdLoader(self.context)
                .load_many([pk for ids in ids_by_group for pk in ids])
                .then(with_sellers)
            )

        return OrderLinksByGroupIdLoader(self.context).load_many(keys).then(with_links)


class SellerByOrderIdLoader(DataLoader[UUID, Seller | None]):
    """Load who sold an order; a replacement has the seller of what it replaces."""

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
