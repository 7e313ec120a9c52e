from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0040_refunds_to_cards")]

    operations = [
        migrations.AddField(
            model_name="replacement", name="returned_why", field=models.CharField(blank=True, default="", max_length=200)
        ),
    ]
