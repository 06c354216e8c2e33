"""A preview of orders, and the orders that were placed, in the same form."""

from decimal import Decimal

from graphene import Node
from saleor.giftcard.models import GiftCardEvent

from saleor_order_groups.models import OrderGroup

PREVIEW = """
    query Preview($id: ID!) {
      checkout(id: $id) {
        totalPrice { net { amount } gross { amount } tax { amount } }
        orderGroupPreview {
          orders {
            seller { slug }
            lines {
              id
              variant { id }
              quantity
              totalPrice { net { amount } gross { amount } tax { amount } }
            }
            subtotal { net { amount } gross { amount } tax { amount } }
            shippingPrice { net { amount } gross { amount } tax { amount } }
            discount { amount currency }
            giftCardAmount { amount }
            total { net { amount } gross { amount } tax { amount } }
          }
          total { net { amount } gross { amount } tax { amount } }
        }
      }
    }
"""


def amount(value):
    return Decimal(str(value["amount"])).normalize()


def sides(price):
    return amount(price["net"]), amount(price["gross"])


def stored(order, name):
    return tuple(
        getattr(order, f"{name}_{side}_amount").normalize() for side in ("net", "gross")
    )


def show(orders):
    return [
        {
            "seller": order["seller"] and order["seller"]["slug"],
            "lines": sorted(
                (line["variant"]["id"], line["quantity"], sides(line["totalPrice"]))
                for line in order["lines"]
            ),
            "subtotal": sides(order["subtotal"]),
            "shipping_price": sides(order["shippingPrice"]),
            "discount": amount(order["discount"]),
            "gift_card_amount": amount(order["giftCardAmount"]),
            "total": sides(order["total"]),
        }
        for order in orders
    ]


def get_spent(event):
    balance = event.parameters["balance"]
    return Decimal(str(balance["old_current_balance"])) - Decimal(
        str(balance["current_balance"])
    )


def read_placed(group=None):
    group = group or OrderGroup.objects.get()
    return [
        {
            "seller": link.seller and link.seller.slug,
            "lines": sorted(
                (
                    Node.to_global_id("ProductVariant", line.variant_id),
                    line.quantity,
                    stored(line, "total_price"),
                )
                for line in link.order.lines.all()
            ),
            "subtotal": stored(link.order, "subtotal"),
            "shipping_price": stored(link.order, "shipping_price"),
            "discount": Decimal(
                sum(row.amount_value for row in link.order.discounts.all())
            ).normalize(),
            "gift_card_amount": sum(
                map(get_spent, GiftCardEvent.objects.filter(order=link.order)),
                start=Decimal(0),
            ).normalize(),
            "total": stored(link.order, "total"),
        }
        for link in group.order_links.select_related("order")
    ]
