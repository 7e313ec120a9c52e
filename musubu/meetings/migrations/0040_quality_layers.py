from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0030_content"),
    ]

    operations = [
        migrations.AddField(
            model_name="qualitysample",
            name="layer",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="qualitysample",
            name="coarse",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="qualitysample",
            name="restarts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
