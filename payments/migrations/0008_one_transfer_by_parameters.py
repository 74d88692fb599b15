"""
Lighter floors and ceilings on PostgreSQL, and a function that takes parameters.

PostgreSQL reads the text of a CHECK for every statement, and a CHECK that comes to NULL holds: so no bound needs no
words. On SQLite the CHECKs say the same in more words, and stay: only the state is told.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import CheckConstraint, F, Q

from payments.maintenance.guards import install_guards

BOUNDS = {
    "payments_account_floor": Q(floor__lte=F("credits") - F("debits") - F("held")),
    "payments_account_ceiling": Q(ceiling__gte=F("credits") - F("debits")),
}


def make_anew(apps: Any, editor: Any) -> None:
    """The bounds as the models have them at this point."""
    if editor.connection.vendor != "postgresql":
        return
    account = apps.get_model("payments", "account")
    for bound in account._meta.constraints:
        if bound.name in BOUNDS:
            editor.remove_constraint(account, bound)
            editor.add_constraint(account, bound)


class Migration(migrations.Migration):
    dependencies = [("payments", "0007_guards_without_conditions")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, make_anew),
        *(
            migrations.AlterConstraint(
                model_name="account", name=name, constraint=CheckConstraint(condition=condition, name=name)
            )
            for name, condition in BOUNDS.items()
        ),
        migrations.RunPython(make_anew, migrations.RunPython.noop),
        install_guards(),
    ]
