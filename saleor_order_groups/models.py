"""The tables of the plugin."""

from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BTreeIndex, GinIndex
from django.db import connection, models
from django.utils import timezone
from saleor.core.models import ModelWithMetadata
from saleor.core.utils.json_serializer import CustomJsonEncoder

NUMBER_SEQUENCE = "saleor_order_groups_ordergroup_number_seq"


def get_order_group_number() -> int:
    """Take the next number from the groups' own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval('{NUMBER_SEQUENCE}')")
        return cursor.fetchone()[0]


class MetadataMixin(ModelWithMetadata):
    # Redeclared so that our migrations do not depend on the Saleor version:
    # Saleor's own fields gained a database default between two versions.
    private_metadata = models.JSONField(
        blank=True, default=dict, encoder=CustomJsonEncoder
    )
    metadata = models.JSONField(blank=True, default=dict, encoder=CustomJsonEncoder)

    class Meta:
        abstract = True


class Seller(MetadataMixin):
    """Somebody whose products the shop sells."""

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    name = models.CharField(max_length=250)
    slug = models.SlugField(max_length=255, unique=True, allow_unicode=True)
    external_reference = models.CharField(
        max_length=250, unique=True, blank=True, null=True
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        # Names are not unique: the slug makes the order, and so cursors, stable.
        ordering = ("slug",)
        indexes = [
            BTreeIndex(fields=["name", "slug"], name="seller_name_slug_idx"),
            BTreeIndex(fields=["created_at", "slug"], name="seller_created_slug_idx"),
            GinIndex(fields=["metadata"], name="seller_meta_idx"),
            GinIndex(fields=["private_metadata"], name="seller_p_meta_idx"),
        ]

    def __str__(self) -> str:
        return self.name


class ProductSeller(models.Model):
    """The one seller of a product; a product without a row is the shop's own."""

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    product = models.OneToOneField(
        "product.Product", related_name="product_seller", on_delete=models.CASCADE
    )
    seller = models.ForeignKey(
        Seller, related_name="product_sellers", on_delete=models.PROTECT
    )

    class Meta:
        ordering = ("pk",)


class SellerCustomer(models.Model):
    """A customer who has bought from a seller; made at the first purchase."""

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    seller = models.ForeignKey(
        Seller, related_name="seller_customers", on_delete=models.CASCADE
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        related_name="seller_customers",
        on_delete=models.CASCADE,
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "user"], name="unique_seller_customer"
            )
        ]


class OrderGroup(MetadataMixin):
    """The orders, one for each seller, that came out of one checkout.

    Totals and statuses are derived from the orders when they are asked for; the only
    amounts stored are those of the moment of placement, which never change.
    """

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    number = models.IntegerField(
        unique=True, default=get_order_group_number, editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        related_name="order_groups",
        blank=True,
        null=True,
        on_delete=models.SET_NULL,
    )
    user_email = models.EmailField(blank=True, default="")
    # Null: Saleor has deleted the channel while the plugin was not installed, and the
    # group's channel is its first order's (`channels`).
    channel = models.ForeignKey(
        "channel.Channel",
        related_name="order_groups",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
    )
    currency = models.CharField(max_length=settings.DEFAULT_CURRENCY_CODE_LENGTH)
    # The database itself refuses a second group for one checkout.
    checkout_token = models.UUIDField(unique=True, null=True, blank=True)
    # Why orders of the group have no seller: `reason`, `message`, and `sellers` as IDs.
    # Null where nobody's name is missing. Written once, by `adoption`.
    adoption = models.JSONField(blank=True, null=True, editable=False)
    external_reference = models.CharField(
        max_length=250, unique=True, blank=True, null=True
    )
    placed_total_net_amount = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
    )
    placed_total_gross_amount = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
    )

    class Meta:
        # One direction: relay cursors break on mixed ones.
        ordering = ("-created_at", "-pk")
        indexes = [
            BTreeIndex(fields=["created_at", "id"], name="ordergroup_created_idx"),
            BTreeIndex(
                fields=["user", "created_at", "id"],
                name="ordergroup_user_created_idx",
            ),
            BTreeIndex(
                fields=["channel", "created_at", "id"],
                name="ordergroup_channel_created_idx",
            ),
            BTreeIndex(fields=["updated_at", "id"], name="ordergroup_updated_idx"),
            BTreeIndex(fields=["user_email"], name="ordergroup_user_email_idx"),
            GinIndex(fields=["metadata"], name="ordergroup_meta_idx"),
            GinIndex(fields=["private_metadata"], name="ordergroup_p_meta_idx"),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"


class OrderGroupOrder(models.Model):
    """An order's place in its group, its seller and its total as placed."""

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    group = models.ForeignKey(
        OrderGroup, related_name="order_links", on_delete=models.CASCADE
    )
    # CASCADE: Saleor's clean-up of expired orders deletes thousands at a time.
    order = models.OneToOneField(
        "order.Order", related_name="order_group_link", on_delete=models.CASCADE
    )
    # Null: the shop's own goods.
    seller = models.ForeignKey(
        Seller,
        related_name="order_links",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
    )
    position = models.PositiveIntegerField()
    placed_total_net_amount = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
    )
    placed_total_gross_amount = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
    )

    class Meta:
        ordering = ("group", "position")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "position"], name="unique_ordergrouporder_position"
            ),
        ]


