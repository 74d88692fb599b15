from django.db import migrations, models

from superapp.core.sql_functions import InstallFunctions


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0008_preferences_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="is_archived",
            field=models.BooleanField(default=False),
        ),
        InstallFunctions("chat/sql/postgres_preferences.sql", text="3ae30513ce20ca9e"),
    ]
