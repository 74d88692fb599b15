from django.db import migrations, models

from superapp.core.sql_functions import InstallFunctions


def keep_pinned_in_an_order(apps, schema_editor):
    """Give each pinned conversation a place of its own: the newer one is higher."""
    member = apps.get_model("chat", "Member")
    member.objects.filter(is_pinned=True).update(pin_order=models.F("id"))


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0016_mentions"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="pin_order",
            field=models.BigIntegerField(default=0),
        ),
        migrations.RunPython(keep_pinned_in_an_order, migrations.RunPython.noop),
        InstallFunctions("chat/sql/postgres_preferences.sql", text="ec73d1762e353dea"),
    ]
