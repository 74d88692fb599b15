from django.db import migrations

from superapp.core.sql_functions import InstallFunctions


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_business_without_contact"),
        ("chat", "0006_faces"),
    ]

    operations = [
        InstallFunctions("chat/sql/postgres_append.sql", text="e3e7acf490abc9ee"),
        InstallFunctions("chat/sql/postgres_append_one.sql", text="dcae9462aeef2dd4"),
    ]
