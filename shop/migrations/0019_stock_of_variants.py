"""Stock, order lines and waiting purchases refer to variants, which have the numbers of the products before."""

import django.db.models.deletion
from django.db import migrations, models

from shop.maintenance.guards import InstallGuards, remove

COPY_BACK = """
UPDATE shop_product SET
    price_sen = (SELECT price_sen FROM shop_variant v WHERE v.id = shop_product.id),
    weight_grams = (SELECT weight_grams FROM shop_variant v WHERE v.id = shop_product.id)
"""


def remove_guards(_apps, schema_editor):
    # SQLite renames no column that a trigger names. The last operation puts all guards back.
    remove(schema_editor.connection)


def rename_product(model):
    """Rename the column in the database itself, which also renames it in the foreign keys that refer to it."""
    return migrations.SeparateDatabaseAndState(
        [
            migrations.RunSQL(
                f"ALTER TABLE shop_{model} RENAME COLUMN product_id TO variant_id",
                f"ALTER TABLE shop_{model} RENAME COLUMN variant_id TO product_id",
            )
        ],
        [migrations.RenameField(model, "product", "variant")],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0018_variants"),
    ]

    operations = [
        migrations.RunPython(remove_guards, remove_guards),
        migrations.RemoveConstraint(model_name="pendingpurchase", name="shop_pendingpurchase_one_open"),
        rename_product("stock"),
        rename_product("orderline"),
        rename_product("pendingpurchase"),
        migrations.AlterField(
            model_name="stock",
            name="variant",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                primary_key=True,
                related_name="stock",
                serialize=False,
                to="shop.variant",
            ),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="variant",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shop.variant"),
        ),
        migrations.AlterField(
            model_name="pendingpurchase",
            name="variant",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shop.variant"
            ),
        ),
        migrations.AddConstraint(
            model_name="pendingpurchase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("buyer", "variant"), name="shop_pendingpurchase_one_open"
            ),
        ),
        *(
            migrations.AddField(
                model_name=model, name=name, field=models.CharField(blank=True, default="", max_length=chars_max)
            )
            for model in ("orderline", "pendingpurchase")
            for name, chars_max in (("variant_title", 126), ("sku", 40))
        ),
        # Nullable first, so that the way back can fill it.
        migrations.AlterField(model_name="product", name="price_sen", field=models.BigIntegerField(null=True)),
        migrations.RunSQL(migrations.RunSQL.noop, COPY_BACK),
        migrations.RemoveConstraint(model_name="product", name="shop_product_costs_something"),
        migrations.RemoveConstraint(model_name="product", name="shop_product_whole_rupiah"),
        migrations.RemoveConstraint(model_name="product", name="shop_product_weighs_something"),
        migrations.RemoveField(model_name="product", name="price_sen"),
        migrations.RemoveField(model_name="product", name="weight_grams"),
        InstallGuards(),
    ]
