from django.db import migrations, models

from superapp.core.sql_functions import InstallFunctions


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0009_archived"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="is_marked_unread",
            field=models.BooleanField(default=False),
        ),
        InstallFunctions("chat/sql/postgres_preferences.sql", text="8893bbcf078b2e31"),
    ]
