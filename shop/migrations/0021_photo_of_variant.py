"""Removing a photo finds the variants that show it without reading all others."""

from django.db import migrations, models

from shop.maintenance.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("shop", "0020_product_documents")]

    operations = [
        migrations.AddIndex(
            "variant",
            models.Index(fields=["photo"], name="shop_variant_of_photo", condition=models.Q(photo__isnull=False)),
        ),
        InstallGuards(),
    ]
