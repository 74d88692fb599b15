"""A buyer requests the cancellation of an accepted order."""

from django.db import migrations

from shop.maintenance.guards import InstallGuards, remove

STATES = ("accepted", "packed")
NAMES = (("cancel_requested", "buyer"), ("cancel_declined", "merchant"))


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
    dependencies = [("shop", "0016_dispute_offers")]

    operations = [migrations.RunPython(add_transitions, remove_transitions), InstallGuards()]
