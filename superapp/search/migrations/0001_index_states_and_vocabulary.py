from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="IndexState",
            fields=[
                ("collection", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                ("next_id", models.BigIntegerField(default=0)),
                ("built_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="VocabularyEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("collection", models.CharField(max_length=32)),
                ("variant", models.CharField(max_length=40)),
                ("word", models.CharField(max_length=40)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("collection", "variant", "word"), name="search_vocabularyentry_once"
                    )
                ],
            },
        ),
    ]
