from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0041_return_days")]

    operations = [
        migrations.AddField(model_name="bankfile", name="accounts", field=models.JSONField(default=list)),
        migrations.AddField(model_name="bankfile", name="cancelled", field=models.PositiveIntegerField(default=0)),
        migrations.AddField(model_name="bankfile", name="known", field=models.PositiveIntegerField(default=0)),
    ]
