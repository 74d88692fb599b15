import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import superapp.core.ids


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("chat", "0005_lonely_messages"),
    ]

    operations = [
        migrations.CreateModel(
            name="Face",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=superapp.core.ids.new_id, editable=False, unique=True)),
                ("key", models.CharField(max_length=64, unique=True)),
                ("kind", models.CharField(max_length=16)),
                ("name", models.CharField(max_length=80)),
                ("picture", models.CharField(blank=True, default="", max_length=200)),
                ("address", models.CharField(blank=True, default="", max_length=200)),
                ("rev", models.BigIntegerField(default=1)),
                ("changed", models.BigIntegerField(default=0)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="conversation",
            name="face",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="chat.face",
            ),
        ),
        migrations.AlterField(
            model_name="conversation",
            name="direct_key",
            field=models.CharField(max_length=64, null=True, unique=True),
        ),
    ]
