"""Products are searched. What is there already is indexed by the running instance, or by ``manage.py reindex``."""

from django.db import migrations, models

from shop.maintenance.guards import InstallGuards

# PostgreSQL: without a list of waiting entries, so that a search never reads one. SQLite: tokens have no positions, and
# no parser but that of bytes.
INDEXES = {
    "postgresql": (
        "CREATE INDEX shop_productdocument_tokens ON shop_productdocument"
        " USING gin (array_to_tsvector(string_to_array(tokens, ' '))) WITH (fastupdate = off)"
    ),
    "sqlite": (
        "CREATE VIRTUAL TABLE shop_productdocument_fts"
        " USING fts5(tokens, tokenize = 'ascii', detail = none, prefix = '2 3')"
    ),
}
REVERSED = {
    "postgresql": "DROP INDEX shop_productdocument_tokens",
    "sqlite": "DROP TABLE shop_productdocument_fts",
}


def create_index(_apps, schema_editor):
    schema_editor.execute(INDEXES[schema_editor.connection.vendor])


def drop_index(_apps, schema_editor):
    schema_editor.execute(REVERSED[schema_editor.connection.vendor])


class Migration(migrations.Migration):
    dependencies = [("shop", "0019_stock_of_variants")]

    operations = [
        migrations.CreateModel(
            name="ProductDocument",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("scope", models.BigIntegerField()),
                ("title", models.TextField()),
                ("tokens", models.TextField()),
                ("price_sen", models.BigIntegerField()),
                ("town", models.CharField(max_length=60)),
                ("town_key", models.CharField(max_length=240)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["price_sen", "id"], name="shop_productdocument_by_price"),
                    models.Index(fields=["town_key", "id"], name="shop_productdocument_by_town"),
                ],
            },
        ),
        migrations.RunPython(create_index, drop_index),
        InstallGuards(),
    ]
