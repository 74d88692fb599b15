from django.db import migrations, models

from payments.maintenance.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0023_payouts"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("kind__in", ["cash", "bank", "suspense"])),
                fields=["id"],
                name="payments_account_outside",
            ),
        ),
        InstallGuards(),
    ]
