from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_pairs_by_function"),
    ]

    operations = [
        migrations.AddField(
            model_name="device",
            name="trust_asked_at",
            field=models.DateTimeField(null=True),
        ),
    ]
