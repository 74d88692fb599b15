from django.db import migrations

from superapp.core.sql_functions import InstallFunctions


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0003_append_by_function"),
    ]

    operations = [InstallFunctions("chat/sql/postgres_append.sql", text="03e48d8ec26ea815")]
