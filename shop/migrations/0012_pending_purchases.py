import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from shop.maintenance.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_avatars_in_media"),
        ("shop", "0011_photos_in_media"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PendingPurchase",
            fields=[
                ("public_id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("product_name", models.CharField(max_length=120)),
                ("price_sen", models.BigIntegerField()),
                ("quantity", models.PositiveIntegerField()),
                ("total_sen", models.BigIntegerField()),
                ("address", models.JSONField()),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("idempotency_key", models.CharField(max_length=128)),
                ("content_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("placed", "Placed"), ("expired", "Expired")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="stockmove",
            name="shop_stockmove_moves_something",
        ),
        migrations.AlterField(
            model_name="stockmove",
            name="kind",
            field=models.CharField(
                choices=[
                    ("set", "Set"),
                    ("commit", "Commit"),
                    ("release", "Release"),
                    ("ship", "Ship"),
                    ("hold", "Hold"),
                    ("unhold", "Unhold"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "set"), models.Q(("quantity", 0), _negated=True)),
                    models.Q(("kind__in", ["commit", "release", "ship", "hold", "unhold"]), ("quantity__gt", 0)),
                    _connector="OR",
                ),
                name="shop_stockmove_moves_something",
            ),
        ),
        migrations.AddField(
            model_name="pendingpurchase",
            name="buyer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pendingpurchase",
            name="device",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.device",
            ),
        ),
        migrations.AddField(
            model_name="pendingpurchase",
            name="product",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shop.product"
            ),
        ),
        migrations.AddIndex(
            model_name="pendingpurchase",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["expires_at"], name="shop_pendingpurchase_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="pendingpurchase",
            constraint=models.UniqueConstraint(fields=("buyer", "idempotency_key"), name="shop_pendingpurchase_once"),
        ),
        migrations.AddConstraint(
            model_name="pendingpurchase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("buyer", "product"), name="shop_pendingpurchase_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="pendingpurchase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("price_sen__gt", 0),
                    ("quantity__gt", 0),
                    (
                        "total_sen",
                        django.db.models.expressions.CombinedExpression(
                            models.F("price_sen"), "*", models.F("quantity")
                        ),
                    ),
                ),
                name="shop_pendingpurchase_total_is_the_product",
            ),
        ),
        migrations.AddConstraint(
            model_name="pendingpurchase",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("created_at"))),
                name="shop_pendingpurchase_expires_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="pendingpurchase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("state", "open")),
                    models.Q(("closed_at__isnull", False), ("state__in", ["placed", "expired"])),
                    _connector="OR",
                ),
                name="shop_pendingpurchase_closed_iff_not_open",
            ),
        ),
        InstallGuards(),
    ]
