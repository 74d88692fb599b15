from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# As many as lock every browser that is not known.
LOCKED = 10


def carry_over(apps: Any, _schema_editor: Any) -> None:
    """What was tried is nobody's in particular; a PIN that was locked stays so wherever the owner is not known."""
    tries = apps.get_model("payments", "PinTries")
    for pin in apps.get_model("payments", "Pin").objects.filter(wrong__gt=0).iterator():
        tries.objects.create(user_id=pin.user_id, device_id=None, wrong=LOCKED if pin.locked_at else pin.wrong)


def nothing(_apps: Any, _schema_editor: Any) -> None:
    """Going back, everybody has all tries again."""


class Migration(migrations.Migration):
    dependencies = (
        ("accounts", "0003_trust_that_is_asked_for"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("payments", "0008_one_transfer_by_parameters"),
    )

    operations = (
        migrations.CreateModel(
            "PinTries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wrong", models.PositiveSmallIntegerField(default=0)),
                ("untold", models.PositiveSmallIntegerField(default=0)),
                ("tried_at", models.DateTimeField(null=True)),
                ("proved_at", models.DateTimeField(null=True)),
                (
                    "device",
                    models.ForeignKey(
                        "accounts.Device",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        settings.AUTH_USER_MODEL,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                    ),
                ),
            ],
            options={
                "constraints": (
                    models.UniqueConstraint(fields=["user", "device"], name="payments_pintries_of_device_once"),
                    models.UniqueConstraint(
                        fields=["user"], condition=models.Q(device=None), name="payments_pintries_of_no_device_once"
                    ),
                )
            },
        ),
        migrations.RunPython(carry_over, nothing),
        migrations.RemoveConstraint("pin", "payments_pin_tried_only_when_set"),
        migrations.RemoveField("pin", "wrong"),
        migrations.RemoveField("pin", "locked_at"),
        migrations.AddConstraint(
            "pin",
            models.CheckConstraint(
                condition=models.Q(pin_hash="", set_at=None) | ~models.Q(pin_hash="") & models.Q(set_at__isnull=False),
                name="payments_pin_set_at_a_time",
            ),
        ),
    )
