"""A line of a seller's order."""

from dataclasses import dataclass

import graphene
from saleor.core.prices import quantize_price
from saleor.graphql.core import ResolveInfo
from saleor.graphql.core.context import SyncWebhookControlContext
from saleor.graphql.core.doc_category import DOC_CATEGORY_ORDERS
from saleor.graphql.core.types import BaseObjectType, NonNullList, TaxedMoney
from saleor.graphql.meta.types import MetadataItem
from saleor.graphql.order.types import OrderLine
from saleor.graphql.product.dataloaders import ProductByVariantIdLoader
from saleor.order import models

from ....access.warehouses import LineWarehouse
from ....models import OrderGroupOrder
from ...core.descriptions import ADDED_IN_01
from ..dataloaders import WarehousesByLinkLoader
from ..errors import to_line_id
from ..settings import get_settings


@dataclass(frozen=True)
class LineOfSeller:
    """A line with the link of its order, which has `order.channel`."""

    link: OrderGroupOrder
    line: models.OrderLine


class SellerLineWarehouse(BaseObjectType):
    id = graphene.ID(required=True, description="ID of the warehouse.")
    name = graphene.String(required=True, description="Name of the warehouse.")
    quantity_allocated = graphene.Int(
        required=True, description="How many items of the line are allocated there."
    )

    class Meta:
        description = (
            "A warehouse from which a seller can fulfill a line." + ADDED_IN_01
        )
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_id(root: LineWarehouse, _info: ResolveInfo):
        return graphene.Node.to_global_id("Warehouse", root.warehouse.pk)

    @staticmethod
    def resolve_name(root: LineWarehouse, _info: ResolveInfo):
        return root.warehouse.name


class SellerOrderLine(BaseObjectType):
    id = graphene.ID(required=True, description="ID of the line.")
    product_id = graphene.ID(
        description="ID of the product in the catalogue; null when deleted."
    )
    variant_id = graphene.ID(
        description="ID of the variant in the catalogue; null when deleted."
    )
    product_name = graphene.String(required=True, description="Name of the product.")
    variant_name = graphene.String(required=True, description="Name of the variant.")
    product_sku = graphene.String(description="SKU of the variant.")
    thumbnail_url = graphene.String(
        size=graphene.Int(description="Desired longest side of the image in pixels."),
        description="URL of the product's image.",
    )
    is_shipping_required = graphene.Boolean(
        required=True, description="Whether the goods have to be shipped."
    )
    quantity = graphene.Int(required=True, description="Number of items ordered.")
    quantity_fulfilled = graphene.Int(
        required=True, description="Number of items fulfilled."
    )
    quantity_to_fulfill = graphene.Int(
        required=True, description="Number of items that remain to be fulfilled."
    )
    unit_price = graphene.Field(
        TaxedMoney, required=True, description="Price of one item, with all discounts."
    )
    undiscounted_unit_price = graphene.Field(
        TaxedMoney, required=True, description="Price of one item without discounts."
    )
    total_price = graphene.Field(
        TaxedMoney, required=True, description="Price of the line."
    )
    tax_rate = graphene.Float(description="Rate of tax.")
    warehouses = NonNullList(
        SellerLineWarehouse,
        required=True,
        description=(
            "From where the line can be fulfilled; the first is what an omitted "
            "`warehouseId` takes."
        ),
    )
    metadata = NonNullList(
        MetadataItem,
        required=True,
        description=(
            "Only the keys that the channel names (`seller-line-metadata`), e.g. an "
            "engraving."
        ),
    )

    class Meta:
        default_resolver = lambda name, _default, root, *_: getattr(root.line, name)  # noqa: E731
        description = "A line of an order, as its seller sees it." + ADDED_IN_01
        doc_category = DOC_CATEGORY_ORDERS

    @staticmethod
    def resolve_id(root: LineOfSeller, _info: ResolveInfo):
        return to_line_id(root.line.pk)

    @staticmethod
    def resolve_product_id(root: LineOfSeller, info: ResolveInfo):
        def with_product(product):
            return (
                graphene.Node.to_global_id("Product", product.pk) if product else None
            )

        if not root.line.variant_id:
            return None
        loader = ProductByVariantIdLoader(info.context)
        return loader.load(root.line.variant_id).then(with_product)

    @staticmethod
    def resolve_variant_id(root: LineOfSeller, _info: ResolveInfo):
        pk = root.line.variant_id
        return graphene.Node.to_global_id("ProductVariant", pk) if pk else None

    @staticmethod
    def resolve_thumbnail_url(root: LineOfSeller, info: ResolveInfo, *, size=256):
        def with_image(image):
            return image.url if image else None

        image = OrderLine.resolve_thumbnail(
            SyncWebhookControlContext(root.line), info, size=size
        )
        return image.then(with_image) if image else None

    @staticmethod
    def resolve_quantity_to_fulfill(root: LineOfSeller, _info: ResolveInfo):
        return root.line.quantity_unfulfilled

    @staticmethod
    def resolve_unit_price(root: LineOfSeller, _info: ResolveInfo):
        return quantize_price(root.line.unit_price, root.line.currency)

    @staticmethod
    def resolve_undiscounted_unit_price(root: LineOfSeller, _info: ResolveInfo):
        return quantize_price(root.line.undiscounted_unit_price, root.line.currency)

    @staticmethod
    def resolve_total_price(root: LineOfSeller, _info: ResolveInfo):
        return quantize_price(root.line.total_price, root.line.currency)

    @staticmethod
    def resolve_warehouses(root: LineOfSeller, info: ResolveInfo):
        def of_line(warehouses):
            return warehouses[root.line.pk]

        return WarehousesByLinkLoader(info.context).load(root.link).then(of_line)

    @staticmethod
    def resolve_metadata(root: LineOfSeller, info: ResolveInfo):
        settings = get_settings(info, root.link.order.channel.slug)
        metadata = root.line.metadata or {}
        return [
            MetadataItem(key=key, value=metadata[key])
            for key in settings.seller_line_metadata
            if key in metadata
        ]
