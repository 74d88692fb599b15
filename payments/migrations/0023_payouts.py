import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from payments.maintenance.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0022_replaced_keys_and_guarded_schedules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PayoutAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("merchant", models.CharField(max_length=128)),
                ("version", models.IntegerField()),
                ("bank_code", models.CharField(max_length=16)),
                ("number", models.CharField(max_length=34)),
                ("holder", models.CharField(max_length=100)),
                ("chosen_at", models.DateTimeField()),
                ("scheduled_from", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="settlementschedule",
            name="target",
            field=models.CharField(choices=[("wallet", "Wallet"), ("bank", "Bank")], default="wallet", max_length=6),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="merchant",
            field=models.CharField(blank=True, default="", max_length=128),
        ),
        migrations.AlterField(
            model_name="settlement",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("wallet_full", "Wallet Full"),
                    ("refunds_wait", "Refunds Wait"),
                    ("account_not_open", "Account Not Open"),
                    ("below_minimum", "Below Minimum"),
                ],
                default="",
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="withdrawal",
            index=models.Index(
                condition=models.Q(("merchant", ""), _negated=True),
                fields=["merchant", "-created_at"],
                name="payments_payout_of_merchant",
            ),
        ),
        migrations.AddField(
            model_name="payoutaccount",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutaccount",
            constraint=models.UniqueConstraint(
                fields=("merchant", "version"), name="payments_payoutaccount_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merchant", ""), _negated=True),
                    models.Q(("bank_code", ""), _negated=True),
                    models.Q(("number", ""), _negated=True),
                    ("version__gt", 0),
                ),
                name="payments_payoutaccount_is_one",
            ),
        ),
        InstallGuards(),
    ]
