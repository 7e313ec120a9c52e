"""A refund that waits for a bank transfer can go to the card instead; a transfer keeps what its file asks for."""

from django.db import migrations, models


def keep_amounts(apps, schema_editor):
    PayoutLine = apps.get_model("billing", "PayoutLine")
    Payable = apps.get_model("billing", "Payable")
    own = Payable.objects.filter(pk=models.OuterRef("payable")).values("amount")
    PayoutLine.objects.update(amount=models.Subquery(own))


class Migration(migrations.Migration):
    dependencies = [("billing", "0030_runs")]

    operations = [
        migrations.AddField("payable", "by_card", models.PositiveBigIntegerField(default=0)),
        migrations.AddConstraint(
            "payable",
            models.CheckConstraint(condition=models.Q(by_card__lte=models.F("amount")), name="payable_not_passed"),
        ),
        migrations.AddField("payoutline", "amount", models.PositiveBigIntegerField(default=0), preserve_default=False),
        migrations.RunPython(keep_amounts, migrations.RunPython.noop),
        migrations.AddField("cardrefund", "moved", models.PositiveBigIntegerField(default=0)),
    ]
