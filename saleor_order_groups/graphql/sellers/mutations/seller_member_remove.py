"""End an account's membership of a seller."""

import graphene
from django.db import transaction
from saleor.account.models import User
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.permission.enums import AccountPermissions

from ....models import SellerMember
from ...core.descriptions import ADDED_IN_01
from ..dataloaders import MembersBySellerIdLoader
from ..errors import SellerError
from .access import SellerAccessMutation, find_account, require_for_account
from .base import lock_seller_of_id


class SellerMemberRemove(SellerAccessMutation):
    class Arguments:
        seller_id = graphene.ID(required=True, description="ID of a seller.")
        user_id = graphene.ID(required=True, description="ID of an account.")

    class Meta:
        description = (
            "Ends an account's membership of a seller; changes nothing without one. "
            "The account loses access with its next request."
            + ADDED_IN_01
            + "\n\nRequires MANAGE_ORDERS and MANAGE_USERS (for an account of staff "
            "MANAGE_STAFF instead), and access to all channels."
        )
        doc_category = DOC_CATEGORY_ORDERS
        permissions = (AccountPermissions.MANAGE_USERS, AccountPermissions.MANAGE_STAFF)
        auto_permission_message = False
        error_type_class = SellerError

    @classmethod
    def perform_mutation(  # type: ignore[override]
        cls, _root, info: ResolveInfo, /, *, seller_id, user_id
    ):
        with transaction.atomic():
            seller = lock_seller_of_id("seller_id", seller_id, no_key=True)
            user = find_account(user_id, User.objects.all())
            require_for_account(info.context, user)
            SellerMember.objects.filter(seller=seller, user=user).delete()
        MembersBySellerIdLoader(info.context).clear(seller.pk)
        return cls(seller=seller)
