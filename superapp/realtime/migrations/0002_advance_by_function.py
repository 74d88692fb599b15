from django.db import migrations

from superapp.core.sql_functions import InstallFunctions


class Migration(migrations.Migration):
    dependencies = [
        ("realtime", "0001_me"),
    ]

    operations = [InstallFunctions("superapp/realtime/sql/postgres_advance.sql", text="d3834911f6eb604f")]
