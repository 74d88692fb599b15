"""An order that nobody confirms for long gets a review case, which an operator decides."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from shop.maintenance.guards import install_guards, remove

MOVES = (
    ("review_opened", "shipped", "shipped", "system"),
    ("review_opened", "delivered", "delivered", "system"),
    ("completed", "shipped", "completed", "operator"),
    ("completed", "delivered", "completed", "operator"),
    ("cancelled", "shipped", "cancelled", "operator"),
    ("cancelled", "delivered", "cancelled", "operator"),
)
UNCANCELLED = Q(state__in=["paid", "accepted", "packed", "shipped", "delivered", "completed"], cancelled_by="")


def add_moves(apps: Any, schema_editor: Any) -> None:
    # The table of moves is closed, and SQLite rebuilds the table of orders. The last operation puts all guards back.
    remove(schema_editor.connection)
    transition = apps.get_model("shop", "Transition")
    transition.objects.bulk_create(
        transition(name=name, from_state=before, to_state=after, who=who) for name, before, after, who in MOVES
    )


def remove_moves(apps: Any, _schema_editor: Any) -> None:
    transition = apps.get_model("shop", "Transition")
    transition.objects.filter(Q(name="review_opened") | Q(who="operator")).delete()


class Migration(migrations.Migration):
    dependencies = (("shop", "0007_placing_devices"),)

    operations = (
        migrations.RunPython(add_moves, remove_moves),
        migrations.RemoveConstraint("order", "shop_order_state_known"),
        migrations.AlterField(
            "order",
            "cancelled_by",
            models.CharField(
                max_length=8,
                choices=[
                    ("buyer", "Buyer"),
                    ("merchant", "Merchant"),
                    ("expired", "Expired"),
                    ("operator", "Operator"),
                ],
                default="",
                blank=True,
            ),
        ),
        migrations.AddConstraint(
            "order",
            models.CheckConstraint(
                condition=UNCANCELLED
                | Q(state="cancelled", cancelled_by__in=["buyer", "merchant", "expired", "operator"]),
                name="shop_order_state_known",
            ),
        ),
        migrations.AlterField(
            "orderevent",
            "actor_kind",
            models.CharField(
                max_length=8,
                choices=[
                    ("buyer", "Buyer"),
                    ("merchant", "Merchant"),
                    ("system", "System"),
                    ("courier", "Courier"),
                    ("operator", "Operator"),
                ],
            ),
        ),
        migrations.AlterField(
            "ordertimer",
            "kind",
            models.CharField(
                max_length=8,
                choices=[("accept", "Accept"), ("ship", "Ship"), ("complete", "Complete"), ("review", "Review")],
            ),
        ),
        migrations.CreateModel(
            name="ReviewCase",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        "shop.Order",
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="review_case",
                        serialize=False,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["opened_at"], condition=Q(closed_at=None), name="shop_reviewcase_open")
                ],
            },
        ),
        install_guards(),
    )
