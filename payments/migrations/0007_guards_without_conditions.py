from __future__ import annotations

from django.db import migrations

from payments.maintenance.guards import install_guards


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_resets_of_one_device")]

    operations = [
        # No guarded table is touched; a trigger has its condition in a function of its own.
        install_guards(),
    ]
