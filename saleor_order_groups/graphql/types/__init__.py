from .order_group import OrderGroup, OrderGroupCountableConnection
from .seller import Seller, SellerCountableConnection

__all__ = [
    "OrderGroup",
    "OrderGroupCountableConnection",
    "Seller",
    "SellerCountableConnection",
]
