from .order_group import OrderGroup, OrderGroupCountableConnection
from .order_group_preview import OrderGroupPreview, OrderPreview
from .seller import Seller, SellerCountableConnection

__all__ = [
    "OrderGroup",
    "OrderGroupCountableConnection",
    "OrderGroupPreview",
    "OrderPreview",
    "Seller",
    "SellerCountableConnection",
]
