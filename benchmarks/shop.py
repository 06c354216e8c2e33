"""The benchmarks' shop, and carts to complete in it.

A cart is a copy of a prototype that Saleor itself priced, so that thousands are made in
seconds; which products it has is all that differs from one cart to the next.
"""

import datetime
import functools
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID, uuid4

SELLERS = 200
PRODUCTS_OF_SELLER = 20
# Of every cart of up to ten sellers, whatever their number.
CART_LINES = 10
# Costs what the first line of every cart costs.
HOT_PRODUCT = 0
CURRENCY = "USD"
WAREHOUSE = "stock"
METHOD = "Parcel"
# The plugin is active in the first one alone.
ACTIVE_CHANNEL = "active"
INACTIVE_CHANNEL = "inactive"
CUSTOMER_EMAIL = "buyer@example.com"
# Of which the first one buys, unless it is said that several do.
CUSTOMERS = 32
STAFF_EMAIL = "staff@example.com"
SUBSCRIPTION = """
    subscription {
      event {
        ... on Event {
          order {
            id number total { gross { amount } } lines { productName quantity }
          }
        }
      }
    }
"""
ADDRESS = {
    "first_name": "Mira",
    "last_name": "Lindt",
    "street_address_1": "1 Market Street",
    "city": "NEW YORK",
    "postal_code": "10001",
    "country": "US",
    "country_area": "NY",
}


def make_shop() -> None:
    """Make channels, sellers, products in stock, customers and a member of the staff."""
    from saleor.account.models import Address, Group, User
    from saleor.permission.models import Permission
    from saleor.plugins.models import PluginConfiguration

    from saleor_order_groups.plugin import OrderGroupsPlugin

    for number in range(CUSTOMERS):
        email = get_customer_email(number)
        customer = User.objects.create(email=email, is_active=True)
        address = Address.objects.create(**ADDRESS)
        customer.addresses.add(address)
        User.objects.filter(pk=customer.pk).update(
            default_billing_address=address, default_shipping_address=address
        )
    staff = User.objects.create(email=STAFF_EMAIL, is_active=True, is_staff=True)
    group = Group.objects.create(name="Orders", restricted_access_to_channels=False)
    group.permissions.add(
        *Permission.objects.filter(
            codename__in=["manage_orders", "manage_products", "handle_payments"]
        )
    )
    group.user_set.add(staff)
    channels = _make_channels()
    _make_catalogue(channels)
    PluginConfiguration.objects.create(
        identifier=OrderGroupsPlugin.PLUGIN_ID,
        name=OrderGroupsPlugin.PLUGIN_NAME,
        channel=channels[0],
        active=True,
        configuration=OrderGroupsPlugin.DEFAULT_CONFIGURATION,
    )


def _make_channels() -> list:
    from saleor.account.models import Address
    from saleor.channel.models import Channel
    from saleor.shipping import ShippingMethodType
    from saleor.shipping.models import ShippingMethodChannelListing, ShippingZone
    from saleor.tax import TaxCalculationStrategy
    from saleor.tax.models import TaxConfiguration
    from saleor.warehouse.models import Warehouse

    zone = ShippingZone.objects.create(name="Everywhere", countries=["US"])
    method = zone.shipping_methods.create(
        name=METHOD, type=ShippingMethodType.PRICE_BASED
    )
    warehouse = Warehouse.objects.create(
        address=Address.objects.create(**ADDRESS), name="Stock", slug=WAREHOUSE
    )
    warehouse.shipping_zones.add(zone)
    channels = []
    for slug in (ACTIVE_CHANNEL, INACTIVE_CHANNEL):
        channel = Channel.objects.create(
            name=slug.title(),
            slug=slug,
            currency_code=CURRENCY,
            default_country="US",
            is_active=True,
        )
        TaxConfiguration.objects.create(
            channel=channel,
            charge_taxes=True,
            tax_calculation_strategy=TaxCalculationStrategy.FLAT_RATES,
            display_gross_prices=True,
            prices_entered_with_tax=True,
        )
        zone.channels.add(channel)
        warehouse.channels.add(channel)
        ShippingMethodChannelListing.objects.create(
            channel=channel,
            currency=CURRENCY,
            shipping_method=method,
            minimum_order_price_amount=0,
            price_amount=Decimal("9.99"),
        )
        channels.append(channel)
    return channels


