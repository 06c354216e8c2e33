"""The plugin's tables."""

from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BTreeIndex, GinIndex
from django.db import connection, models
from django.utils import timezone
from saleor.core.models import ModelWithMetadata
from saleor.core.utils.json_serializer import CustomJsonEncoder

if TYPE_CHECKING:
    from saleor.payment.models import TransactionEvent

NUMBER_SEQUENCE = "saleor_order_groups_ordergroup_number_seq"


def get_order_group_number() -> int:
    """Return the next number of the groups' own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval('{NUMBER_SEQUENCE}')")
        return cursor.fetchone()[0]


class OrderGroupEventType(models.TextChoices):
    """What has happened to a group. Webhook events are called order_group_<value>."""

    CREATED = "created"
    UPDATED = "updated"
    CONFIRMED = "confirmed"
    FULLY_PAID = "fully_paid"
    FULFILLED = "fulfilled"
    REFUNDED = "refunded"
    FULLY_REFUNDED = "fully_refunded"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class SellerRight(models.TextChoices):
    """What a member or an app of a seller may do with its orders; all may read them."""

    DECIDE = "decide"
    FULFILL = "fulfill"
    REFUND = "refund"


class MetadataMixin(ModelWithMetadata):
    # Redeclared so that the plugin's migrations do not depend on Saleor's version:
    # Saleor's own fields got a database default in a later version.
    private_metadata = models.JSONField(
        blank=True, default=dict, encoder=CustomJsonEncoder
    )
    metadata = models.JSONField(blank=True, default=dict, encoder=CustomJsonEncoder)

    class Meta:
        abstract = True


class Seller(MetadataMixin):
    """A seller whose products the shop sells."""

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    name = models.CharField(max_length=250)
    slug = models.SlugField(max_length=255, unique=True, allow_unicode=True)
    external_reference = models.CharField(
        max_length=250, unique=True, blank=True, null=True
    )
    is_active = models.BooleanField(default=True)
    # The operator's lock: without it members and apps of the seller see no orders.
    has_access = models.BooleanField(default=True, db_default=True)
    # The payment provider's name for the seller, such as an account.
    payout_reference = models.CharField(max_length=250, blank=True, null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        # Names are not unique. The slug makes the order unambiguous, which cursors
        # need.
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
    """A customer of a seller; the row is created at the first purchase."""

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


class SellerMember(models.Model):
    """An account that works on a seller's orders."""

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    seller = models.ForeignKey(Seller, related_name="members", on_delete=models.CASCADE)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        related_name="seller_memberships",
        on_delete=models.CASCADE,
    )
    rights = ArrayField(
        models.CharField(max_length=32, choices=SellerRight.choices),
        blank=True,
        default=list,
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "user"], name="unique_sellermember_user"
            )
        ]


class SellerApp(models.Model):
    """An app that works on a seller's orders."""

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    seller = models.ForeignKey(Seller, related_name="apps", on_delete=models.CASCADE)
    app = models.ForeignKey(
        "app.App", related_name="seller_links", on_delete=models.CASCADE
    )
    rights = ArrayField(
        models.CharField(max_length=32, choices=SellerRight.choices),
        blank=True,
        default=list,
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "app"], name="unique_sellerapp_app"
            )
        ]


