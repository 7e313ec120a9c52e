"""A logo and a seal for the provider's documents."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0004_collection")]

    operations = [
        migrations.CreateModel(
            "Picture",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=3)),
                ("content", models.BinaryField()),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pictures", to="parties.provider"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "picture", models.UniqueConstraint(fields=["provider", "digest"], name="picture_once")
        ),
        *[
            migrations.AddField(
                "provider",
                place,
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="parties.picture",
                ),
            )
            for place in ("logo", "seal")
        ],
    ]
