from datetime import UTC, datetime
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from payments.maintenance.guards import InstallGuards

SINCE = datetime(2000, 1, 1, tzinfo=UTC)
MICRO_FREE_UP_TO = 500_000_00
# The central bank's rates for payments by code; orders pay those of a micro merchant, as they did before.
RATES: tuple[dict[str, Any], ...] = (
    {"name": "micro", "channel": "order", "basis_points": 0, "amount_up_to": MICRO_FREE_UP_TO},
    {"name": "micro", "channel": "order", "basis_points": 30, "amount_above": MICRO_FREE_UP_TO},
    {"name": "regular", "channel": "qris", "basis_points": 70},
    {"name": "micro", "channel": "qris", "basis_points": 0, "criteria": "UMI", "amount_up_to": MICRO_FREE_UP_TO},
    {"name": "micro", "channel": "qris", "basis_points": 30, "criteria": "UMI", "amount_above": MICRO_FREE_UP_TO},
    {"name": "public", "channel": "qris", "basis_points": 40, "criteria": "PSO"},
    {"name": "public", "channel": "qris", "basis_points": 40, "criteria": "BLU"},
    {"name": "fuel", "channel": "qris", "basis_points": 40, "category_from": "5541", "category_to": "5542"},
    {"name": "education", "channel": "qris", "basis_points": 60, "category_from": "8211", "category_to": "8299"},
    {"name": "donation", "channel": "qris", "basis_points": 0, "category_from": "8398", "category_to": "8398"},
    {"name": "donation", "channel": "qris", "basis_points": 0, "category_from": "8661", "category_to": "8661"},
    {"name": "government", "channel": "qris", "basis_points": 0, "category_from": "9211", "category_to": "9405"},
)


def add_built_in_rules(apps, schema_editor):
    rules = apps.get_model("payments", "FeeRule")
    for rate in RATES:
        rules.objects.create(**rate, valid_from=SINCE, added_at=SINCE, reason="built in")


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0012_bank_money"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FeeRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=32)),
                ("channel", models.CharField(choices=[("order", "order"), ("qris", "qris")], max_length=8)),
                ("criteria", models.CharField(blank=True, default="", max_length=3)),
                ("category_from", models.CharField(default="0000", max_length=4)),
                ("category_to", models.CharField(default="9999", max_length=4)),
                ("amount_above", models.BigIntegerField(default=0)),
                ("amount_up_to", models.BigIntegerField(null=True)),
                ("basis_points", models.PositiveIntegerField()),
                ("valid_from", models.DateTimeField()),
                ("valid_until", models.DateTimeField(null=True)),
                ("reason", models.CharField(max_length=200)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AppliedFee",
            fields=[
                (
                    "journal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="applied_fee",
                        serialize=False,
                        to="payments.journal",
                    ),
                ),
                ("gross", models.BigIntegerField()),
                ("fee", models.BigIntegerField()),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.feerule",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="feerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("channel__in", ["order", "qris"]),
                    ("criteria__in", ["", "UMI", "UKE", "UME", "UBE", "URE", "PSO", "BLU"]),
                    models.Q(("name", ""), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                ),
                name="payments_feerule_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="feerule",
            constraint=models.CheckConstraint(
                condition=models.Q(("basis_points__lte", 10000)), name="payments_feerule_is_a_part"
            ),
        ),
        migrations.AddConstraint(
            model_name="feerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_above__gte", 0),
                    ("category_from__lte", models.F("category_to")),
                    models.Q(("amount_up_to", None), ("amount_up_to__gt", models.F("amount_above")), _connector="OR"),
                    models.Q(("valid_until", None), ("valid_until__gt", models.F("valid_from")), _connector="OR"),
                ),
                name="payments_feerule_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="appliedfee",
            constraint=models.CheckConstraint(
                condition=models.Q(("fee__gte", 0), ("fee__lte", models.F("gross")), ("gross__gt", 0)),
                name="payments_appliedfee_is_a_part",
            ),
        ),
        migrations.RunPython(add_built_in_rules, migrations.RunPython.noop),
        InstallGuards(),
    ]