class OrderGroup(MetadataMixin):
    """The orders of one checkout, one for each seller.

    Totals and statuses are derived from the orders on each read. The stored amounts are
    those at placement and never change.
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
    # Null if Saleor deleted the channel while the plugin was not installed. The group
    # then uses the channel of its first order (`groups.channels`).
    channel = models.ForeignKey(
        "channel.Channel",
        related_name="order_groups",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
    )
    currency = models.CharField(max_length=settings.DEFAULT_CURRENCY_CODE_LENGTH)
    # The unique constraint refuses a second group for a checkout.
    checkout_token = models.UUIDField(unique=True, null=True, blank=True)
    # Why orders of the group have no seller: `reason`, `message` and `sellers` (IDs).
    # Null if all sellers are known. Written once, by `adoption.purchases`.
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
        # All fields in one direction: relay cursors do not work with mixed directions.
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
    """An order link: an order's position in its group, its seller, its placed total."""

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    group = models.ForeignKey(
        OrderGroup, related_name="order_links", on_delete=models.CASCADE
    )
    # CASCADE: Saleor's clean-up of expired orders deletes thousands of orders at once,
    # and must not fail.
    order = models.OneToOneField(
        "order.Order", related_name="order_group_link", on_delete=models.CASCADE
    )
    # Null is the shop itself.
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
    # When Saleor's work that follows the order's creation was done: timeline, webhooks,
    # mails. Null until then, for the orders of a split checkout only: the plugin does
    # this work for them, and `recovery` does it again after a crash.
    announced_at = models.DateTimeField(blank=True, null=True)
    # Copies of the order's number and creation time, which never change: the pages of
    # `sellerOrders` are read from an index. Null until `access.copies` has filled them
    # in the rows of an earlier version.
    order_number = models.IntegerField(blank=True, null=True, editable=False)
    order_created_at = models.DateTimeField(blank=True, null=True, editable=False)
    # The seller's own reference, such as a number in its ERP.
    seller_reference = models.CharField(max_length=250, blank=True, null=True)
    # The `updated_at` of the order for which the seller's apps were last told of it.
    # Null if they were not told yet.
    seller_told_at = models.DateTimeField(blank=True, null=True)
    # When a process began to tell the seller's apps; null if none is telling them.
    seller_claimed_at = models.DateTimeField(blank=True, null=True)

    class Meta:
        ordering = ("group", "position")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "position"], name="unique_ordergrouporder_position"
            ),
            models.UniqueConstraint(
                fields=["seller", "seller_reference"],
                name="unique_ordergrouporder_reference",
                condition=models.Q(seller_reference__isnull=False),
            ),
        ]
        indexes = [
            BTreeIndex(
                fields=["seller", "order_created_at", "id"],
                name="ordergrouporder_seller_created",
            ),
            BTreeIndex(
                fields=["seller", "order_number", "id"],
                name="ordergrouporder_seller_number",
            ),
            BTreeIndex(
                fields=["seller"],
                name="ordergrouporder_no_copies",
                condition=models.Q(order_created_at__isnull=True),
            ),
            BTreeIndex(
                fields=["group"],
                name="ordergrouporder_unannounced",
                condition=models.Q(announced_at__isnull=True),
            ),
        ]


class SellerAct(models.Model):
    """An act of a seller's member or app on an order, for audits and for retries.

    The row is written first and commits with the act.
    """

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    link = models.ForeignKey(
        OrderGroupOrder, related_name="seller_acts", on_delete=models.CASCADE
    )
    act = models.CharField(max_length=32)
    # The caller's own key: the same act with the same key is done once.
    idempotency_key = models.CharField(max_length=250, blank=True, null=True)
    # The arguments of the act.
    input = models.JSONField(blank=True, default=dict, encoder=CustomJsonEncoder)
    # Who acted. Not foreign keys: the row outlives the account and the app.
    user_id = models.IntegerField(blank=True, null=True)
    app_id = models.IntegerField(blank=True, null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["link", "idempotency_key"], name="unique_selleract_key"
            )
        ]


class OrderGroupState(models.Model):
    """The statuses and amounts of a group for which its events were last recorded.

    They are never shown: the API derives statuses and amounts from the orders. Only the
    filter by status and the sort by total read them, to find the groups.
    """

    group = models.OneToOneField(
        OrderGroup, related_name="state", on_delete=models.CASCADE, primary_key=True
    )
    # The sequence of the group's last event; 0 without events.
    last_sequence = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=32)
    fulfillment_status = models.CharField(max_length=32)
    charge_status = models.CharField(max_length=32)
    authorize_status = models.CharField(max_length=32)
    # Whether an order is live, and no live order is unconfirmed.
    is_confirmed = models.BooleanField(default=False)
    # Whether the group has been fully paid before.
    was_paid = models.BooleanField(default=False)
    charged_amount = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
        default=0,
    )
    refunded_amount = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
        default=0,
    )
    # NULL while the total has to be derived.
    total_gross = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
        blank=True,
        null=True,
    )

    class Meta:
        ordering = ("pk",)
        indexes = [
            # For the sort by total, and for the totals that are not recorded.
            BTreeIndex(fields=["total_gross", "group"], name="ordergroupstate_total"),
            # For the filter by status: the keys of the groups with a status, and whether a
            # group is one of them.
            BTreeIndex(fields=["status", "group"], name="ordergroupstate_status"),
        ]


