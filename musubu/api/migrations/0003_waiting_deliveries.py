"""A message can wait for a moment, as an invoice waits for its approval."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("api", "0002_webhook_delivery")]

    operations = [
        migrations.AddField("delivery", "waits_for", models.DateTimeField(blank=True, null=True)),
    ]
