import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from shop.maintenance.guards import install_guards

# Name, from, to, who: as shop.states had it when this was written.
TRANSITIONS = (
    ("placed", "", "paid", "buyer"),
    ("accepted", "paid", "accepted", "merchant"),
    ("packed", "accepted", "packed", "merchant"),
    ("shipped", "accepted", "shipped", "merchant"),
    ("shipped", "packed", "shipped", "merchant"),
    ("delivered", "shipped", "delivered", "merchant"),
    ("delivered", "shipped", "delivered", "courier"),
    ("delivered", "delivered", "delivered", "courier"),
    ("completed", "shipped", "completed", "buyer"),
    ("completed", "delivered", "completed", "buyer"),
    ("completed", "delivered", "completed", "system"),
    ("cancelled", "paid", "cancelled", "buyer"),
    ("cancelled", "paid", "cancelled", "merchant"),
    ("cancelled", "paid", "cancelled", "system"),
    ("cancelled", "accepted", "cancelled", "merchant"),
    ("cancelled", "accepted", "cancelled", "system"),
    ("cancelled", "packed", "cancelled", "merchant"),
    ("cancelled", "packed", "cancelled", "system"),
    ("cancelled", "shipped", "cancelled", "merchant"),
    ("cancelled", "delivered", "cancelled", "merchant"),
)


def add_transitions(apps, schema_editor):
    transition = apps.get_model("shop", "Transition")
    transition.objects.bulk_create(
        transition(name=name, from_state=from_state, to_state=to_state, who=who)
        for name, from_state, to_state, who in TRANSITIONS
    )


def remove_transitions(apps, schema_editor):
    apps.get_model("shop", "Transition").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("shop", "0002_orders"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShopNight",
            fields=[
                ("date", models.DateField(primary_key=True, serialize=False)),
                ("begun_at", models.DateTimeField()),
                ("is_done", models.BooleanField(default=False)),
                ("findings", models.JSONField(default=list)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Transition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=16)),
                ("from_state", models.CharField(blank=True, max_length=12)),
                ("to_state", models.CharField(max_length=12)),
                ("who", models.CharField(max_length=8)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("from_state", "to_state", "name", "who"), name="shop_transition_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "order_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seq", models.BigIntegerField()),
                ("transition", models.CharField(max_length=16)),
                ("from_state", models.CharField(blank=True, max_length=12)),
                ("to_state", models.CharField(max_length=12)),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("buyer", "Buyer"),
                            ("merchant", "Merchant"),
                            ("system", "System"),
                            ("courier", "Courier"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("evidence", models.JSONField(blank=True, default=dict)),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="shop.order",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("seq__gte", 1)), name="shop_orderevent_numbered")
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderTimer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("accept", "Accept"), ("ship", "Ship"), ("complete", "Complete")], max_length=8
                    ),
                ),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("stopped", "Stopped")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="timers",
                        to="shop.order",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["due_at"], name="shop_ordertimer_due"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("order", "kind"), name="shop_ordertimer_once")],
            },
        ),
        migrations.RunPython(add_transitions, remove_transitions),
        install_guards(),
    ]
