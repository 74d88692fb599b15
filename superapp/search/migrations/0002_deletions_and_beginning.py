"""Entries of the vocabulary are called by their deletions; an index knows when it was begun, and what it looked up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0001_index_states_and_vocabulary")]

    operations = [
        migrations.AddField("indexstate", "begun_at", models.DateTimeField(null=True)),
        migrations.AddField("indexstate", "checked_id", models.BigIntegerField(default=0)),
        migrations.RemoveConstraint("vocabularyentry", "search_vocabularyentry_once"),
        migrations.RenameField("vocabularyentry", "variant", "deletion"),
        migrations.AddConstraint(
            "vocabularyentry",
            models.UniqueConstraint(fields=("collection", "deletion", "word"), name="search_vocabularyentry_once"),
        ),
    ]
