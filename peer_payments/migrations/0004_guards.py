from django.db import migrations

from peer_payments.maintenance.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [
        ("peer_payments", "0003_schedules"),
    ]

    operations = [InstallGuards()]
