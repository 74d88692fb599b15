from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q

from payments.maintenance.guards import install_guards


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_tiers_top_ups_and_pins")]

    operations = [
        migrations.AlterField(
            model_name="pin",
            name="pin_hash",
            field=models.CharField(blank=True, default="", max_length=128),
        ),
        migrations.AlterField(model_name="pin", name="set_at", field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name="pin",
            constraint=models.CheckConstraint(
                condition=Q(pin_hash="", set_at=None, wrong=0, locked_at=None)
                | ~Q(pin_hash="") & Q(set_at__isnull=False),
                name="payments_pin_tried_only_when_set",
            ),
        ),
        # No guarded table is touched; there is a new function of the ledger.
        install_guards(),
    ]
