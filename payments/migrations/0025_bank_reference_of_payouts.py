from django.db import migrations, models

from payments.maintenance.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0024_cheap_count_of_issued_money"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="withdrawal",
            index=models.Index(
                condition=models.Q(("bank_reference", ""), _negated=True),
                fields=["bank_reference"],
                name="payments_withdrawal_of_bank",
            ),
        ),
        InstallGuards(),
    ]
