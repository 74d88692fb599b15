from django.db import migrations

from shop.maintenance.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0008_review_cases"),
    ]

    operations = [InstallGuards()]
