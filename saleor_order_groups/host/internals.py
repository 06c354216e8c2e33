"""All of Saleor that is called below its public names, or with parameters relied on.

Each declaration has the parameters that the callers pass, by position or by keyword;
its docstring says what the function is needed for. `checks` and start-up verify each of
them. Some functions are called after the money has been taken, which is too late to
find one missing. All callers import the functions from here.
"""

from typing import Any

from .internal import Internal, internal

# Prices and metadata of a checkout


CALCULATIONS = "saleor.checkout.calculations"
BASE_CALCULATIONS = "saleor.checkout.base_calculations"
COMPLETION = "saleor.checkout.complete_checkout"


@internal(CALCULATIONS, "fetch_checkout_data")
def fetch_checkout_data(
    checkout_info, manager, lines, *, requestor, force_update
) -> Any:
    """Price a locked checkout again if its prices are not those of its lines."""


@internal(CALCULATIONS, "calculate_checkout_total_with_gift_cards")
def calculate_checkout_total_with_gift_cards(
    *,
    manager,
    checkout_info,
    lines,
    force_update,
    allow_sync_webhooks,
    database_connection_name,
) -> Any:
    """Price a checkout whose prices are too old, as Saleor's completion does first."""


@internal(CALCULATIONS, "calculate_checkout_total")
def calculate_checkout_total(
    *,
    manager,
    checkout_info,
    lines,
    allow_sync_webhooks,
    database_connection_name,
) -> Any:
    """Read the total before gift cards, to which the orders must sum."""


@internal(CALCULATIONS, "checkout_shipping_price")
def checkout_shipping_price(
    *,
    manager,
    checkout_info,
    lines,
    allow_sync_webhooks,
    database_connection_name,
) -> Any:
    """Read the shipping price, which is divided between the orders."""


@internal(CALCULATIONS, "checkout_shipping_tax_rate")
def checkout_shipping_tax_rate(*, manager, checkout_info, lines) -> Any:
    """Read the tax rate of the delivery, which each order that ships keeps."""


@internal(BASE_CALCULATIONS, "base_checkout_delivery_price")
def base_checkout_delivery_price(checkout_info, lines) -> Any:
    """Read the shipping price before taxes."""


@internal(BASE_CALCULATIONS, "base_checkout_undiscounted_delivery_price")
def base_checkout_undiscounted_delivery_price(checkout_info, lines) -> Any:
    """Read the shipping price before taxes and before the voucher."""


@internal(BASE_CALCULATIONS, "calculate_base_line_total_price")
def calculate_base_line_total_price(line_info) -> Any:
    """Price a line, to notice that lines have changed since the last pricing."""


@internal(BASE_CALCULATIONS, "_propagate_checkout_discount_on_checkout_lines_prices")
def propagate_checkout_discount(lines, total_discount, currency) -> Any:
    """Divide the discount between all lines once; the public name does it per line."""


@internal("saleor.checkout.payment_utils", "update_checkout_payment_statuses")
def update_checkout_payment_statuses(
    checkout, checkout_total_gross, *, checkout_has_lines, save
) -> Any:
    """Find out, without saving, whether the transactions cover another total."""


@internal("saleor.checkout.utils", "get_checkout_metadata")
def get_checkout_metadata(checkout) -> Any:
    """Read the metadata that the orders take over, as the payment flow reads it."""


@internal("saleor.checkout.utils", "get_or_create_checkout_metadata")
def get_or_create_checkout_metadata(checkout) -> Any:
    """Read the metadata that the orders take over, as the transaction flow reads it."""


# Creation of orders by a completion, and the undoing of a failed completion


@internal(COMPLETION, "_process_shipping_data_for_order")
def process_shipping_data_for_order(
    checkout_info,
    undiscounted_base_shipping_price,
    base_shipping_price,
    shipping_price,
    manager,
    lines,
) -> Any:
    """Describe the delivery as an order stores it. A seam replaces this function."""


@internal(COMPLETION, "_process_user_data_for_order")
def process_user_data_for_order(checkout_info, manager) -> Any:
    """Describe the customer as an order stores them, with a copy of the addresses."""


@internal(COMPLETION, "_create_lines_for_order")
def create_lines_for_order(
    manager, checkout_info, lines, prices_entered_with_tax, *, site_settings
) -> Any:
    """Make the order lines of the whole checkout, which the sellers' orders receive."""


@internal(COMPLETION, "_complete_checkout_fail_handler")
def complete_checkout_fail_handler(
    checkout_info, manager, *, voucher_code, voucher, payment
) -> Any:
    """Release the voucher and refund a legacy payment whose split has failed."""


