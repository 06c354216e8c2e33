"""A shop with three sellers, made through the GraphQL API alone.

Nothing here touches the database: what it does, an operator can do by hand.
"""

from dataclasses import dataclass
from typing import Any

from .client import Api, DemoError

CHANNEL = "market"
CURRENCY = "EUR"
CUSTOMER_EMAIL = "customer@example.com"
CUSTOMER_PASSWORD = "customer-of-the-demo"
APP_NAME = "Marketplace app"
PLUGIN_ID = "saleor.order_groups"
SEEDED = "order-groups-demo"

ADDRESS = {
    "firstName": "Mira",
    "lastName": "Lindt",
    "streetAddress1": "Torstraße 1",
    "city": "Berlin",
    "postalCode": "10119",
    "country": "DE",
}

# Seller's slug (None: the shop itself), seller's name, its products with prices.
SELLERS: list[tuple[str | None, str, list[tuple[str, str, str]]]] = [
    (
        None,
        "the shop itself",
        [("TOTE", "Market tote bag", "9.00"), ("CARD", "Greeting card", "3.20")],
    ),
    (
        "anna-apiary",
        "Anna's Apiary",
        [
            ("HONEY", "Linden honey", "8.90"),
            ("CANDLE", "Beeswax candle", "14.50"),
            ("POLLEN", "Bee pollen", "11.00"),
        ],
    ),
    (
        "bright-ceramics",
        "Bright Ceramics",
        [("MUG", "Stoneware mug", "19.95"), ("BOWL", "Cereal bowl", "24.00")],
    ),
    (
        "cedar-and-co",
        "Cedar & Co",
        [("SPOON", "Olive wood spoon", "12.00"), ("BOARD", "Oak board", "39.00")],
    ),
]

# A delivery method for all, and some sellers' own: name and price.
PARCEL = ("Parcel", "7.49")
SELLERS_METHODS = {
    "anna-apiary": ("Bicycle courier", "3.90"),
    "bright-ceramics": ("Padded crate", "9.80"),
}

# What can happen to an order group; its webhook is called ORDER_GROUP_<type>.
EVENT_TYPES = (
    "CREATED",
    "UPDATED",
    "CONFIRMED",
    "FULLY_PAID",
    "FULFILLED",
    "REFUNDED",
    "FULLY_REFUNDED",
    "CANCELLED",
    "EXPIRED",
)
WEBHOOK_EVENTS = [f"ORDER_GROUP_{event_type}" for event_type in EVENT_TYPES]

# A webhook's payload and `OrderGroup.events` show an event by the same fields.
GROUP_EVENT = """
fragment Happened on OrderGroupEvent {
  sequence
  type
  order { number }
  status
  chargeStatus
}
"""

_PAYLOAD = """
    ... on %s {
      issuedAt
      version
      groupEvent { ...Happened }
      orderGroup { ...Group }
    }"""

SUBSCRIPTION = (
    "subscription {\n  event {"
    + "".join(_PAYLOAD % name.title().replace("_", "") for name in WEBHOOK_EVENTS)
    + """
  }
}

fragment Group on OrderGroup {
  id
  number
  userEmail
  placedTotal { gross { amount currency } }
  orders {
    number
    seller { slug name }
    total { gross { amount currency } }
  }
}
"""
    + GROUP_EVENT
)


@dataclass(frozen=True)
class AppAccess:
    """What the marketplace app has: its token and its webhook."""

    token: str
    webhook_id: str


def log_in(api: Api, email: str, password: str) -> Api:
    token = api(
        """mutation ($email: String!, $password: String!) {
          tokenCreate(email: $email, password: $password) {
            token errors { field message code }
          }
        }""",
        email=email,
        password=password,
    )["token"]
    return api.as_bearer_of(token)


def is_seeded(staff: Api) -> bool:
    shop = staff(
        "query ($key: String!) { shop { privateMetafield(key: $key) } }", key=SEEDED
    )
    return shop["privateMetafield"] is not None


