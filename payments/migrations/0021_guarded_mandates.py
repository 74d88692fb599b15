from django.db import migrations

from payments.maintenance.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0020_settlements"),
    ]

    operations = [InstallGuards()]
