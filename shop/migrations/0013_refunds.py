"""A merchant refunds a part of an order, or all of it once it is completed."""

from django.db import migrations

from shop.maintenance.guards import InstallGuards, remove

STATES = ("paid", "accepted", "packed", "shipped", "delivered", "completed")


def add_transitions(apps, schema_editor):
    # The table of transitions is closed. The last operation puts all guards back.
    remove(schema_editor.connection)
    transition = apps.get_model("shop", "Transition")
    transition.objects.bulk_create(
        transition(name="refunded", from_state=state, to_state=state, who="merchant") for state in STATES
    )


def remove_transitions(apps, _schema_editor):
    apps.get_model("shop", "Transition").objects.filter(name="refunded").delete()


class Migration(migrations.Migration):
    dependencies = [("shop", "0012_pending_purchases")]

    operations = [migrations.RunPython(add_transitions, remove_transitions), InstallGuards()]
