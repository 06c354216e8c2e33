import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import saleor.core.utils.json_serializer
from django.conf import settings
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits

RIGHTS = [("decide", "Decide"), ("fulfill", "Fulfill"), ("refund", "Refund")]


def list_rights():
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.CharField(choices=RIGHTS, max_length=32),
        blank=True,
        default=list,
        size=None,
    )


def make_key():
    return models.UUIDField(
        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    dependencies = [
        ("app", "0029_alter_app_identifier"),
        ("saleor_order_groups", "0031_shares_update_delete_rule"),
    ]

    operations = [
        LimitLockWaits(),
        migrations.AddField(
            model_name="seller",
            name="has_access",
            # A process of an earlier version does not write the column.
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="ordergrouporder",
            name="order_number",
            field=models.IntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="ordergrouporder",
            name="order_created_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="ordergrouporder",
            name="seller_reference",
            field=models.CharField(blank=True, max_length=250, null=True),
        ),
        migrations.AddField(
            model_name="ordergrouporder",
            name="seller_told_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="SellerMember",
            fields=[
                ("id", make_key()),
                ("rights", list_rights()),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="saleor_order_groups.seller",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seller_memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ("created_at", "pk")},
        ),
        migrations.AddConstraint(
            model_name="sellermember",
            constraint=models.UniqueConstraint(
                fields=("seller", "user"), name="unique_sellermember_user"
            ),
        ),
        migrations.CreateModel(
            name="SellerApp",
            fields=[
                ("id", make_key()),
                ("rights", list_rights()),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "app",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seller_links",
                        to="app.app",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="apps",
                        to="saleor_order_groups.seller",
                    ),
                ),
            ],
            options={"ordering": ("created_at", "pk")},
        ),
        migrations.AddConstraint(
            model_name="sellerapp",
            constraint=models.UniqueConstraint(
                fields=("seller", "app"), name="unique_sellerapp_app"
            ),
        ),
        migrations.CreateModel(
            name="SellerAct",
            fields=[
                ("id", make_key()),
                ("act", models.CharField(max_length=32)),
                (
                    "idempotency_key",
                    models.CharField(blank=True, max_length=250, null=True),
                ),
                (
                    "input",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=saleor.core.utils.json_serializer.CustomJsonEncoder,
                    ),
                ),
                ("user_id", models.IntegerField(blank=True, null=True)),
                ("app_id", models.IntegerField(blank=True, null=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seller_acts",
                        to="saleor_order_groups.ordergrouporder",
                    ),
                ),
            ],
            options={"ordering": ("created_at", "pk")},
        ),
        migrations.AddConstraint(
            model_name="selleract",
            constraint=models.UniqueConstraint(
                fields=("link", "idempotency_key"), name="unique_selleract_key"
            ),
        ),
    ]
