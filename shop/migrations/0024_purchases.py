"""The orders of one checkout share a purchase, and its stored result is the purchase's; an older order is one by itself."""

from django.db import migrations, models

from shop.maintenance.guards import InstallGuards, remove

# On the way back an attempt keeps the first order of its purchase.
FIRST_ORDER = """
UPDATE shop_attempt SET order_id = (
    SELECT o.public_id FROM shop_order o WHERE o.purchase = shop_attempt.purchase ORDER BY o.public_id LIMIT 1
)
"""
OUTCOME = "shop_attempt_placed_or_refused"
SUM = "shop_order_total_is_the_sum"


def remove_guards(_apps, schema_editor):
    # No order and no attempt changes, were it not for this. The last operation puts all guards back.
    remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0023_price_changes"),
    ]

    operations = [
        migrations.RunPython(remove_guards, remove_guards),
        migrations.AddField(model_name="order", name="purchase", field=models.UUIDField(editable=False, null=True)),
        migrations.RunSQL("UPDATE shop_order SET purchase = public_id", migrations.RunSQL.noop),
        migrations.AlterField(model_name="order", name="purchase", field=models.UUIDField(editable=False)),
        migrations.AddField(model_name="order", name="discount_sen", field=models.BigIntegerField(default=0)),
        migrations.AddField(model_name="order", name="subsidy_sen", field=models.BigIntegerField(default=0)),
        migrations.AddField(
            model_name="order",
            name="shipping_option",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.RemoveConstraint(model_name="order", name=SUM),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("discount_sen__gte", 0),
                    ("discount_sen__lte", models.F("items_sen")),
                    ("items_sen__gt", 0),
                    ("shipping_sen__gte", 0),
                    ("total_sen", models.F("items_sen") - models.F("discount_sen") + models.F("shipping_sen")),
                    ("total_sen__gt", 0),
                ),
                name=SUM,
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("subsidy_sen__gte", 0), ("subsidy_sen__lte", models.F("total_sen"))),
                name="shop_order_subsidy_is_a_part",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("purchase", "shop"), name="shop_order_one_of_each_shop"),
        ),
        migrations.RemoveConstraint(model_name="attempt", name=OUTCOME),
        migrations.AddField(model_name="attempt", name="purchase", field=models.UUIDField(null=True, unique=True)),
        migrations.RunSQL("UPDATE shop_attempt SET purchase = order_id", FIRST_ORDER),
        migrations.RemoveField(model_name="attempt", name="order"),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code", ""), ("outcome", "placed"), ("purchase__isnull", False)),
                    models.Q(("outcome", "refused"), ("purchase", None), models.Q(("code", ""), _negated=True)),
                    _connector="OR",
                ),
                name=OUTCOME,
            ),
        ),
        InstallGuards(),
    ]