def seed(staff: Api, receiver_url: str) -> None:
    """Make everything, in the order in which one thing needs another."""
    channel_id = create_channel(staff, "Market", CHANNEL, CURRENCY)
    warehouse_id = _create_warehouse(staff)
    zone_id = _create_shipping(staff, channel_id, warehouse_id)
    set_taxes(staff, channel_id)
    seller_ids = _create_catalogue(staff, channel_id, warehouse_id)
    _create_methods(staff, channel_id, zone_id, seller_ids)
    activate_plugin(staff, channel_id)
    _create_app(staff, receiver_url)
    _register_customer(staff)
    shop_id = staff("{ shop { id } }")["id"]
    staff(
        """mutation ($id: ID!, $key: String!) {
          updatePrivateMetadata(id: $id, input: [{key: $key, value: "done"}]) {
            errors { field message }
          }
        }""",
        id=shop_id,
        key=SEEDED,
    )


def _create(staff: Api, mutation: str, node: str, **variables: Any) -> str:
    """Run a mutation that makes one thing; return that thing's ID."""
    return staff(mutation, **variables)[node]["id"]


def create_channel(staff: Api, name: str, slug: str, currency: str) -> str:
    return _create(
        staff,
        """mutation ($input: ChannelCreateInput!) {
          channelCreate(input: $input) { channel { id } errors { field message } }
        }""",
        "channel",
        input={
            "name": name,
            "slug": slug,
            "currencyCode": currency,
            "defaultCountry": "DE",
            "isActive": True,
        },
    )


def _create_warehouse(staff: Api) -> str:
    return _create(
        staff,
        """mutation ($input: WarehouseCreateInput!) {
          createWarehouse(input: $input) { warehouse { id } errors { field message } }
        }""",
        "warehouse",
        input={
            "name": "Market hall",
            "slug": "market-hall",
            "address": {**ADDRESS, "companyName": "Market"},
        },
    )


def add_warehouse(staff: Api, channel_id: str, warehouse_id: str) -> None:
    staff(
        """mutation ($id: ID!, $warehouses: [ID!]) {
          channelUpdate(id: $id, input: {addWarehouses: $warehouses}) {
            errors { field message }
          }
        }""",
        id=channel_id,
        warehouses=[warehouse_id],
    )


def _create_shipping(staff: Api, channel_id: str, warehouse_id: str) -> str:
    add_warehouse(staff, channel_id, warehouse_id)
    return _create(
        staff,
        """mutation ($input: ShippingZoneCreateInput!) {
          shippingZoneCreate(input: $input) {
            shippingZone { id } errors { field message }
          }
        }""",
        "shippingZone",
        input={
            "name": "Germany",
            "countries": ["DE"],
            "addWarehouses": [warehouse_id],
            "addChannels": [channel_id],
        },
    )


def _create_methods(
    staff: Api, channel_id: str, zone_id: str, seller_ids: dict[str, str]
) -> None:
    """Make a delivery method for all goods, and some sellers' own."""
    _create_method(staff, channel_id, zone_id, PARCEL)
    for slug, method in SELLERS_METHODS.items():
        staff(
            """mutation ($id: ID!, $methods: [ID!]!) {
              sellerAssignShippingMethods(id: $id, shippingMethods: $methods) {
                errors { field message code }
              }
            }""",
            id=seller_ids[slug],
            methods=[_create_method(staff, channel_id, zone_id, method)],
        )


def _create_method(
    staff: Api, channel_id: str, zone_id: str, method: tuple[str, str]
) -> str:
    name, price = method
    method_id = _create(
        staff,
        """mutation ($input: ShippingPriceInput!) {
          shippingPriceCreate(input: $input) {
            shippingMethod { id } errors { field message }
          }
        }""",
        "shippingMethod",
        input={"name": name, "type": "PRICE", "shippingZone": zone_id},
    )
    list_method(staff, channel_id, method_id, price)
    return method_id


