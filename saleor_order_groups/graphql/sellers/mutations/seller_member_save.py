"""Make an account a member of a seller, or change its rights."""

import graphene
from django.db import transaction
from saleor.account.models import User
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.types import NonNullList
from saleor.permission.enums import AccountPermissions

from ....models import SellerMember
from ...core.descriptions import ADDED_IN_01
from ..access_types import sort_rights
from ..dataloaders import MembersBySellerIdLoader
from ..enums import SellerErrorCode, SellerRightEnum
from ..errors import SellerError
from .access import SellerAccessMutation, find_account, require_for_account
from .base import field_error, lock_seller_of_id


class SellerMemberSave(SellerAccessMutation):
    class Arguments:
        seller_id = graphene.ID(required=True, description="ID of a seller.")
        user_id = graphene.ID(required=True, description="ID of an active account.")
        rights = NonNullList(
            SellerRightEnum,
            required=True,
            description="What the account may do besides reading; may be empty.",
        )

    class Meta:
        description = (
            "Makes an account a member of a seller, or replaces a member's rights."
            + ADDED_IN_01
            + "\n\nRequires MANAGE_ORDERS and MANAGE_USERS (for an account of staff "
            "MANAGE_STAFF instead), for the right REFUND also HANDLE_PAYMENTS, and "
            "access to all channels."
        )
        doc_category = DOC_CATEGORY_ORDERS
        permissions = (AccountPermissions.MANAGE_USERS, AccountPermissions.MANAGE_STAFF)
        auto_permission_message = False
        error_type_class = SellerError

    @classmethod
    def perform_mutation(  # type: ignore[override]
        cls, _root, info: ResolveInfo, /, *, seller_id, user_id, rights
    ):
        with transaction.atomic():
            seller = lock_seller_of_id("seller_id", seller_id, no_key=True)
            # Lock order: the account before its membership (`access.deletions`).
            user = find_account(
                user_id, User.objects.select_for_update(of=("self",), no_key=True)
            )
            require_for_account(info.context, user)
            if not user.is_active:
                raise field_error(
                    "user_id",
                    "The account is not active. Activate it first.",
                    SellerErrorCode.INVALID,
                )
            SellerMember.objects.update_or_create(
                seller=seller, user=user, defaults={"rights": sort_rights(rights)}
            )
        MembersBySellerIdLoader(info.context).clear(seller.pk)
        return cls(seller=seller)
