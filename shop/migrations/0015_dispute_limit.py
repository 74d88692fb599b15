"""An order has two disputes at most, which the database's guards refuse to exceed."""

from django.db import migrations

from shop.maintenance.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("shop", "0014_disputes")]

    operations = [InstallGuards()]
