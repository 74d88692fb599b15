import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import superapp.core.ids


def fill_groups(apps, _schema_editor):
    """Give each group its state, and its oldest admin, or else its oldest member, as owner."""
    conversations, members = apps.get_model("chat", "Conversation"), apps.get_model("chat", "Member")
    for conversation in conversations.objects.filter(kind="group").order_by("pk"):
        present = list(members.objects.filter(conversation=conversation, until_seq=None).order_by("from_seq", "pk"))
        apps.get_model("chat", "Group").objects.create(
            conversation=conversation, idempotency_key=str(conversation.public_id), member_count=len(present)
        )
        owner = next((member for member in present if member.role == "admin"), next(iter(present), None))
        if owner is not None:
            members.objects.filter(pk=owner.pk).update(role="owner")


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0012_marks_and_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="is_removed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="member",
            name="until_title",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.CreateModel(
            name="GroupLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=superapp.core.ids.new_id, editable=False, unique=True)),
                ("token", models.CharField(max_length=43, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("uses_max", models.IntegerField(null=True)),
                ("uses", models.IntegerField(default=0)),
                ("needs_approval", models.BooleanField(default=False)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="chat.conversation"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="JoinRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="chat.conversation"
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="chat.grouplink"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Group",
            fields=[
                (
                    "conversation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="group",
                        serialize=False,
                        to="chat.conversation",
                    ),
                ),
                ("description", models.CharField(blank=True, default="", max_length=500)),
                ("picture", models.UUIDField(null=True)),
                ("is_adding_admins_only", models.BooleanField(default=False)),
                ("is_changing_admins_only", models.BooleanField(default=False)),
                ("member_count", models.IntegerField(default=0)),
                ("rev", models.BigIntegerField(default=1)),
                ("idempotency_key", models.CharField(blank=True, default="", max_length=64)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("created_by", "idempotency_key"), name="chat_group_created_once"),
                    models.CheckConstraint(
                        condition=models.Q(("member_count__gte", 0), ("member_count__lte", 1024)),
                        name="chat_group_size_bounded",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupInvitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("invited_at", models.DateTimeField()),
                ("declined_at", models.DateTimeField(null=True)),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="chat.conversation"
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("conversation", "user"), name="chat_invitation_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="grouplink",
            constraint=models.CheckConstraint(
                condition=models.Q(("uses_max", None), ("uses__lte", models.F("uses_max")), _connector="OR"),
                name="chat_group_link_uses_bounded",
            ),
        ),
        migrations.AddConstraint(
            model_name="joinrequest",
            constraint=models.UniqueConstraint(fields=("conversation", "user"), name="chat_join_request_once"),
        ),
        migrations.RunPython(fill_groups, migrations.RunPython.noop),
    ]
