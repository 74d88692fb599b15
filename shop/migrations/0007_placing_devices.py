from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from shop.maintenance.guards import install_guards


class Migration(migrations.Migration):
    dependencies = (
        ("accounts", "0003_trust_that_is_asked_for"),
        ("shop", "0006_guards_without_conditions"),
    )

    operations = (
        migrations.AddField(
            "order",
            "placing_device",
            models.ForeignKey(
                "accounts.Device",
                null=True,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
            ),
        ),
        install_guards(),
    )