class GroupPayment(models.Model):
    """A transaction that paid for a checkout of several sellers.

    The transaction itself is bound to no order and no checkout; the orders' parts of
    it are its shares.
    """

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    group = models.ForeignKey(
        OrderGroup, related_name="payments", on_delete=models.CASCADE
    )
    transaction = models.OneToOneField(
        "payment.TransactionItem",
        related_name="group_payment",
        on_delete=models.CASCADE,
    )
    # What the app says can be done; the orders' shares show what each of them may.
    available_actions = ArrayField(
        models.CharField(max_length=128), blank=True, default=list
    )
    # When the shares did not sum to the payment and were divided anew; null is right.
    divided_anew_at = models.DateTimeField(blank=True, null=True)

    class Meta:
        ordering = ("group", "transaction")


class PaymentShare(models.Model):
    """One order's part of a group's payment, itself a transaction of that order."""

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    payment = models.ForeignKey(
        GroupPayment, related_name="shares", on_delete=models.CASCADE
    )
    order = models.ForeignKey(
        "order.Order", related_name="payment_shares", on_delete=models.CASCADE
    )
    transaction = models.OneToOneField(
        "payment.TransactionItem",
        related_name="payment_share",
        on_delete=models.CASCADE,
    )

    class Meta:
        ordering = ("payment", "transaction")
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "order"], name="unique_paymentshare_order"
            )
        ]


class PaymentEventShare(models.Model):
    """Which event of a share carries its part of which event of the payment."""

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    event = models.ForeignKey(
        "payment.TransactionEvent",
        related_name="event_shares",
        on_delete=models.CASCADE,
    )
    share = models.ForeignKey(
        PaymentShare, related_name="event_shares", on_delete=models.CASCADE
    )
    share_event = models.OneToOneField(
        "payment.TransactionEvent",
        related_name="payment_event_share",
        on_delete=models.CASCADE,
    )
    # The share's request that this is taken to answer, where the app has not said so.
    request = models.ForeignKey(
        "payment.TransactionEvent",
        related_name="payment_event_answers",
        blank=True,
        null=True,
        on_delete=models.SET_NULL,
    )
    # Whether the app reported it of the order; else it did of the payment.
    reported_on_share = models.BooleanField(default=False)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["event", "share"], name="unique_paymenteventshare_share"
            )
        ]


class ShareAnnouncement(models.Model):
    """A change of a share that Saleor's events of its order have not told yet.

    Written with the change and deleted when the events are out: what is left after a
    crash is told by the next settling.
    """

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    share = models.ForeignKey(
        PaymentShare, related_name="announcements", on_delete=models.CASCADE
    )
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    # When a process began to tell it; another one waits before it does.
    claimed_at = models.DateTimeField(default=timezone.now)
    # The share's amounts before the change.
    authorized_before = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
    )
    charged_before = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
    )
    refunded_before = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
    )
    # The order was told of this money before, and only its amounts were corrected.
    is_correction = models.BooleanField(default=False)
    # Who caused the change. No keys: they may be gone when it is told.
    user_id = models.IntegerField(blank=True, null=True)
    app_id = models.IntegerField(blank=True, null=True)
    # Whether another process has begun to tell it, and died.
    is_left_over = False

    class Meta:
        ordering = ("created_at", "pk")


class LegacyPaymentShare(models.Model):
    """One order's part of a legacy payment that paid for several orders.

    The payment itself is gone: its parts are payments of the orders, with its token.
    """

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    group = models.ForeignKey(
        OrderGroup, related_name="legacy_payment_shares", on_delete=models.CASCADE
    )
    order = models.ForeignKey(
        "order.Order", related_name="legacy_payment_shares", on_delete=models.CASCADE
    )
    payment = models.OneToOneField(
        "payment.Payment",
        related_name="legacy_payment_share",
        on_delete=models.CASCADE,
    )
    # The primary key of the payment that was divided.
    divided_payment_id = models.PositiveIntegerField()

    class Meta:
        ordering = ("divided_payment_id", "payment")
        constraints = [
            models.UniqueConstraint(
                fields=["divided_payment_id", "order"],
                name="unique_legacypaymentshare_order",
            )
        ]


class SellerShippingMethod(models.Model):
    """A delivery method that is a seller's own; one without a row is everybody's."""

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    seller = models.ForeignKey(
        Seller, related_name="seller_shipping_methods", on_delete=models.CASCADE
    )
    shipping_method = models.ForeignKey(
        "shipping.ShippingMethod",
        related_name="seller_shipping_methods",
        on_delete=models.CASCADE,
    )

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "shipping_method"],
                name="unique_sellershippingmethod",
            )
        ]


class SellerDeliveryChoice(models.Model):
    """The delivery method that a customer chose for one seller of a checkout.

    It stays while the seller has nothing in the checkout, and goes with the method.
    """

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    checkout = models.ForeignKey(
        "checkout.Checkout",
        related_name="seller_delivery_choices",
        on_delete=models.CASCADE,
    )
    # Null: the shop's own goods.
    seller = models.ForeignKey(
        Seller,
        related_name="delivery_choices",
        blank=True,
        null=True,
        on_delete=models.CASCADE,
    )
    shipping_method = models.ForeignKey(
        "shipping.ShippingMethod",
        related_name="seller_delivery_choices",
        on_delete=models.CASCADE,
    )

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["checkout", "seller"],
                name="unique_sellerdeliverychoice_seller",
                nulls_distinct=False,
            )
        ]
