from django.db import migrations

from superapp.core.sql_functions import InstallFunctions


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0007_business_without_contact"),
    ]

    operations = [
        InstallFunctions("chat/sql/postgres_preferences.sql", text="2c2df286110b0a91"),
        InstallFunctions("chat/sql/postgres_append.sql", text="036e97f1832aa403"),
        InstallFunctions("chat/sql/postgres_append_one.sql", text="6f3345b65dcc8635"),
    ]