def list_method(staff: Api, channel_id: str, method_id: str, price: str) -> None:
    """Offer a delivery method in a channel for a price."""
    staff(
        """mutation ($id: ID!, $input: ShippingMethodChannelListingInput!) {
          shippingMethodChannelListingUpdate(id: $id, input: $input) {
            errors { field message }
          }
        }""",
        id=method_id,
        input={
            "addChannels": [
                {"channelId": channel_id, "price": price, "minimumOrderPrice": "0"}
            ]
        },
    )


def set_taxes(staff: Api, channel_id: str) -> None:
    """19 % in Germany, prices entered with tax."""
    tax_configuration_id = staff(
        "query ($id: ID!) { channel(id: $id) { taxConfiguration { id } } }",
        id=channel_id,
    )["taxConfiguration"]["id"]
    staff(
        """mutation ($id: ID!) {
          taxConfigurationUpdate(id: $id, input: {
            chargeTaxes: true, taxCalculationStrategy: FLAT_RATES,
            displayGrossPrices: true, pricesEnteredWithTax: true
          }) { errors { field message } }
        }""",
        id=tax_configuration_id,
    )
    staff(
        """mutation {
          taxCountryConfigurationUpdate(
            countryCode: DE, updateTaxClassRates: [{rate: 19}]
          ) { errors { field message } }
        }"""
    )


def _create_catalogue(staff: Api, channel_id: str, warehouse_id: str) -> dict[str, str]:
    """Make sellers and their products; return the sellers' IDs by slug."""
    seller_ids = {}
    type_id = _create(
        staff,
        """mutation ($input: ProductTypeInput!) {
          productTypeCreate(input: $input) {
            productType { id } errors { field message }
          }
        }""",
        "productType",
        input={"name": "Goods", "kind": "NORMAL", "isShippingRequired": True},
    )
    category_id = _create(
        staff,
        """mutation { categoryCreate(input: {name: "Everything"}) {
          category { id } errors { field message }
        } }""",
        "category",
    )
    for slug, name, goods in SELLERS:
        product_ids = [
            _create_product(
                staff, channel_id, warehouse_id, type_id, category_id, product
            )
            for product in goods
        ]
        if slug is None:
            continue
        seller_id = _create(
            staff,
            """mutation ($input: SellerCreateInput!) {
              sellerCreate(input: $input) {
                seller { id } errors { field message code }
              }
            }""",
            "seller",
            input={"name": name, "slug": slug},
        )
        seller_ids[slug] = seller_id
        staff(
            """mutation ($id: ID!, $products: [ID!]!) {
              sellerAssignProducts(id: $id, products: $products) {
                errors { field message code }
              }
            }""",
            id=seller_id,
            products=product_ids,
        )
    return seller_ids


def _create_product(
    staff: Api,
    channel_id: str,
    warehouse_id: str,
    type_id: str,
    category_id: str,
    product: tuple[str, str, str],
) -> str:
    sku, name, price = product
    product_id = _create(
        staff,
        """mutation ($input: ProductCreateInput!) {
          productCreate(input: $input) { product { id } errors { field message } }
        }""",
        "product",
        input={"name": name, "productType": type_id, "category": category_id},
    )
    publish_product(staff, channel_id, product_id)
    variant_id = _create(
        staff,
        """mutation ($input: ProductVariantCreateInput!) {
          productVariantCreate(input: $input) {
            productVariant { id } errors { field message }
          }
        }""",
        "productVariant",
        input={
            "product": product_id,
            "sku": sku,
            "attributes": [],
            "stocks": [{"warehouse": warehouse_id, "quantity": 1_000_000}],
        },
    )
    price_variant(staff, channel_id, variant_id, price)
    return product_id


