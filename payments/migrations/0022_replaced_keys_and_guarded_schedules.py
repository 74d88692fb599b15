from django.db import migrations, models
from django.db.models import Q

from payments.maintenance.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0021_guarded_mandates"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="ledgerkey", name="payments_ledgerkey_signed_by_one_before"),
        migrations.AddField(model_name="ledgerkey", name="is_replacement", field=models.BooleanField(default=False)),
        migrations.AddConstraint(
            model_name="ledgerkey",
            constraint=models.CheckConstraint(
                condition=Q(number=1, previous=None, is_replacement=False) | Q(number__gt=1, previous__isnull=False),
                name="payments_ledgerkey_signed_by_one_before",
            ),
        ),
        InstallGuards(),
    ]
