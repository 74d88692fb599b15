from django.db import migrations, models

from superapp.core.sql_functions import InstallFunctions


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_one_pair_by_function"),
        ("realtime", "0003_lonely_messages"),
        ("chat", "0004_lines_that_count"),
    ]

    operations = [
        migrations.AlterField(
            model_name="conversation",
            name="changed",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="conversation",
            name="counted",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="conversation",
            name="last_seq",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="conversation",
            name="rev",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="member",
            name="changed",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="member",
            name="delivered_seq",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="member",
            name="from_seq",
            field=models.BigIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name="member",
            name="hidden_seq",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="member",
            name="own_since",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="member",
            name="read_counted",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="member",
            name="read_seq",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="member",
            name="rev",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="member",
            name="until_rev",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="member",
            name="until_seq",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="message",
            name="counted",
            field=models.BigIntegerField(),
        ),
        migrations.AlterField(
            model_name="message",
            name="edits",
            field=models.IntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="message",
            name="reply_to",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="message",
            name="rev",
            field=models.BigIntegerField(),
        ),
        migrations.AlterField(
            model_name="message",
            name="seq",
            field=models.BigIntegerField(),
        ),
        InstallFunctions("chat/sql/postgres_append_one.sql", text="05663e3195ea1621"),
    ]
