"""Products have a category, by which they are found."""

from django.db import migrations, models

from shop.maintenance.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("shop", "0026_shipping_settings")]

    operations = [
        migrations.AddField("product", "category", models.CharField(blank=True, default="", max_length=40)),
        migrations.AddField("productdocument", "category", models.CharField(default="", max_length=40)),
        migrations.AddIndex(
            "productdocument", models.Index(fields=["category", "id"], name="shop_productdocument_of_kind")
        ),
        InstallGuards(),
    ]
