"""Members of staff with different permissions, and channels that divide them."""

from dataclasses import dataclass

from .. import shop
from ..client import Api

PASSWORD = "staff-of-the-demo"
OUTLET = "outlet"
OUTLET_CURRENCY = "USD"
# A channel in which the plugin is not active.
WHOLESALE = "wholesale"


@dataclass(frozen=True)
class Member:
    """A member of staff: what they may, and in which channels (None: in all)."""

    email: str
    group: str
    permissions: tuple[str, ...]
    channels: tuple[str, ...] | None = None


MEMBERS = {
    # Payments and orders of one channel alone.
    "market": Member(
        "market@example.com",
        "Orders of the market",
        ("MANAGE_ORDERS", "HANDLE_PAYMENTS"),
        (shop.CHANNEL,),
    ),
    # Orders, but no money.
    "packer": Member("packer@example.com", "Packing", ("MANAGE_ORDERS",)),
    # No orders at all.
    "catalog": Member(
        "catalog@example.com", "Catalog", ("MANAGE_PRODUCTS", "MANAGE_SHIPPING")
    ),
}


def add_channels(staff: Api) -> None:
    """Add a second channel with the same goods, and one without the plugin."""
    for name, slug, currency in (
        ("Outlet", OUTLET, OUTLET_CURRENCY),
        ("Wholesale", WHOLESALE, shop.CURRENCY),
    ):
        channel_id = shop.create_channel(staff, name, slug, currency)
        _deliver(staff, channel_id)
        _publish_products(staff, channel_id)
        shop.set_taxes(staff, channel_id)
        if slug == OUTLET:
            shop.activate_plugin(staff, channel_id)


def add_members(staff: Api) -> None:
    """Make each member: an account with a password that becomes one of staff."""
    channel_ids = _get_channel_ids(staff)
    for member in MEMBERS.values():
        Api(staff.endpoint)(
            """mutation ($input: AccountRegisterInput!) {
              accountRegister(input: $input) { errors { field message code } }
            }""",
            input={
                "email": member.email,
                "password": PASSWORD,
                "channel": shop.CHANNEL,
            },
        )
        user_id = staff(
            """mutation ($email: String!) {
              staffCreate(input: {email: $email}) {
                user { id } errors { field message code }
              }
            }""",
            email=member.email,
        )["user"]["id"]
        staff(
            """mutation ($input: PermissionGroupCreateInput!) {
              permissionGroupCreate(input: $input) {
                errors { field message code }
              }
            }""",
            input={
                "name": member.group,
                "addPermissions": member.permissions,
                "addUsers": [user_id],
                "restrictedAccessToChannels": member.channels is not None,
                "addChannels": [channel_ids[slug] for slug in member.channels or ()],
            },
        )


def _deliver(staff: Api, channel_id: str) -> None:
    """Let the market's warehouse and parcels serve another channel too."""
    zones = staff(
        """query ($channel: ID!) {
          shippingZones(first: 1, filter: {channels: [$channel]}) {
            edges { node { id warehouses { id } shippingMethods { id name } } }
          }
        }""",
        channel=_get_channel_ids(staff)[shop.CHANNEL],
    )["edges"]
    zone = zones[0]["node"]
    shop.add_warehouse(staff, channel_id, zone["warehouses"][0]["id"])
    staff(
        """mutation ($id: ID!, $channels: [ID!]) {
          shippingZoneUpdate(id: $id, input: {addChannels: $channels}) {
            errors { field message }
          }
        }""",
        id=zone["id"],
        channels=[channel_id],
    )
    name, price = shop.PARCEL
    for method in zone["shippingMethods"]:
        if method["name"] == name:
            shop.list_method(staff, channel_id, method["id"], price)


def _get_channel_ids(staff: Api) -> dict[str, str]:
    channels = staff("{ channels { id slug } }")
    return {channel["slug"]: channel["id"] for channel in channels}


def _publish_products(staff: Api, channel_id: str) -> None:
    """Sell the market's products in another channel, for the same numbers."""
    prices = {sku: price for _, _, goods in shop.SELLERS for sku, _, price in goods}
    edges = staff(
        """query ($channel: String!) {
          products(channel: $channel, first: 50) {
            edges { node { id variants { id sku } } }
          }
        }""",
        channel=shop.CHANNEL,
    )["edges"]
    for edge in edges:
        (variant,) = edge["node"]["variants"]
        shop.publish_product(staff, channel_id, edge["node"]["id"])
        shop.price_variant(staff, channel_id, variant["id"], prices[variant["sku"]])
