from .order_group import OrderGroup, OrderGroupCountableConnection
from .order_group_amounts import (
    OrderGroupDiscount,
    OrderGroupDiscountShare,
    OrderGroupTax,
)
from .order_group_preview import OrderGroupPreview, OrderPreview
from .seller import Seller, SellerCountableConnection

__all__ = [
    "OrderGroup",
    "OrderGroupCountableConnection",
    "OrderGroupDiscount",
    "OrderGroupDiscountShare",
    "OrderGroupPreview",
    "OrderGroupTax",
    "OrderPreview",
    "Seller",
    "SellerCountableConnection",
]
