"""The merchant answers a dispute with an offer, which the buyer accepts or declines."""

from django.db import migrations

from shop.maintenance.guards import InstallGuards, remove

STATES = ("shipped", "delivered")
NAMES = (("dispute_answered", "merchant"), ("offer_declined", "buyer"), ("offer_accepted", "buyer"))


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
    dependencies = [("shop", "0015_dispute_limit")]

    operations = [migrations.RunPython(add_transitions, remove_transitions), InstallGuards()]