class OrderGroupEvent(models.Model):
    """A transition of a group, recorded once and announced at least once."""

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    group = models.ForeignKey(
        OrderGroup, related_name="events", on_delete=models.CASCADE
    )
    # 1, 2, 3 and so on within the group, and within the group's events of this type.
    sequence = models.PositiveIntegerField()
    type_sequence = models.PositiveIntegerField()
    type = models.CharField(max_length=32, choices=OrderGroupEventType.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # The order whose change was seen first. The database does not check it: it would
    # wait for whoever has locked the order, and Saleor may delete the order.
    order = models.ForeignKey(
        "order.Order",
        related_name="+",
        blank=True,
        null=True,
        db_constraint=False,
        db_index=False,
        on_delete=models.DO_NOTHING,
    )
    # The statuses and amounts before and after. For CREATED also who has placed the
    # orders, which Saleor's own work needs after a crash.
    parameters = models.JSONField(blank=True, default=dict, encoder=CustomJsonEncoder)
    # When a process began to announce the event.
    claimed_at = models.DateTimeField(blank=True, null=True)
    announced_at = models.DateTimeField(blank=True, null=True)

    class Meta:
        ordering = ("group", "sequence")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "sequence"], name="unique_ordergroupevent_sequence"
            ),
            models.UniqueConstraint(
                fields=["group", "type", "type_sequence"],
                name="unique_ordergroupevent_type",
            ),
        ]
        indexes = [
            BTreeIndex(
                fields=["created_at"],
                name="ordergroupevent_unannounced",
                condition=models.Q(announced_at__isnull=True),
            ),
        ]


class GroupCancelation(models.Model):
    """The orders of a group that are to be canceled still, in tasks.

    The row is written by the request. It is deleted with the event that tells the end.
    """

    group = models.OneToOneField(
        OrderGroup,
        related_name="cancelation",
        on_delete=models.CASCADE,
        primary_key=True,
    )
    order_ids = ArrayField(models.UUIDField(), blank=True, default=list)
    # Who asked for it. Not foreign keys: the row outlives the account and the app.
    user_id = models.IntegerField(blank=True, null=True)
    app_id = models.IntegerField(blank=True, null=True)
    requested_at = models.DateTimeField(default=timezone.now)
    # When the process that cancels the orders was last seen at work.
    claimed_at = models.DateTimeField(blank=True, null=True)

    class Meta:
        ordering = ("pk",)


class Recovery(models.Model):
    """How far the sweep has looked. The table has one row."""

    # All changes before this time have been looked at.
    looked_until = models.DateTimeField()
    # The last event of a transaction that was looked at.
    transaction_event_id = models.BigIntegerField(default=0)
    # When a running sweep was last seen at work; null if none is running.
    claimed_at = models.DateTimeField(blank=True, null=True)


