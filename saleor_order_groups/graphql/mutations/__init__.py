from .order_group_update import OrderGroupUpdate
from .seller_assign_products import SellerAssignProducts
from .seller_create import SellerCreate
from .seller_delete import SellerDelete
from .seller_unassign_products import SellerUnassignProducts
from .seller_update import SellerUpdate

__all__ = [
    "OrderGroupUpdate",
    "SellerAssignProducts",
    "SellerCreate",
    "SellerDelete",
    "SellerUnassignProducts",
    "SellerUpdate",
]
