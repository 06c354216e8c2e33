from decimal import Decimal
from itertools import count

import pytest
from graphene import Node
from saleor.attribute.utils import associate_attribute_values_to_instance
from saleor.checkout import calculations
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.checkout.models import Checkout, CheckoutMetadata
from saleor.checkout.payment_utils import update_checkout_payment_statuses
from saleor.checkout.tests.utils import add_variant_to_checkout
from saleor.checkout.utils import add_voucher_to_checkout
from saleor.graphql.tests.utils import get_graphql_content
from saleor.plugins.manager import get_plugins_manager
from saleor.product.models import (
    Product,
    ProductChannelListing,
    ProductVariant,
    ProductVariantChannelListing,
)
from saleor.warehouse.models import Stock

from saleor_order_groups.models import ProductSeller, Seller

CHECKOUT_COMPLETE = """
    mutation Complete($id: ID!, $redirectUrl: String, $paymentData: JSONString) {
      checkoutComplete(id: $id, redirectUrl: $redirectUrl, paymentData: $paymentData) {
        order { id number }
        orderGroup {
          id
          orders { id seller { slug } }
        }
        confirmationNeeded
        errors { field message code lines variants }
      }
    }
"""


@pytest.fixture
def get_seller():
    def _get(slug):
        return Seller.objects.get_or_create(slug=slug, defaults={"name": slug.title()})[
            0
        ]

    return _get


@pytest.fixture
def make_variant(product_type, category, warehouse, channel_USD, get_seller):
    """Return a function that makes a variant of a seller, priced and in stock."""
    numbers = count()

    def _make(seller=None, price="10.00", *, stock=100, channel=channel_USD, type=None):
        number = next(numbers)
        product = Product.objects.create(
            name=f"Product {number}",
            slug=f"product-{number}",
            product_type=type or product_type,
            category=category,
        )
        ProductChannelListing.objects.create(
            product=product,
            channel=channel,
            is_published=True,
            visible_in_listings=True,
            available_for_purchase_at="2020-01-01T00:00:00Z",
            currency=channel.currency_code,
        )
        variant = ProductVariant.objects.create(product=product, sku=f"SKU-{number}")
        ProductVariantChannelListing.objects.create(
            variant=variant,
            channel=channel,
            price_amount=Decimal(price),
            discounted_price_amount=Decimal(price),
            currency=channel.currency_code,
        )
        if stock:
            Stock.objects.create(
                product_variant=variant, warehouse=warehouse, quantity=stock
            )
        if seller:
            ProductSeller.objects.create(product=product, seller=get_seller(seller))
        return variant

    return _make


@pytest.fixture
def make_cart(
    order_groups_plugin,
    make_variant,
    channel_USD,
    customer_user,
    address,
    checkout_delivery,
    shipping_method,
):
    """Return a function that makes a checkout that can be completed.

    `lines` are (seller's slug or None, price) or (slug, price, quantity).
    """

    def _make(lines, *, shipping="5.00", user=customer_user, gift_cards=(), **fields):
        checkout = Checkout.objects.create(
            channel=channel_USD,
            currency=channel_USD.currency_code,
            user=user,
            email=user.email if user else "guest@example.com",
            billing_address=address.get_copy(),
            shipping_address=address.get_copy(),
            **fields,
        )
        CheckoutMetadata.objects.create(checkout=checkout)
        checkout.set_country("US", commit=True)
        checkout_info = fetch_checkout_info(
            checkout, [], get_plugins_manager(allow_replica=False)
        )
        for seller, price, *quantity in lines:
            add_variant_to_checkout(
                checkout_info, make_variant(seller, price), *(quantity or [1])
            )
        if shipping is not None:
            shipping_method.channel_listings.filter(channel=channel_USD).update(
                price_amount=Decimal(shipping)
            )
            checkout.assigned_delivery = checkout_delivery(checkout, shipping_method)
        checkout.save()
        checkout.gift_cards.add(*gift_cards)
        return checkout

    return _make


@pytest.fixture
def use_voucher():
    """Return a function that adds a voucher to a checkout as the API does."""

    def _use(checkout, voucher):
        manager = get_plugins_manager(allow_replica=False)
        lines, _ = fetch_checkout_lines(checkout)
        checkout_info = fetch_checkout_info(checkout, lines, manager)
        add_voucher_to_checkout(
            manager, checkout_info, lines, voucher, voucher.codes.first()
        )

    return _use


@pytest.fixture
def get_total():
    """Return a function that lets Saleor price the checkout, after gift cards."""

    def _get(checkout):
        manager = get_plugins_manager(allow_replica=False)
        lines, _ = fetch_checkout_lines(checkout)
        checkout_info = fetch_checkout_info(checkout, lines, manager)
        return calculations.calculate_checkout_total_with_gift_cards(
            manager, checkout_info, lines, force_update=True
        )

    return _get


@pytest.fixture
def pay(transaction_item_generator, get_total):
    """Return a function that authorizes or charges a checkout with a transaction."""

    def _pay(checkout, **amounts):
        total = get_total(checkout)
        amounts = amounts or {"authorized_value": total.gross.amount}
        transaction = transaction_item_generator(
            checkout_id=checkout.pk, currency=checkout.currency, **amounts
        )
        checkout.refresh_from_db()
        update_checkout_payment_statuses(
            checkout=checkout, checkout_total_gross=total.gross, checkout_has_lines=True
        )
        return transaction

    return _pay


@pytest.fixture
def complete(user_api_client):
    """Return a function that completes a checkout through the API."""

    def _complete(checkout, client=user_api_client, **variables):
        variables["id"] = Node.to_global_id("Checkout", checkout.token)
        response = client.post_graphql(CHECKOUT_COMPLETE, variables)
        return get_graphql_content(response)["data"]["checkoutComplete"]

    return _complete


@pytest.fixture
def fail_to_complete(user_api_client):
    """Return a function that completes a checkout where that ends in a server error."""

    def _complete(checkout, exception):
        variables = {"id": Node.to_global_id("Checkout", checkout.token)}
        response = user_api_client.post_graphql(CHECKOUT_COMPLETE, variables)
        content = get_graphql_content(response, ignore_errors=True)
        [error] = content["errors"]
        assert error["extensions"]["exception"]["code"] == exception.__name__

    return _complete


@pytest.fixture
def make_named_cart(make_cart, order_groups_plugin, channel_USD):
    """Return a function that makes a checkout of products with these vendors.

    The products have no assigned seller; None is a product without the key.
    """

    def _make(*vendors, **options):
        known = set(Product.objects.values_list("pk", flat=True))
        checkout = make_cart([(None, "10.00")] * len(vendors), **options)
        products = Product.objects.exclude(pk__in=known).order_by("pk")
        for product, vendor in zip(products, vendors, strict=True):
            if vendor is not None:
                product.metadata = {"vendor": vendor}
                product.save(update_fields=["metadata"])
        order_groups_plugin(channel_USD, **{"seller-source": "METADATA:vendor"})
        return checkout

    return _make


@pytest.fixture
def give_attribute(order_groups_plugin, channel_USD):
    """Return a function that gives products values of an attribute, and reads it."""

    def _give(attribute, *values_of_products):
        products = Product.objects.order_by("pk")
        attribute.product_types.add(products[0].product_type)
        for product, values in zip(products, values_of_products, strict=True):
            associate_attribute_values_to_instance(product, {attribute.pk: values})
        source = f"ATTRIBUTE:{attribute.slug}"
        order_groups_plugin(channel_USD, **{"seller-source": source})

    return _give