def _make_catalogue(channels: Sequence) -> None:
    from django.utils import timezone
    from saleor.product.models import (
        Category,
        Product,
        ProductChannelListing,
        ProductType,
        ProductVariant,
        ProductVariantChannelListing,
    )
    from saleor.tax.models import TaxClass
    from saleor.warehouse.models import Stock, Warehouse

    from saleor_order_groups.models import ProductSeller, Seller

    tax_class = TaxClass.objects.create(name="Goods")
    tax_class.country_rates.create(rate=23, country="US")
    product_type = ProductType.objects.create(
        name="Goods", slug="goods", is_shipping_required=True, tax_class=tax_class
    )
    category = Category.objects.create(name="Goods", slug="goods")
    # A new database of Saleor has one of its own, too.
    warehouse = Warehouse.objects.get(slug=WAREHOUSE)
    sellers = Seller.objects.bulk_create(
        Seller(name=f"Seller {n}", slug=f"seller-{n:03}") for n in range(SELLERS)
    )
    numbers = range(SELLERS * PRODUCTS_OF_SELLER)
    products = Product.objects.bulk_create(
        Product(
            name=f"Product {n}",
            slug=f"product-{n}",
            product_type=product_type,
            category=category,
            tax_class=tax_class,
        )
        for n in numbers
    )
    variants = ProductVariant.objects.bulk_create(
        ProductVariant(product=product, name="One size", sku=f"SKU-{n}")
        for n, product in enumerate(products)
    )
    now = timezone.now()
    for channel in channels:
        ProductChannelListing.objects.bulk_create(
            ProductChannelListing(
                product=product,
                channel=channel,
                currency=CURRENCY,
                is_published=True,
                published_at=now,
                visible_in_listings=True,
                available_for_purchase_at=now,
            )
            for product in products
        )
        ProductVariantChannelListing.objects.bulk_create(
            ProductVariantChannelListing(
                variant=variant,
                channel=channel,
                currency=CURRENCY,
                price_amount=get_price(n),
                discounted_price_amount=get_price(n),
            )
            for n, variant in enumerate(variants)
        )
    Stock.objects.bulk_create(
        Stock(product_variant=variant, warehouse=warehouse, quantity=10**8)
        for variant in variants
    )
    ProductSeller.objects.bulk_create(
        ProductSeller(product=product, seller=sellers[n // PRODUCTS_OF_SELLER])
        for n, product in enumerate(products)
    )


def get_customer_email(number: int) -> str:
    """Return the e-mail address of a customer."""
    return f"buyer-{number}@example.com" if number else CUSTOMER_EMAIL


def get_price(product: int) -> Decimal:
    """Return the price of the product of that number; a line's in every cart is one."""
    return Decimal("4.95") + Decimal("3.17") * (product % CART_LINES)


def make_carts(
    number: int,
    sellers: int,
    channel: str,
    *,
    lines: int = CART_LINES,
    separate: bool = False,
    is_hot: bool = False,
    customers: int = 1,
) -> list[str]:
    """Make a cart, paid with one transaction; return its global ID.

    :param number: of the cart: another number means other sellers and products.
    :param lines: of the cart; all sellers have the same number, or one more.
    :param separate: make a cart for each seller instead, each paid by itself.
    :param is_hot: the first seller's lines are of the same products in every such cart,
        the first one of the hot product.
    :param customers: how many customers fill carts by turns.
    """
    slots = [
        [line for line in range(lines) if line * sellers // lines == seller]
        for seller in range(sellers)
    ]
    parts = slots if separate else [sum(slots, [])]
    return [
        _copy_prototype(
            channel,
            tuple(part),
            tuple(
                _pick_product(0 if is_hot and place == 0 else number, place, line)
                for line in part
                for place in [line * sellers // lines]
            ),
            get_customer_email(number % customers),
        )
        for part in parts
    ]


def _pick_product(number: int, place: int, line: int) -> int:
    # Neighbouring carts share most of their sellers, and so their rows.
    seller = (number + place) % SELLERS
    half = number // SELLERS % (PRODUCTS_OF_SELLER // CART_LINES)
    return seller * PRODUCTS_OF_SELLER + half * CART_LINES + line % CART_LINES


def install_receiver(url: str) -> None:
    """Install an app with two webhooks that lead to a URL."""
    from saleor.app.models import App
    from saleor.permission.models import Permission
    from saleor.webhook.event_types import WebhookEventAsyncType

    app = App.objects.create(name="Receiver", is_active=True)
    app.permissions.add(*Permission.objects.filter(codename="manage_orders"))
    for event_type, name in (
        (WebhookEventAsyncType.ORDER_CREATED, "OrderCreated"),
        (WebhookEventAsyncType.ORDER_FULLY_PAID, "OrderFullyPaid"),
    ):
        webhook = app.webhooks.create(
            name=name,
            target_url=url,
            subscription_query=SUBSCRIPTION.replace("Event", name),
        )
        webhook.events.create(event_type=event_type)


def check_hot_stock() -> None:
    """Check that exactly what was sold of the hot product is allocated."""
    from django.db.models import Sum
    from saleor.order.models import OrderLine
    from saleor.warehouse.models import Stock

    variant = _get_variant_ids()[HOT_PRODUCT]
    stock = Stock.objects.get(product_variant=variant)
    sold = OrderLine.objects.filter(
        variant=variant, allocations__isnull=False
    ).aggregate(Sum("quantity"))["quantity__sum"]
    assert stock.quantity_allocated == sold, (stock.quantity_allocated, sold)


def get_payments(carts: Sequence[str]) -> list[str]:
    """Return the global IDs of the transactions that pay for carts."""
    from graphene import Node
    from saleor.payment.models import TransactionItem

    return [
        Node.to_global_id("TransactionItem", payment.token)
        for cart in carts
        for payment in TransactionItem.objects.filter(
            checkout=Node.from_global_id(cart)[1]
        )
    ]


@functools.cache
def _get_variant_ids() -> list[int]:
    from saleor.product.models import ProductVariant

    return list(ProductVariant.objects.order_by("pk").values_list("pk", flat=True))


def _copy_prototype(
    channel: str, slots: tuple[int, ...], products: tuple[int, ...], email: str
) -> str:
    from django.db import transaction
    from graphene import Node
    from saleor.account.models import Address, User
    from saleor.checkout.models import (
        Checkout,
        CheckoutDelivery,
        CheckoutLine,
        CheckoutMetadata,
    )
    from saleor.payment.models import TransactionEvent, TransactionItem

    prototype = _get_prototype(channel, slots)
    variants = _get_variant_ids()
    token = uuid4()
    with transaction.atomic():
        billing, shipping = Address.objects.bulk_create(
            Address(**ADDRESS) for _ in range(2)
        )
        original = Checkout.objects.get(pk=prototype)
        delivery = CheckoutDelivery.objects.get(checkout=prototype)
        lines = list(CheckoutLine.objects.filter(checkout=prototype).order_by("pk"))
        original_lines = sorted(lines, key=lambda line: line.created_at)
        payment = TransactionItem.objects.get(checkout=prototype)
        events = list(payment.events.all())

        original._state.adding = True
        original.pk = token
        original.billing_address, original.shipping_address = billing, shipping
        original.assigned_delivery = None
        original.user, original.email = User.objects.get(email=email), email
        original.save(force_insert=True)
        CheckoutMetadata.objects.create(checkout=original)
        delivery.pk = uuid4()
        delivery.checkout = original
        delivery.save(force_insert=True)
        Checkout.objects.filter(pk=token).update(assigned_delivery=delivery)
        for line, product in zip(original_lines, products, strict=True):
            line.pk = uuid4()
            line.checkout = original
            line.variant_id = variants[product]
        CheckoutLine.objects.bulk_create(original_lines)
        payment.pk = None
        payment.token = uuid4()
        payment.checkout = original
        payment.save(force_insert=True)
        for event in events:
            event.pk = None
            event.transaction = payment
        TransactionEvent.objects.bulk_create(events)
    return Node.to_global_id("Checkout", token)


@functools.cache
def _get_prototype(channel_slug: str, slots: tuple[int, ...]) -> UUID:
    """Let Saleor price a cart of the given lines, and pay it."""
    from django.utils import timezone
    from saleor.account.models import Address, User
    from saleor.channel.models import Channel
    from saleor.checkout import calculations
    from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
    from saleor.checkout.models import Checkout, CheckoutDelivery, CheckoutMetadata
    from saleor.checkout.payment_utils import update_checkout_payment_statuses
    from saleor.payment import TransactionEventType
    from saleor.payment.models import TransactionEvent, TransactionItem
    from saleor.plugins.manager import get_plugins_manager
    from saleor.shipping.models import ShippingMethod

    channel = Channel.objects.get(slug=channel_slug)
    method = ShippingMethod.objects.get(name=METHOD)
    listing = method.channel_listings.get(channel=channel)
    checkout = Checkout.objects.create(
        channel=channel,
        currency=CURRENCY,
        country="US",
        user=User.objects.get(email=CUSTOMER_EMAIL),
        email=CUSTOMER_EMAIL,
        billing_address=Address.objects.create(**ADDRESS),
        shipping_address=Address.objects.create(**ADDRESS),
        # The customer has them already: nothing to keep in the address book.
        save_billing_address=False,
        save_shipping_address=False,
        # As fresh as when a storefront has just shown them.
        delivery_methods_stale_at=timezone.now() + datetime.timedelta(days=7),
    )
    CheckoutMetadata.objects.create(checkout=checkout)
    delivery = CheckoutDelivery.objects.create(
        checkout=checkout,
        built_in_shipping_method_id=method.pk,
        name=method.name,
        price_amount=listing.price_amount,
        currency=CURRENCY,
    )
    checkout.assigned_delivery = delivery
    checkout.save()
    variants = _get_variant_ids()
    for slot in slots:
        checkout.lines.create(
            variant_id=variants[slot],
            quantity=1 + slot % 3,
            currency=CURRENCY,
            undiscounted_unit_price_amount=get_price(slot),
        )
    manager = get_plugins_manager(allow_replica=False)
    lines, _ = fetch_checkout_lines(checkout)
    info = fetch_checkout_info(checkout, lines, manager)
    total = calculations.calculate_checkout_total_with_gift_cards(
        manager, info, lines, force_update=True
    ).gross
    payment = TransactionItem.objects.create(
        checkout=checkout,
        name="Card",
        psp_reference="psp-1",
        currency=CURRENCY,
        available_actions=["refund"],
        charged_value=total.amount,
    )
    TransactionEvent.objects.create(
        transaction=payment,
        type=TransactionEventType.CHARGE_SUCCESS,
        psp_reference="psp-1",
        amount_value=total.amount,
        currency=CURRENCY,
        include_in_calculations=True,
    )
    checkout.refresh_from_db()
    update_checkout_payment_statuses(
        checkout=checkout, checkout_total_gross=total, checkout_has_lines=True
    )
    return checkout.pk
