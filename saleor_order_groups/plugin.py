"""The plugin that Saleor loads, and its configuration in each channel."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from saleor.plugins.base_plugin import BasePlugin, ConfigurationTypeField
from saleor.plugins.error_codes import PluginErrorCode

from .access.tasks import tell_after_hook
from .config import (
    ALLOW_SHOP_GOODS,
    ASSIGNMENT,
    CHARGE_POLICY,
    CONFIRMATION,
    DEFAULT_CUSTOMER_DATA,
    GROUP_SINGLE_SELLER,
    PARSERS,
    PLUGIN_ID,
    SELLER_CUSTOMER_DATA,
    SELLER_LINE_METADATA,
    SELLER_REFUNDS,
    SELLER_SOURCE,
    SHIPPING_ALLOCATION,
    ChargePolicy,
    Confirmation,
    SellerRefunds,
    ShippingAllocation,
)
from .lifecycle.look import look_after_hook
from .sellers.product_data import check_source

if TYPE_CHECKING:
    from saleor.order.models import Order
    from saleor.plugins.models import PluginConfiguration


class OrderGroupsPlugin(BasePlugin):
    """Hold the configuration of each channel; `config` reads it.

    `apps` installs the plugin's behaviour. The hooks only make events fast: every change
    of an order's status is followed by one of the last two.
    """

    PLUGIN_ID = PLUGIN_ID
    PLUGIN_NAME = "Order groups"
    PLUGIN_DESCRIPTION = (
        "Makes one order for each seller of a checkout and ties them together in an "
        "order group."
    )
    CONFIGURATION_PER_CHANNEL = True
    DEFAULT_ACTIVE = False
    DEFAULT_CONFIGURATION = [
        {"name": GROUP_SINGLE_SELLER, "value": True},
        {"name": ALLOW_SHOP_GOODS, "value": True},
        {"name": SHIPPING_ALLOCATION, "value": ShippingAllocation.SUBTOTAL.value},
        {"name": CHARGE_POLICY, "value": ChargePolicy.PER_ORDER.value},
        {"name": SELLER_SOURCE, "value": str(ASSIGNMENT)},
        {"name": CONFIRMATION, "value": Confirmation.PER_ORDER.value},
        {"name": SELLER_CUSTOMER_DATA, "value": ",".join(DEFAULT_CUSTOMER_DATA)},
        {"name": SELLER_LINE_METADATA, "value": ""},
        {"name": SELLER_REFUNDS, "value": SellerRefunds.GRANT.value},
    ]
    CONFIG_STRUCTURE = {
        GROUP_SINGLE_SELLER: {
            "type": ConfigurationTypeField.BOOLEAN,
            "label": "Group a single seller's order",
            "help_text": "A checkout with goods of one seller gets an order group too.",
        },
        ALLOW_SHOP_GOODS: {
            "type": ConfigurationTypeField.BOOLEAN,
            "label": "Sell the shop's own goods",
            "help_text": (
                "Products without a seller form the shop's own order. Otherwise a "
                "checkout with such products is refused."
            ),
        },
        SHIPPING_ALLOCATION: {
            "type": ConfigurationTypeField.STRING,
            "label": "Divide the shipping price",
            "help_text": (
                "How the price of one delivery method is divided between the orders "
                "that ship: SUBTOTAL, WEIGHT, EQUAL, or FIRST (all to the first one)."
            ),
        },
        CHARGE_POLICY: {
            "type": ConfigurationTypeField.STRING,
            "label": "Charge orders or groups",
            "help_text": (
                "PER_ORDER: each order's payment share may be charged alone. GROUP: "
                "only the whole group may be charged, for payment providers that allow "
                "one capture."
            ),
        },
        SELLER_SOURCE: {
            "type": ConfigurationTypeField.STRING,
            "label": "Who sells a product",
            "help_text": (
                "ASSIGNMENT: the assignments made by sellerAssignProducts. "
                "METADATA:key: the product's metadata hold the seller's slug or "
                "external reference. ATTRIBUTE:slug: the product's attribute refers to "
                "the seller's page, or names the seller."
            ),
        },
        CONFIRMATION: {
            "type": ConfigurationTypeField.STRING,
            "label": "Confirm orders or groups",
            "help_text": (
                "PER_ORDER: the customer gets a confirmation of each order. GROUP: "
                "one order_group_confirmation of the whole purchase instead."
            ),
        },
        SELLER_CUSTOMER_DATA: {
            "type": ConfigurationTypeField.STRING,
            "label": "What sellers see of customers",
            "help_text": (
                "A list with commas of SHIPPING_ADDRESS, PHONE, EMAIL, "
                "BILLING_ADDRESS, NOTE. An empty list shows nothing."
            ),
        },
        SELLER_LINE_METADATA: {
            "type": ConfigurationTypeField.STRING,
            "label": "What sellers see of a line's metadata",
            "help_text": (
                "The keys of an order line's public metadata that its seller sees, in a "
                "list with commas, such as engraving."
            ),
        },
        SELLER_REFUNDS: {
            "type": ConfigurationTypeField.STRING,
            "label": "Refunds by sellers",
            "help_text": (
                "OFF: sellers cannot refund. GRANT: a seller grants a refund, and the "
                "shop pays it. DIRECT: a seller's refund is requested at once."
            ),
        },
    }

    def order_created(
        self, order: "Order", previous_value: Any, webhooks: Any = None
    ) -> Any:
        tell_after_hook(order)
        return previous_value

    def order_updated(
        self, order: "Order", previous_value: Any, webhooks: Any = None
    ) -> Any:
        look_after_hook(order)
        tell_after_hook(order)
        return previous_value

    def order_confirmed(
        self, order: "Order", previous_value: Any, webhooks: Any = None
    ) -> Any:
        look_after_hook(order)
        return previous_value

    @classmethod
    def save_plugin_configuration(
        cls, plugin_configuration: "PluginConfiguration", cleaned_data: dict[str, Any]
    ) -> "PluginConfiguration":
        # Validate before Saleor applies the input. Saleor drops unknown names and reads
        # every string but "true" as false, so both errors would be invisible
        # afterwards.
        items = cleaned_data.get("configuration") or []
        _validate_items(items)
        is_active = cleaned_data.get("active")
        if is_active:
            # The stored source may have become invalid, so that activation checks it
            # again.
            items = [*plugin_configuration.configuration, *items]
        # The Dashboard sends every field. Deactivation must work whatever the fields
        # contain.
        if is_active is not False:
            _check_source(items)
        return super().save_plugin_configuration(plugin_configuration, cleaned_data)

    @classmethod
    def validate_plugin_configuration(
        cls, plugin_configuration: "PluginConfiguration", **kwargs: Any
    ) -> None:
        known = [
            item
            for item in plugin_configuration.configuration
            if item["name"] in cls.CONFIG_STRUCTURE
        ]
        _validate_items(known)


def _validate_items(items: list[dict[str, Any]]) -> None:
    """Validate the names and values of configuration items.

    A value of null leaves the field as it is, as in all of Saleor's plugins.

    :raises ValidationError: one error with all unknown names and wrong values.
    """
    errors = {}
    for item in items:
        name, value = item["name"], item.get("value")
        if name not in OrderGroupsPlugin.CONFIG_STRUCTURE:
            names = ", ".join(OrderGroupsPlugin.CONFIG_STRUCTURE)
            errors[name] = ValidationError(
                f"Unknown field {name}. The fields are: {names}.",
                code=PluginErrorCode.NOT_FOUND.value,
            )
        elif value is not None:
            try:
                PARSERS[name](value)
            except ValueError as error:
                errors[name] = _invalid(name, error)
    if errors:
        raise ValidationError(errors)


def _check_source(items: list[dict[str, Any]]) -> None:
    """Check that the last of the given seller sources can name sellers.

    :raises ValidationError: it cannot.
    """
    values = [item.get("value") for item in items if item["name"] == SELLER_SOURCE]
    for value in [value for value in values if value is not None][-1:]:
        try:
            check_source(PARSERS[SELLER_SOURCE](value))
        except ValueError as error:
            raise ValidationError(
                {SELLER_SOURCE: _invalid(SELLER_SOURCE, error)}
            ) from error


def _invalid(name: str, error: ValueError) -> ValidationError:
    return ValidationError(f"{name}: {error}", code=PluginErrorCode.INVALID.value)
