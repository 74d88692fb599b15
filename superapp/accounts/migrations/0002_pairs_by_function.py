from django.db import migrations

from superapp.core.sql_functions import InstallFunctions


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_people"),
    ]

    operations = [InstallFunctions("superapp/accounts/sql/postgres_contacts.sql", text="ee1beddeeb5e03d3")]
