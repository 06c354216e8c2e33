"""Search sellers' orders by what their sellers see, contact data excepted."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from saleor.order.models import Fulfillment, OrderLine

from ...models import OrderGroupOrder
from ..core.ids import to_number
from ..core.limits import split_search


def search_seller_orders(
    links: QuerySet[OrderGroupOrder], text: str | None
) -> QuerySet[OrderGroupOrder]:
    """Return the orders with all words of a text, in one statement.

    A word is the order's number, or a part of a product's name, variant or SKU, of a
    tracking number, or of the seller's reference.

    :raises GraphQLError: the text is too long, or has too many words.
    """
    for word in dict.fromkeys(split_search(text)):
        lines = OrderLine.objects.filter(
            Q(product_name__icontains=word)
            | Q(variant_name__icontains=word)
            | Q(product_sku__icontains=word),
            order=OuterRef("order_id"),
        )
        fulfillments = Fulfillment.objects.filter(
            tracking_number__icontains=word, order=OuterRef("order_id")
        )
        found = (
            Q(Exists(lines.order_by()))
            | Q(Exists(fulfillments.order_by()))
            | Q(seller_reference__icontains=word)
        )
        if (number := to_number(word.removeprefix("#"))) is not None:
            found |= Q(order__number=number)
        links = links.filter(found)
    return links