def publish_product(staff: Api, channel_id: str, product_id: str) -> None:
    """Sell a product in a channel."""
    staff(
        """mutation ($id: ID!, $input: ProductChannelListingUpdateInput!) {
          productChannelListingUpdate(id: $id, input: $input) {
            errors { field message }
          }
        }""",
        id=product_id,
        input={
            "updateChannels": [
                {
                    "channelId": channel_id,
                    "isPublished": True,
                    "visibleInListings": True,
                    "isAvailableForPurchase": True,
                }
            ]
        },
    )


def price_variant(staff: Api, channel_id: str, variant_id: str, price: str) -> None:
    """Give a variant its price in a channel."""
    staff(
        """mutation ($id: ID!, $input: [ProductVariantChannelListingAddInput!]!) {
          productVariantChannelListingUpdate(id: $id, input: $input) {
            errors { field message }
          }
        }""",
        id=variant_id,
        input=[{"channelId": channel_id, "price": price}],
    )


def activate_plugin(staff: Api, channel_id: str) -> None:
    staff(
        """mutation ($id: ID!, $channelId: ID!) {
          pluginUpdate(id: $id, channelId: $channelId, input: {active: true}) {
            errors { field message code }
          }
        }""",
        id=PLUGIN_ID,
        channelId=channel_id,
    )


def _create_app(staff: Api, receiver_url: str) -> None:
    """Make the app that reports payments and hears of order groups."""
    app_id = _create(
        staff,
        """mutation ($input: AppInput!) {
          appCreate(input: $input) { app { id } errors { field message } }
        }""",
        "app",
        input={
            "name": APP_NAME,
            "permissions": ["MANAGE_ORDERS", "HANDLE_PAYMENTS", "MANAGE_CHECKOUTS"],
        },
    )
    staff(
        """mutation ($input: WebhookCreateInput!) {
          webhookCreate(input: $input) { webhook { id } errors { field message } }
        }""",
        input={
            "app": app_id,
            "name": "Order groups",
            "targetUrl": receiver_url,
            "asyncEvents": WEBHOOK_EVENTS,
            "query": SUBSCRIPTION,
            "isActive": True,
        },
    )


def _register_customer(staff: Api) -> None:
    staff(
        """mutation {
          shopSettingsUpdate(input: {enableAccountConfirmationByEmail: false}) {
            errors { field message }
          }
        }"""
    )
    Api(staff.endpoint)(
        """mutation ($input: AccountRegisterInput!) {
          accountRegister(input: $input) { errors { field message code } }
        }""",
        input={
            "email": CUSTOMER_EMAIL,
            "password": CUSTOMER_PASSWORD,
            "firstName": ADDRESS["firstName"],
            "lastName": ADDRESS["lastName"],
            "channel": CHANNEL,
        },
    )


def app_access(staff: Api, receiver_url: str) -> AppAccess:
    """Give the app a fresh token, and its webhook this run's address and query."""
    apps = staff(
        """query ($search: String!) {
          apps(first: 1, filter: {search: $search}) {
            edges { node { id webhooks { id } } }
          }
        }""",
        search=APP_NAME,
    )["edges"]
    if not apps:
        raise DemoError(f"The app {APP_NAME!r} is gone from the demo's shop.")
    app = apps[0]["node"]
    webhook_id = app["webhooks"][0]["id"]
    staff(
        """mutation ($id: ID!, $input: WebhookUpdateInput!) {
          webhookUpdate(id: $id, input: $input) {
            errors { field message code }
          }
        }""",
        id=webhook_id,
        input={
            "targetUrl": receiver_url,
            "asyncEvents": WEBHOOK_EVENTS,
            "query": SUBSCRIPTION,
        },
    )
    token = staff(
        """mutation ($app: ID!) {
          appTokenCreate(input: {app: $app, name: "demo run"}) {
            authToken errors { field message }
          }
        }""",
        app=app["id"],
    )["authToken"]
    return AppAccess(token=token, webhook_id=webhook_id)