@internal("saleor.warehouse.management", "allocate_stocks")
def allocate_stocks(
    order_lines_info,
    country_code,
    channel,
    site_settings,
    requestor,
    *,
    calculate_stocks_with_shipping_zones,
    collection_point_pk,
    additional_filter_lookup,
    check_reservations,
    checkout_lines,
) -> Any:
    """Allocate the stock of all sellers at once. 3.23.2 gave it these parameters."""


@internal("saleor.warehouse.management", "allocate_preorders")
def allocate_preorders(
    order_lines_info, channel_slug, *, check_reservations, checkout_lines
) -> Any:
    """Allocate the preorders of all sellers at once."""


@internal("saleor.order.utils", "update_gift_card_balance")
def update_gift_card_balance(gift_card, total_price_left, balance_data) -> Any:
    """Draw an amount from a gift card; the caller saves the card."""


@internal("saleor.order.utils", "set_gift_card_user")
def set_gift_card_user(gift_card, used_by_user, used_by_email) -> Any:
    """Name the customer who has used a gift card; the caller saves the card."""


@internal("saleor.giftcard.events", "gift_cards_used_in_order_event")
def gift_cards_used_in_order_event(balance_data, order, user, app) -> Any:
    """Record the amounts that an order has drawn from gift cards."""


@internal("saleor.order.utils", "update_order_display_gross_prices")
def update_order_display_gross_prices(order) -> Any:
    """Set on an unsaved order whether its prices are shown as gross."""


@internal("saleor.order.utils", "update_order_charge_data")
def update_order_charge_data(order, *, with_save) -> Any:
    """Derive the charge status of an unsaved order."""


@internal("saleor.order.utils", "update_order_authorize_data")
def update_order_authorize_data(order, *, with_save) -> Any:
    """Derive the authorize status of an unsaved order."""


@internal("saleor.order.search", "prepare_order_search_vector_value")
def prepare_order_search_vector_value(order, *, already_prefetched) -> Any:
    """Derive the search vector of an order; the caller saves it."""


@internal("saleor.order.actions", "order_created")
def order_created(order_info, *, user, app, manager, site_settings, automatic) -> Any:
    """Fire the events that follow an order's creation, for each order of a group."""


@internal("saleor.order.notifications", "send_order_confirmation")
def send_order_confirmation(order_info, redirect_url, manager) -> Any:
    """Send the confirmation of each order of a group. A seam replaces this function."""


@internal("saleor.order.notifications", "send_payment_confirmation")
def send_payment_confirmation(order_info, manager) -> Any:
    """Send again the mail of a payment that a crash may have cut off."""


# Payments and their shares


GATEWAY = "saleor.payment.gateway"
TRANSACTION_MUTATIONS = "saleor.graphql.payment.mutations.transaction"


@internal(f"{TRANSACTION_MUTATIONS}.utils", "create_transaction_event_requested")
def create_transaction_event_requested(
    transaction, action_value, action, *, user, app, reason, reason_reference
) -> Any:
    """Record a request on a group's payment. A seam replaces this function."""


@internal(f"{TRANSACTION_MUTATIONS}.utils", "get_transaction_item")
def get_transaction_item(id, token) -> Any:
    """Find the transaction that a mutation names, as Saleor finds it."""


@internal(
    f"{TRANSACTION_MUTATIONS}.transaction_request_action",
    "TransactionRequestAction._prepare_refund_reason",
)
def prepare_refund_reason(info, /, **data) -> Any:
    """Validate a refund's reason by the settings of the shop, as for one order."""


@internal(GATEWAY, "_create_transaction_data")
def create_transaction_data(
    *, transaction, action_type, action_value, request_event
) -> Any:
    """Describe a request on a group's whole payment to the payment app."""


@internal(GATEWAY, "_request_payment_action")
def request_payment_action(
    *,
    transaction_action_data,
    manager,
    channel_slug,
    event_type,
    transaction_request_func,
    plugin_func_name,
) -> Any:
    """Send a request on a group's payment to its app; without one, record a failure."""


@internal("saleor.order.actions", "order_transaction_updated")
def order_transaction_updated(
    *,
    order_info,
    transaction_item,
    manager,
    user,
    app,
    previous_authorized_value,
    previous_charged_value,
    previous_refunded_value,
) -> Any:
    """Fire Saleor's events of an order after its payment share has changed."""


@internal("saleor.payment.utils", "create_failed_transaction_event")
def create_failed_transaction_event(event, *, cause) -> Any:
    """Close a request that no app has answered."""


@internal("saleor.payment.utils", "gateway_postprocess")
def gateway_postprocess(transaction, payment) -> Any:
    """Apply to a legacy payment an action that its provider took without a request."""


