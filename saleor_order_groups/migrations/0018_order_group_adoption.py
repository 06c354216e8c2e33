from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("saleor_order_groups", "0013_payment_available_actions")]

    operations = [
        migrations.AddField(
            model_name="ordergroup",
            name="adoption",
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
    ]
