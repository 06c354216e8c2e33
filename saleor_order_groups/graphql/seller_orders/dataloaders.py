"""Data loaders of sellers' orders."""

from uuid import UUID

from promise import Promise
from saleor.core.db.connection import allow_writer_in_context
from saleor.graphql.core.dataloaders import DataLoader
from saleor.graphql.order.dataloaders import OrderLinesByOrderIdLoader

from ...access.refunds import Refundable, find_refundable
from ...access.warehouses import LineWarehouse, find_warehouses
from ...models import OrderGroupOrder


class RefundableByOrderIdLoader(DataLoader[UUID, Refundable]):
    """Load what is left to refund of an order."""

    context_key = "saleor_order_groups_refundable_by_order_id"

    def batch_load(self, keys):
        found = find_refundable(keys, self.database_connection_name)
        return [found[key] for key in keys]


class WarehousesByLinkLoader(
    DataLoader[OrderGroupOrder, dict[UUID, list[LineWarehouse]]]
):
    """Load the warehouses of the lines of a link's order, by the line's key."""

    context_key = "saleor_order_groups_warehouses_by_link"

    def batch_load(self, keys):
        @allow_writer_in_context(self.context)
        def with_lines(lines_of_orders):
            lines = [
                (link, line)
                for link, lines in zip(keys, lines_of_orders, strict=True)
                for line in lines
            ]
            found = find_warehouses(lines, self.database_connection_name)
            return [found] * len(keys)

        order_ids = [link.order_id for link in keys]
        loader = OrderLinesByOrderIdLoader(self.context)
        return Promise.resolve(loader.load_many(order_ids)).then(with_lines)
