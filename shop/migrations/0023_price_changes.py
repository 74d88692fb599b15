"""Each price of a variant is kept, with the moment from which it held."""

import django.db.models.deletion
from django.db import migrations, models

from shop.maintenance.guards import InstallGuards

# What it cost before nobody knows; since the last change of the product it costs what it costs.
COPY = """
INSERT INTO shop_pricechange (variant_id, price_sen, at)
SELECT v.id, v.price_sen, p.changed_at FROM shop_variant v JOIN shop_product p ON p.id = v.product_id ORDER BY v.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0022_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="PriceChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("price_sen", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "variant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shop.variant",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["variant", "id"], name="shop_pricechange_of_variant")],
                "constraints": (
                    models.CheckConstraint(
                        condition=models.Q(("price_sen__gt", 0)), name="shop_pricechange_costs_something"
                    ),
                ),
            },
        ),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        InstallGuards(),
    ]