class GroupPayment(models.Model):
    """A transaction that paid for a checkout of several sellers.

    The transaction is bound to neither an order nor a checkout. Each order has a
    payment share of it.
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
    # The actions that the payment app reported for the payment. The actions of an order
    # are those of its share transaction.
    available_actions = ArrayField(
        models.CharField(max_length=128), blank=True, default=list
    )
    # When the shares did not sum to the payment and were divided again; null if never.
    divided_anew_at = models.DateTimeField(blank=True, null=True)

    class Meta:
        ordering = ("group", "transaction")


class PaymentShare(models.Model):
    """A payment share: an order's part of a payment, with its own transaction."""

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
    """An order's part of a payment's event.

    A row's key is the idempotency key of what an app does with the part, such as a
    transfer to the seller. A row whose amount changes ends, and another one begins; only
    a failure sets the amount of a row to zero in place.
    """

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    event = models.ForeignKey(
        "payment.TransactionEvent",
        related_name="event_shares",
        on_delete=models.CASCADE,
    )
    share = models.ForeignKey(
        PaymentShare, related_name="event_shares", on_delete=models.CASCADE
    )
    # The event of the share transaction that carries the part. Null in a row that has
    # ended, and where the payment's event stands for what a share has by other events.
    share_event = models.OneToOneField(
        "payment.TransactionEvent",
        related_name="payment_event_share",
        blank=True,
        null=True,
        on_delete=models.CASCADE,
    )
    # What the part counts for in the payment's event. Null in rows of an earlier
    # version: the amount of the share's event.
    amount_value = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
        blank=True,
        null=True,
    )
    # When the part was replaced by another one or taken from the order.
    ended_at = models.DateTimeField(blank=True, null=True)
    # The request of the share that the event answers, where the plugin had to decide
    # this because the app did not say.
    request = models.ForeignKey(
        "payment.TransactionEvent",
        related_name="payment_event_answers",
        blank=True,
        null=True,
        on_delete=models.SET_NULL,
    )
    # Whether the app reported on the share; otherwise it reported on the payment.
    reported_on_share = models.BooleanField(default=False)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["event", "share"],
                name="unique_paymenteventshare_part",
                condition=models.Q(ended_at__isnull=True),
            )
        ]

    @property
    def own_event(self) -> "TransactionEvent":
        """The share's event, of a row that has one."""
        assert self.share_event is not None
        return self.share_event


class SharesUpdate(models.Model):
    """A payment's events whose parts have changed and were not announced yet.

    The row is written with the parts and deleted after TRANSACTION_SHARES_UPDATED was
    sent.
    """

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    # The payment's transaction, or an order's own transaction that has no shares.
    transaction = models.ForeignKey(
        "payment.TransactionItem",
        related_name="shares_updates",
        on_delete=models.CASCADE,
    )
    event_ids = ArrayField(models.BigIntegerField())
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    # When a process began to send the event.
    claimed_at = models.DateTimeField(blank=True, null=True)

    class Meta:
        ordering = ("created_at", "pk")


class ShareAnnouncement(models.Model):
    """A change of a share for which Saleor's order events have not been sent yet.

    The row is written with the change and deleted after the events were sent. After a
    crash the next settlement sends the events of remaining rows.
    """

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    share = models.ForeignKey(
        PaymentShare, related_name="announcements", on_delete=models.CASCADE
    )
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    # When a process began to send the events; other processes wait a while before they
    # take over.
    claimed_at = models.DateTimeField(default=timezone.now)
    # The share's amounts before the change, as Decimals in the payment's currency.
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
    # The share's amounts after the change. Others may have changed it again before the
    # events are sent. Null in rows of an earlier version.
    authorized_after = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
        blank=True,
        null=True,
    )
    charged_after = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
        blank=True,
        null=True,
    )
    refunded_after = models.DecimalField(
        max_digits=settings.DEFAULT_MAX_DIGITS,
        decimal_places=settings.DEFAULT_DECIMAL_PLACES,
        blank=True,
        null=True,
    )
    # Whether the order's events have reported this money before, so that only the
    # amounts are corrected.
    is_correction = models.BooleanField(default=False)
    # Who caused the change. Not foreign keys: the user or app may be deleted before the
    # events are sent.
    user_id = models.IntegerField(blank=True, null=True)
    app_id = models.IntegerField(blank=True, null=True)
    # Whether an earlier process claimed the row and crashed. Not a column.
    is_left_over = False

    class Meta:
        ordering = ("created_at", "pk")


class LegacyPaymentShare(models.Model):
    """An order's part of a legacy payment that paid for several orders.

    The original payment no longer exists. Its parts are payments of the orders, with
    its token.
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
    # The primary key of the original payment.
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
    """Assigns a delivery method to a seller; one without rows is for all sellers."""

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

    The row stays while the checkout has no goods of the seller. It is deleted with the
    delivery method.
    """

    id = models.UUIDField(primary_key=True, editable=False, default=uuid4)
    checkout = models.ForeignKey(
        "checkout.Checkout",
        related_name="seller_delivery_choices",
        on_delete=models.CASCADE,
    )
    # Null is the shop itself.
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
