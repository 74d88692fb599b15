from django.db import migrations

from superapp.core.sql_functions import InstallFunctions


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0002_indexes_once"),
        ("accounts", "0002_pairs_by_function"),
        ("realtime", "0002_advance_by_function"),
    ]

    operations = [InstallFunctions("chat/sql/postgres_append.sql", text="ca1c4e2dc01bb1dd")]