@internal(
    "saleor.payment.transaction_item_calculations",
    "calculate_transaction_amount_based_on_events",
)
def calculate_transaction_amount_based_on_events(transaction) -> Any:
    """Derive amounts from events before Saleor raises negative ones to zero."""


@internal(
    "saleor.payment.transaction_item_calculations", "recalculate_transaction_amounts"
)
def recalculate_transaction_amounts(transaction, *, save) -> Any:
    """Derive the amounts of a payment or a share from events; the caller saves them."""


@internal("saleor.order.utils", "updates_amounts_for_order")
def updates_amounts_for_order(order, save) -> Any:
    """Derive an order's payment statuses from its share transactions."""


@internal("saleor.order.utils", "refresh_order_status")
def refresh_order_status(order) -> Any:
    """Derive the status of an order that its channel confirms; the caller saves it."""


@internal("saleor.order.utils", "calculate_order_granted_refund_status")
def calculate_order_granted_refund_status(granted_refund) -> Any:
    """Derive the status of a granted refund from the events of a share transaction."""


@internal("saleor.order.actions", "call_order_event")
def call_order_event(manager, event_name, order) -> Any:
    """Send the webhooks of an order that a correction has changed."""


@internal("saleor.order.actions", "order_charged")
def order_charged(order_info, user, app, amount, payment, manager, *, gateway) -> Any:
    """Fire the events of an order whose part a provider captured with another one's."""


@internal("saleor.order.actions", "order_voided")
def order_voided(order, user, app, payment, manager) -> Any:
    """Fire the events of an order whose part a provider voided with another one's."""


@internal("saleor.order.events", "event_transaction_charge_requested")
def event_transaction_charge_requested(
    *, order_id, reference, amount, user, app
) -> Any:
    """Record on an order that a charge of its group was requested."""


@internal("saleor.order.events", "event_transaction_refund_requested")
def event_transaction_refund_requested(
    *, order_id, reference, amount, user, app
) -> Any:
    """Record on an order that a refund of its group was requested."""


@internal("saleor.order.events", "event_transaction_cancel_requested")
def event_transaction_cancel_requested(*, order_id, reference, user, app) -> Any:
    """Record on an order that a cancelation of its group was requested."""


@internal("saleor.order.actions", "fulfillment_tracking_updated")
def fulfillment_tracking_updated(
    fulfillment, user, app, tracking_number, manager
) -> Any:
    """Fire the events of a tracking number that a seller has changed."""


@internal("saleor.order.notifications", "send_fulfillment_update")
def send_fulfillment_update(order, fulfillment, manager) -> Any:
    """Mail a tracking number that a seller has changed to the customer."""


# Webhooks and delivery methods


TRANSPORT = "saleor.webhook.transport.asynchronous.transport"


@internal(TRANSPORT, "trigger_webhooks_async")
def trigger_webhooks_async(
    data,
    event_type,
    webhooks,
    *,
    subscribable_object,
    requestor,
    legacy_data_generator,
    queue,
) -> Any:
    """Send the plugin's own event as Saleor sends its events."""


@internal(TRANSPORT, "trigger_webhooks_async_for_multiple_objects")
def trigger_webhooks_async_for_objects(
    *,
    event_type,
    webhooks,
    webhook_payloads_data,
    requestor,
    allow_replica,
    pre_save_payloads,
    request_time,
    queue,
) -> Any:
    """Send the same event of all orders of a group."""


@internal(TRANSPORT, "WebhookPayloadData")
def describe_webhook_payload(*, subscribable_object) -> Any:
    """Name one of the orders whose event is sent."""


@internal("saleor.webhook.utils", "get_webhooks_for_multiple_events")
def get_webhooks_for_multiple_events(event_types) -> Any:
    """Find who listens to the plugin's events. A seam replaces this function."""


@internal("saleor.webhook.utils", "filter_webhooks_for_channel")
def filter_webhooks_for_channel(webhooks, channel_slug) -> Any:
    """Leave out the webhooks that do not listen to the group's channel."""


@internal("saleor.checkout.delivery_context", "assign_delivery_method_to_checkout")
def assign_delivery_method_to_checkout(
    checkout_info, lines_info, manager, delivery_method
) -> Any:
    """Choose the combined method for the checkout, as Saleor's mutation does."""


@internal("saleor.checkout.delivery_context", "fetch_shipping_methods_for_checkout")
def fetch_shipping_methods_for_checkout(checkout_info, *, requestor) -> Any:
    """Let Saleor store the combined method that the plugin offers."""


INTERNALS: tuple[Internal, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Internal)
)
