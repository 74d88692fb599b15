"""
Rules of one row that PostgreSQL holds by triggers from now on: a CHECK is read and planned anew for each statement.

The guards bring the triggers and drop there what these replace: CHECKs, and the foreign keys of a posting. On SQLite
nothing goes, and a posting is held to its transfer by a trigger too. So only the state is told.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import CheckConstraint, F, Q

from payments.maintenance.guards import install_guards
from payments.models.constraints import TriggeredCheck as Rule

TOTAL_MAX = 9 * 10**18


def becomes(model: str, name: str, condition: Q) -> migrations.AlterConstraint:
    name = f"payments_{model}_{name}"
    return migrations.AlterConstraint(model_name=model, name=name, constraint=Rule(condition=condition, name=name))


def restore_checks(apps: Any, editor: Any) -> None:
    """On the way back, PostgreSQL holds the rules by CHECKs again."""
    if editor.connection.vendor != "postgresql":
        return
    for name in ("account", "transfer", "posting", "request"):
        model = apps.get_model("payments", name)
        with editor.connection.cursor() as cursor:
            there = editor.connection.introspection.get_constraints(cursor, model._meta.db_table)
        for rule in model._meta.constraints:
            if isinstance(rule, CheckConstraint) and rule.name not in there:
                editor.add_constraint(model, rule)


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_first_pins_that_wait")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, restore_checks),
        becomes(
            "account",
            "totals_in_range",
            Q(credits__range=(0, TOTAL_MAX), debits__range=(0, TOTAL_MAX), held__range=(0, TOTAL_MAX)),
        ),
        becomes("account", "queued_has_no_ceiling", Q(queued_credit=False) | Q(ceiling=None)),
        becomes("account", "version_counts_all", Q(last_seq__gte=0, version__gte=F("last_seq"))),
        becomes("account", "status_known", Q(status__in=["open", "frozen", "closed"])),
        becomes("transfer", "not_to_itself", ~Q(debit=F("credit"))),
        becomes(
            "transfer",
            "moves_something",
            Q(amount__gt=0, amount__lte=TOTAL_MAX) & ~Q(phase="void") | Q(amount=0, phase="void"),
        ),
        becomes(
            "transfer",
            "pending_iff_resolving",
            Q(phase__in=["posted", "hold"], pending=None) | Q(phase__in=["capture", "void"], pending__isnull=False),
        ),
        becomes("transfer", "only_holds_expire", Q(expires_at=None) | Q(phase="hold")),
        becomes("posting", "numbered", Q(seq__gt=0, rev__gte=F("seq"))),
        becomes("posting", "changes_something", ~Q(delta=0) | ~Q(held_delta=0)),
        becomes("posting", "held_not_negative", Q(held_after__gte=0)),
        becomes(
            "request",
            "posted_or_refused",
            Q(outcome="posted", journal__isnull=False, code="") | Q(outcome="refused", journal=None) & ~Q(code=""),
        ),
        install_guards(),
    ]
