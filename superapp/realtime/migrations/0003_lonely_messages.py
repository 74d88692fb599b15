from django.db import migrations, models

from superapp.core.sql_functions import InstallFunctions


class Migration(migrations.Migration):
    dependencies = [
        ("realtime", "0002_advance_by_function"),
    ]

    operations = [
        migrations.AlterField(
            model_name="me",
            name="rev",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="me",
            name="user_id",
            field=models.BigIntegerField(primary_key=True, serialize=False),
        ),
        InstallFunctions("superapp/realtime/sql/postgres_advance.sql", text="58cd8ee331a5021b"),
    ]
