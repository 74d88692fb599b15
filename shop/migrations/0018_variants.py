"""A product is bought as a variant; each gets one, with its number and its price."""

import django.db.models.deletion
import django.db.models.functions.math
from django.db import migrations, models

import superapp.core.ids
from shop.maintenance.guards import InstallGuards

# Stock, moves and orders refer to a product by its number, which becomes that of its variant.
COPY = """
INSERT INTO shop_variant
    (id, public_id, product_id, position, value_1, value_2, value_3, price_sen, sku, weight_grams, is_retired)
SELECT id, public_id, id, 0, '', '', '', price_sen, '', weight_grams, false FROM shop_product
"""
# The numbers of later variants follow.
NUMBER = """
SELECT setval(pg_get_serial_sequence('shop_variant', 'id'), max(id)) FROM shop_variant HAVING max(id) IS NOT NULL
"""


def copy_products(_apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(COPY)
        if schema_editor.connection.vendor == "postgresql":
            cursor.execute(NUMBER)


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0017_cancellation_requests"),
    ]

    operations = [
        migrations.CreateModel(
            name="Variant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=superapp.core.ids.new_id, editable=False, unique=True)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("value_1", models.CharField(blank=True, default="", max_length=40)),
                ("value_2", models.CharField(blank=True, default="", max_length=40)),
                ("value_3", models.CharField(blank=True, default="", max_length=40)),
                ("price_sen", models.BigIntegerField()),
                ("sku", models.CharField(blank=True, default="", max_length=40)),
                ("weight_grams", models.PositiveIntegerField(null=True)),
                ("is_retired", models.BooleanField(default=False)),
                (
                    "photo",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="shop.photo",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="variants",
                        to="shop.product",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["product", "position", "id"], name="shop_variant_in_order")],
                "constraints": (
                    models.UniqueConstraint(
                        condition=models.Q(("is_retired", False)),
                        fields=("product", "value_1", "value_2", "value_3"),
                        name="shop_variant_combination_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("value_2", ""), models.Q(("value_1", ""), _negated=True), _connector="OR"),
                            models.Q(("value_3", ""), models.Q(("value_2", ""), _negated=True), _connector="OR"),
                        ),
                        name="shop_variant_values_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price_sen__gt", 0), ("price_sen__lte", 100_000_000_000)),
                        name="shop_variant_costs_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "price_sen",
                                models.F("price_sen") - django.db.models.functions.math.Mod(models.F("price_sen"), 100),
                            )
                        ),
                        name="shop_variant_whole_rupiah",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weight_grams", None),
                            models.Q(("weight_grams__gte", 1), ("weight_grams__lte", 500_000)),
                            _connector="OR",
                        ),
                        name="shop_variant_weighs_something",
                    ),
                ),
            },
        ),
        migrations.RunPython(copy_products, migrations.RunPython.noop),
        InstallGuards(),
    ]
