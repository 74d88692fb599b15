from __future__ import annotations

from django.db import migrations

from shop.maintenance.guards import install_guards


class Migration(migrations.Migration):
    dependencies = (("shop", "0005_resi_corrected"),)

    # No guarded table is touched; a trigger has its condition in a function of its own.
    operations = (install_guards(),)
