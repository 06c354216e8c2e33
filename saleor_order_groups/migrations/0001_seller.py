import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import saleor.core.utils.json_serializer
from django.db import migrations, models

from saleor_order_groups.migration_locks import LimitLockWaits


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        LimitLockWaits(),
        migrations.CreateModel(
            name="Seller",
            fields=[
                (
                    "private_metadata",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=saleor.core.utils.json_serializer.CustomJsonEncoder,
                    ),
                ),
                (
                    "metadata",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=saleor.core.utils.json_serializer.CustomJsonEncoder,
                    ),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=250)),
                (
                    "slug",
                    models.SlugField(allow_unicode=True, max_length=255, unique=True),
                ),
                (
                    "external_reference",
                    models.CharField(
                        blank=True, max_length=250, null=True, unique=True
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ("slug",),
                "indexes": [
                    django.contrib.postgres.indexes.BTreeIndex(
                        fields=["name", "slug"], name="seller_name_slug_idx"
                    ),
                    django.contrib.postgres.indexes.BTreeIndex(
                        fields=["created_at", "slug"], name="seller_created_slug_idx"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["metadata"], name="seller_meta_idx"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["private_metadata"], name="seller_p_meta_idx"
                    ),
                ],
            },
        ),
    ]
