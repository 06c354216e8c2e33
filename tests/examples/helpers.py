"""Helpers of the examples' tests: an order of a purchase, an ERP that runs."""

import threading
from dataclasses import dataclass

from graphene import Node
from saleor.order.models import Order

from examples.seller_erp.book import Book
from examples.seller_erp.erp import Erp
from examples.seller_erp.webhooks import Signatures, make_server
from tests.helpers.waiting import WAIT_SECONDS, until

PASSWORD = "password-of-the-member"


@dataclass(frozen=True)
class Sold:
    """An order of a purchase: its own ID, its ID for the seller, its number."""

    order_id: str
    id: str
    number: str


class RunningErp:
    """An ERP with its server; `received`: the orders of the webhooks, in order."""

    def __init__(self, saleor, token, path):
        self.saleor = saleor
        self.book = Book(str(path))
        self.erp = Erp(saleor.url, token, self.book)
        self.received = []
        self.server = make_server(Signatures(saleor.url), self._take)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(
            target=self.server.serve_forever, args=(0.05,), daemon=True
        ).start()

    def _take(self, order):
        self.received.append(order)
        self.erp.handle(order)

    def wait_for(self, holds):
        until(
            lambda: holds(self),
            WAIT_SECONDS,
            lambda: (self.received, self.book.get_all()),
        )

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def read_order(sold):
    _, pk = Node.from_global_id(sold.order_id)
    return Order.objects.get(pk=pk)
