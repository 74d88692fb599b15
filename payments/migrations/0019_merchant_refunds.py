import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import superapp.core.ids
from payments.maintenance.guards import InstallGuards


def count_refunds_of_codes(apps, schema_editor):
    """Count from nothing what is refunded of payments by code, which were not refundable before."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_refundable (journal_id, cap, refunded, refunds)"
            " SELECT journal_id, amount, 0, 0 FROM payments_qrispayment"
            " WHERE journal_id NOT IN (SELECT journal_id FROM payments_refundable)"
        )
        if schema_editor.connection.vendor == "postgresql":
            # The guards are installed next, and no trigger may wait for the commit by then.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0018_mandates_and_favourites"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MerchantRefund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=superapp.core.ids.new_id, editable=False, unique=True)),
                ("merchant", models.CharField(max_length=128)),
                ("number", models.CharField(max_length=64)),
                ("amount", models.BigIntegerField()),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("requested_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("failed", "Failed")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("is_suspended", models.BooleanField(default=False)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "journal",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.journal"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merchant_refunds",
                        to="payments.journal",
                    ),
                ),
                (
                    "requested_by",
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
                        condition=models.Q(("state", "waiting")), fields=["id"], name="payments_merchantrefund_due"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("merchant", "number"), name="payments_merchantrefund_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0),
                            models.Q(("number", ""), _negated=True),
                            models.Q(("merchant", ""), _negated=True),
                        ),
                        name="payments_merchantrefund_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at", None), ("is_suspended", False), ("journal", None), ("state", "waiting")
                            ),
                            models.Q(("closed_at__isnull", False), ("journal__isnull", False), ("state", "done")),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("is_suspended", False),
                                ("journal", None),
                                ("state", "failed"),
                            ),
                            _connector="OR",
                        ),
                        name="payments_merchantrefund_closed_iff_not_waiting",
                    ),
                ],
            },
        ),
        migrations.RunPython(count_refunds_of_codes, migrations.RunPython.noop),
        InstallGuards(),
    ]
