"""A product has options, whose combinations are its variants."""

from django.db import migrations, models

from shop.maintenance.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0021_photo_of_variant"),
    ]

    operations = [
        migrations.AddField(
            model_name="product",
            name="options",
            field=models.JSONField(blank=True, default=list),
        ),
        InstallGuards(),
    ]
