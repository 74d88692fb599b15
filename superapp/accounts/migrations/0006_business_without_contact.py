from django.db import migrations, models

from superapp.core.sql_functions import InstallFunctions


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_invitations_that_leave_a_trace"),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="has_business",
            field=models.BooleanField(db_default=False, default=False),
        ),
        InstallFunctions("superapp/accounts/sql/postgres_contacts.sql", text="e69a9ec7c9b9c0b1"),
    ]
