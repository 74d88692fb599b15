import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import superapp.core.ids
from shop.maintenance.guards import install_guards


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("shop", "0001_shops_and_goods"),
    ]

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "public_id",
                    models.UUIDField(
                        default=superapp.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=24, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("paid", "Paid"),
                            ("accepted", "Accepted"),
                            ("packed", "Packed"),
                            ("shipped", "Shipped"),
                            ("delivered", "Delivered"),
                            ("completed", "Completed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="paid",
                        max_length=12,
                    ),
                ),
                (
                    "cancelled_by",
                    models.CharField(
                        blank=True,
                        choices=[("buyer", "Buyer"), ("merchant", "Merchant"), ("expired", "Expired")],
                        default="",
                        max_length=8,
                    ),
                ),
                ("version", models.BigIntegerField(default=1)),
                ("shop_name", models.CharField(max_length=60)),
                ("shop_town", models.CharField(max_length=60)),
                ("items_sen", models.BigIntegerField()),
                ("shipping_sen", models.BigIntegerField(default=0)),
                ("total_sen", models.BigIntegerField()),
                ("fee_rule", models.CharField(max_length=32)),
                ("address", models.JSONField()),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("placed_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("purchase_rev", models.BigIntegerField()),
                ("sale_rev", models.BigIntegerField()),
                (
                    "buyer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="shop.shop",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("idempotency_key", models.CharField(max_length=128)),
                ("content_hash", models.CharField(max_length=64)),
                ("outcome", models.CharField(choices=[("placed", "Placed"), ("refused", "Refused")], max_length=8)),
                ("code", models.CharField(blank=True, default="", max_length=64)),
                ("params", models.JSONField(blank=True, default=dict)),
                ("answered_at", models.DateTimeField()),
                (
                    "buyer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="attempt", to="shop.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OrderCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(editable=False, unique=True)),
                ("orders", models.BigIntegerField(default=0)),
                ("unfinished", models.BigIntegerField(default=0)),
                ("rev", models.BigIntegerField(default=0)),
                (
                    "shop",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="counter", to="shop.shop"
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "order_id", "position", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("product_name", models.CharField(max_length=120)),
                ("photo", models.CharField(blank=True, default="", max_length=64)),
                ("price_sen", models.BigIntegerField()),
                ("quantity", models.PositiveIntegerField()),
                ("total_sen", models.BigIntegerField()),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="shop.order",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shop.product"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Shipment",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="shipment",
                        serialize=False,
                        to="shop.order",
                    ),
                ),
                ("courier", models.CharField(max_length=40)),
                ("resi", models.CharField(max_length=40)),
                ("shipped_at", models.DateTimeField()),
                ("delivered_at", models.DateTimeField(null=True)),
                (
                    "delivered_source",
                    models.CharField(
                        blank=True, choices=[("courier", "Courier"), ("merchant", "Merchant")], default="", max_length=8
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("courier", "resi"), name="shop_shipment_resi_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("delivered_at", None), ("delivered_source", "")),
                            models.Q(
                                ("delivered_at__isnull", False), ("delivered_source__in", ["courier", "merchant"])
                            ),
                            _connector="OR",
                        ),
                        name="shop_shipment_delivery_has_a_source",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["buyer", "public_id"], name="shop_order_of_buyer"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["buyer", "purchase_rev"], name="shop_order_purchase_changed"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["shop", "public_id"], name="shop_order_of_shop"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["shop", "sale_rev"], name="shop_order_sale_changed"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("state__in", ["completed", "cancelled"]), _negated=True),
                fields=["shop", "public_id"],
                name="shop_order_unfinished",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("items_sen__gt", 0),
                    ("shipping_sen__gte", 0),
                    (
                        "total_sen",
                        django.db.models.expressions.CombinedExpression(
                            models.F("items_sen"), "+", models.F("shipping_sen")
                        ),
                    ),
                ),
                name="shop_order_total_is_the_sum",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cancelled_by", ""),
                        ("state__in", ["paid", "accepted", "packed", "shipped", "delivered", "completed"]),
                    ),
                    models.Q(("cancelled_by__in", ["buyer", "merchant", "expired"]), ("state", "cancelled")),
                    _connector="OR",
                ),
                name="shop_order_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="shop_order_version_counts"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(fields=("buyer", "idempotency_key"), name="shop_attempt_answered_once"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code", ""), ("order__isnull", False), ("outcome", "placed")),
                    models.Q(("order", None), ("outcome", "refused"), models.Q(("code", ""), _negated=True)),
                    _connector="OR",
                ),
                name="shop_attempt_placed_or_refused",
            ),
        ),
        migrations.AddConstraint(
            model_name="ordercounter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("shop__isnull", False), ("user", None)),
                    models.Q(("shop", None), ("user__isnull", False)),
                    _connector="OR",
                ),
                name="shop_ordercounter_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="ordercounter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("orders__gte", models.F("unfinished")), ("rev__gte", models.F("orders")), ("unfinished__gte", 0)
                ),
                name="shop_ordercounter_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
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
                name="shop_orderline_total_is_the_product",
            ),
        ),
        install_guards(),
    ]
