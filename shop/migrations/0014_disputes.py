"""A buyer says that something is wrong with an order: no timer moves it until that is settled."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from shop.maintenance.guards import InstallGuards, remove

STATES = ("shipped", "delivered")
NAMES = (("dispute_opened", "buyer"), ("dispute_dropped", "buyer"), ("refunded", "operator"))


def add_transitions(apps, schema_editor):
    # The table of transitions is closed. The last operation puts all guards back.
    remove(schema_editor.connection)
    transition = apps.get_model("shop", "Transition")
    transition.objects.bulk_create(
        transition(name=name, from_state=state, to_state=state, who=who) for name, who in NAMES for state in STATES
    )


def remove_transitions(apps, _schema_editor):
    transitions = apps.get_model("shop", "Transition").objects
    for name, who in NAMES:
        transitions.filter(name=name, who=who).delete()


class Migration(migrations.Migration):
    dependencies = [("shop", "0013_refunds")]

    operations = [
        migrations.RunPython(add_transitions, remove_transitions),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="shop.order",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["order"], name="shop_dispute_order"),
                    models.Index(fields=["opened_at"], condition=Q(closed_at=None), name="shop_dispute_open"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["order"], condition=Q(closed_at=None), name="shop_dispute_one_open")
                ],
            },
        ),
        InstallGuards(),
    ]
