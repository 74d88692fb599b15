from django.db import migrations

from superapp.core.sql_functions import InstallFunctions


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_trust_that_is_asked_for"),
    ]

    operations = [InstallFunctions("superapp/accounts/sql/postgres_contacts.sql", text="866fb6165485a166")]
