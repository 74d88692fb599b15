import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import superapp.core.ids


def name_invitations(apps, schema_editor):
    """Give every invitation that waits a public id of its own."""
    invitation = apps.get_model("accounts", "Invitation")
    for pk in list(invitation.objects.order_by("pk").values_list("pk", flat=True)):
        invitation.objects.filter(pk=pk).update(public_id=superapp.core.ids.new_id())


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_one_pair_by_function"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="public_id",
            field=models.UUIDField(default=superapp.core.ids.new_id, editable=False, null=True),
        ),
        migrations.RunPython(name_invitations, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="invitation",
            name="public_id",
            field=models.UUIDField(default=superapp.core.ids.new_id, editable=False, unique=True),
        ),
        migrations.AddField(
            model_name="invitation",
            name="delivered_to",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="cancelled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="InviteLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=superapp.core.ids.new_id, editable=False, unique=True)),
                ("token", models.CharField(max_length=43, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("uses", models.PositiveIntegerField(default=0)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("uses__lte", 20)), name="accounts_invite_link_uses_bounded"
                    )
                ],
            },
        ),
    ]
