from django.db import migrations, models

from shop.maintenance.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0009_guards_listed_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="product",
            name="weight_grams",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight_grams", None))
                | models.Q(("weight_grams__gte", 1), ("weight_grams__lte", 500_000)),
                name="shop_product_weighs_something",
            ),
        ),
        InstallGuards(),
    ]
