"""Data loaders for order previews and seller deliveries of checkouts."""

from collections import defaultdict
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from saleor.core.db.connection import allow_writer_in_context
from saleor.giftcard.models import GiftCard
from saleor.graphql.core.dataloaders import DataLoader
from saleor.shipping.interface import ShippingMethodData

from ...delivery.combined_method import SellerId
from ...delivery.eligible_methods import Cart, find_methods_of
from ...delivery.offer import recall_exclusions
from ...delivery.options import fetch_choices_of


class ActiveGiftCardsByCheckoutIdLoader(DataLoader[UUID, list[GiftCard]]):
    """Load the active gift cards of a checkout in the order in which they are spent."""

    context_key = "saleor_order_groups_active_gift_cards_by_checkout_id"

    def batch_load(self, keys):
        cards = defaultdict(list)
        for card in (
            GiftCard.objects.using(self.database_connection_name)
            .filter(checkouts__in=keys)
            .active(date=timezone.now().date())
            .annotate(checkout_id=F("checkouts__pk"))
            .order_by(*GiftCard._meta.ordering)
        ):
            cards[card.checkout_id].append(card)
        return [cards[key] for key in keys]


class DeliveryMethodsByCartLoader(DataLoader[Cart, list[list[ShippingMethodData]]]):
    """Load the methods of each partition of a checkout: the value of `find_methods`."""

    context_key = "saleor_order_groups_delivery_methods_by_cart"

    def batch_load(self, keys):
        with allow_writer_in_context(self.context):
            return find_methods_of(keys)


class DeliveryChoicesByCheckoutIdLoader(DataLoader[UUID, dict[SellerId, int]]):
    """Load the primary keys of a checkout's chosen methods, by seller."""

    context_key = "saleor_order_groups_delivery_choices_by_checkout_id"

    def batch_load(self, keys):
        choices = fetch_choices_of(keys, self.database_connection_name)
        return [choices[key] for key in keys]


class ExcludedMethodsByCheckoutIdLoader(DataLoader[UUID, set[str]]):
    """Load the IDs of methods that filter apps excluded at their last call."""

    context_key = "saleor_order_groups_excluded_methods_by_checkout_id"

    def batch_load(self, keys):
        excluded = recall_exclusions(keys, self.database_connection_name)
        return [excluded[key] for key in keys]
