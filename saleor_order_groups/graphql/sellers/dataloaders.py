"""Data loaders of sellers."""

from collections import defaultdict
from uuid import UUID

from promise import Promise
from saleor.graphql.core.dataloaders import DataLoader
from saleor.graphql.product.dataloaders import ProductVariantByIdLoader
from saleor.shipping.models import ShippingMethod

from ...config import fetch_seller_sources
from ...models import Seller, SellerApp, SellerMember, SellerShippingMethod
from ...sellers.assignments import fetch_sellers_in_channels


class SellerByIdLoader(DataLoader[UUID, Seller | None]):
    context_key = "saleor_order_groups_seller_by_id"

    def batch_load(self, keys):
        sellers = Seller.objects.using(self.database_connection_name).in_bulk(keys)
        return [sellers.get(key) for key in keys]


class ShippingMethodsBySellerIdLoader(DataLoader[UUID, list[ShippingMethod]]):
    """Load the shipping methods that are assigned to a seller."""

    context_key = "saleor_order_groups_shipping_methods_by_seller_id"

    def batch_load(self, keys):
        methods = defaultdict(list)
        for row in (
            SellerShippingMethod.objects.using(self.database_connection_name)
            .filter(seller_id__in=keys)
            .select_related("shipping_method")
            .order_by("shipping_method_id")
        ):
            methods[row.seller_id].append(row.shipping_method)
        return [methods[key] for key in keys]


class MembersBySellerIdLoader(DataLoader[UUID, list[SellerMember]]):
    """Load the members of a seller with their accounts."""

    context_key = "saleor_order_groups_members_by_seller_id"

    def batch_load(self, keys):
        members = defaultdict(list)
        for member in (
            SellerMember.objects.using(self.database_connection_name)
            .filter(seller_id__in=keys)
            .select_related("seller", "user")
        ):
            members[member.seller_id].append(member)
        return [members[key] for key in keys]


class AppsBySellerIdLoader(DataLoader[UUID, list[SellerApp]]):
    """Load the links of a seller's apps, without apps that are being removed."""

    context_key = "saleor_order_groups_apps_by_seller_id"

    def batch_load(self, keys):
        links = defaultdict(list)
        for link in (
            SellerApp.objects.using(self.database_connection_name)
            .filter(seller_id__in=keys, app__removed_at__isnull=True)
            .select_related("seller", "app")
        ):
            links[link.seller_id].append(link)
        return [links[key] for key in keys]


class SellerByProductAndChannelLoader(
    DataLoader[tuple[int, str | None], Seller | None]
):
    """Load the seller of a product in a channel, by product ID and channel slug."""

    context_key = "saleor_order_groups_seller_by_product_and_channel"

    def batch_load(self, keys):
        sellers = fetch_sellers_in_channels(keys, self.database_connection_name)
        return [sellers.get(key) for key in keys]


class SellerSourceByChannelLoader(DataLoader[str, str]):
    """Load the rule that names the sellers of a channel, by the channel's slug.

    An empty slug is for no channel: see `SellerSources.get`.
    """

    context_key = "saleor_order_groups_seller_source_by_channel"

    def batch_load(self, keys):
        sources = fetch_seller_sources(self.database_connection_name)
        return [str(sources.get(key)) for key in keys]


class SellerByVariantAndChannelLoader(
    DataLoader[tuple[int, str | None], Seller | None]
):
    """Load the seller of a variant in a channel, by variant ID and channel slug."""

    context_key = "saleor_order_groups_seller_by_variant_and_channel"

    def batch_load(self, keys):
        def with_variants(variants):
            return Promise.all(
                [
                    SellerByProductAndChannelLoader(self.context).load(
                        (variant.product_id, channel_slug)
                    )
                    if variant
                    else None
                    for variant, (_, channel_slug) in zip(variants, keys, strict=True)
                ]
            )

        return (
            ProductVariantByIdLoader(self.context)
            .load_many([variant_id for variant_id, _ in keys])
            .then(with_variants)
        )
