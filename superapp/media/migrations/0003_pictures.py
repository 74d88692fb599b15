from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("media", "0002_copies")]

    operations = [
        migrations.AlterField(
            model_name="media",
            name="kind",
            field=models.CharField(
                choices=[("photo", "Photo"), ("avatar", "Avatar"), ("public", "Public")], max_length=8
            ),
        ),
        migrations.AddIndex(
            model_name="media",
            index=models.Index(fields=["sha256"], name="media_by_content"),
        ),
    ]
