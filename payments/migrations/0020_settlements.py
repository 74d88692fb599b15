import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import superapp.core.ids
from payments.maintenance.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0019_merchant_refunds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=superapp.core.ids.new_id, editable=False, unique=True)),
                ("merchant", models.CharField(max_length=128)),
                ("day", models.DateField()),
                ("last_seq", models.BigIntegerField()),
                ("opening", models.BigIntegerField()),
                ("gross", models.BigIntegerField()),
                ("fees", models.BigIntegerField()),
                ("refunds", models.BigIntegerField()),
                ("net", models.BigIntegerField()),
                ("other", models.BigIntegerField()),
                ("paid", models.BigIntegerField()),
                ("left", models.BigIntegerField()),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wallet_full", "Wallet Full"),
                            ("refunds_wait", "Refunds Wait"),
                            ("account_not_open", "Account Not Open"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                ("settled_at", models.DateTimeField()),
                (
                    "journal",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.journal"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("merchant", "day"), name="payments_settlement_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("merchant", ""), _negated=True),
                            ("fees__gte", 0),
                            ("fees__lte", models.F("gross")),
                            ("gross__gte", 0),
                            ("refunds__gte", 0),
                            (
                                "net",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("gross"), "-", models.F("fees")
                                    ),
                                    "-",
                                    models.F("refunds"),
                                ),
                            ),
                            (
                                "left",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("opening"), "+", models.F("net")
                                        ),
                                        "+",
                                        models.F("other"),
                                    ),
                                    "-",
                                    models.F("paid"),
                                ),
                            ),
                        ),
                        name="payments_settlement_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("journal__isnull", False), ("paid__gt", 0)),
                            models.Q(("journal", None), ("paid", 0)),
                            _connector="OR",
                        ),
                        name="payments_settlement_paid_iff_posted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("left", 0), ("reason", "")),
                            models.Q(("left__gt", 0), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="payments_settlement_says_why_it_is_left",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SettlementSchedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("merchant", models.CharField(max_length=128, unique=True)),
                (
                    "rhythm",
                    models.CharField(
                        choices=[("by_hand", "By Hand"), ("daily", "Daily"), ("weekly", "Weekly")], max_length=7
                    ),
                ),
                ("chosen_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(null=True)),
                ("since_seq", models.BigIntegerField(default=0)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)),
                        fields=["next_at"],
                        name="payments_settlement_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("merchant", ""), _negated=True),
                            models.Q(
                                models.Q(("next_at", None), ("rhythm", "by_hand")),
                                models.Q(("next_at__isnull", False), ("rhythm__in", ["daily", "weekly"])),
                                _connector="OR",
                            ),
                        ),
                        name="payments_settlementschedule_due_iff_scheduled",
                    )
                ],
            },
        ),
        InstallGuards(),
    ]
