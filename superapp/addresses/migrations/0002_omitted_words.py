from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("addresses", "0001_regions_and_address_books")]

    operations = [
        migrations.RemoveIndex(model_name="regionword", name="addresses_regionword_found"),
        migrations.RenameField(model_name="regionword", old_name="unsaid", new_name="omitted_words"),
        migrations.AddIndex(
            model_name="regionword",
            index=models.Index(
                fields=["word", "code", "omitted_words"],
                name="addresses_regionword_found",
                opclasses=["varchar_pattern_ops", "varchar_ops", "int2_ops"],
            ),
        ),
    ]
