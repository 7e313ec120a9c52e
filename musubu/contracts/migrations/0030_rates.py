import uuid

import django.db.models.deletion
from django.db import migrations, models

import musubu.parties.models


def name_tables(apps, editor):
    for row in apps.get_model("contracts", "RateTable").objects.filter(public_id__isnull=True):
        row.public_id = uuid.uuid4()
        row.save(update_fields=["public_id"])


class Migration(migrations.Migration):
    dependencies = [("contracts", "0004_usage")]
    operations = [
        migrations.AddField("ratetable", "public_id", models.UUIDField(null=True, editable=False)),
        migrations.RunPython(name_tables, migrations.RunPython.noop),
        migrations.AlterField(
            "ratetable", "public_id", models.UUIDField(default=musubu.parties.models.public_id, editable=False, unique=True)
        ),
        migrations.AddField("ratetable", "monthly", models.JSONField(default=dict)),
        migrations.AddField("usagerecord", "metric", models.CharField(blank=True, max_length=30)),
        migrations.AddField("usagerecord", "quantity", models.PositiveBigIntegerField(default=0)),
        migrations.AddField(
            "usagerecord",
            "table",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contracts.ratetable"
            ),
        ),
        migrations.AddField("usagerecord", "outcome", models.PositiveIntegerField(null=True)),
        migrations.AlterField("usagerecord", "number", models.CharField(blank=True, max_length=20)),
        migrations.AlterField("usagerecord", "seconds", models.PositiveIntegerField(default=0)),
        migrations.AddConstraint(
            "price", models.UniqueConstraint(fields=("plan", "valid_from"), name="plan_price_once_a_day")
        ),
        migrations.AddConstraint(
            "price", models.UniqueConstraint(fields=("option", "valid_from"), name="option_price_once_a_day")
        ),
    ]
