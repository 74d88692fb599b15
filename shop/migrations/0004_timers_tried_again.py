"""A timer that could not be done is tried again, and keeps the moment at which it was due."""

from __future__ import annotations

from django.db import migrations, models

from shop.maintenance.guards import install_guards


class Migration(migrations.Migration):
    dependencies = (("shop", "0003_moves"),)

    operations = (
        migrations.AddField("ordertimer", "again_at", models.DateTimeField(null=True)),
        install_guards(),
    )
