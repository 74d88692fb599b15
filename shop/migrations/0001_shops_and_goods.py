import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
from django.conf import settings
from django.db import migrations, models

import superapp.core.ids
from shop.maintenance.guards import install_guards


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=superapp.core.ids.new_id, editable=False, unique=True)),
                ("slug", models.SlugField(db_index=False, max_length=80)),
                ("name", models.CharField(max_length=120)),
                ("description", models.CharField(blank=True, default="", max_length=5000)),
                ("price_sen", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("listed", "Listed"), ("hidden", "Hidden")],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("version", models.PositiveBigIntegerField(default=1)),
                ("idempotency_key", models.CharField(max_length=128)),
                ("content_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Stock",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="stock",
                        serialize=False,
                        to="shop.product",
                    ),
                ),
                ("on_hand", models.BigIntegerField(default=0)),
                ("held", models.BigIntegerField(default=0)),
                ("committed", models.BigIntegerField(default=0)),
                ("version", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=64)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("placeholder", models.CharField(blank=True, default="", max_length=2000)),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="photos",
                        to="shop.product",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Shop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=superapp.core.ids.new_id, editable=False, unique=True)),
                (
                    "handle",
                    models.CharField(
                        max_length=30,
                        unique=True,
                        validators=[django.core.validators.RegexValidator("^[a-z][a-z0-9]*(-[a-z0-9]+)*\\Z")],
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("town", models.CharField(max_length=60)),
                ("about", models.CharField(blank=True, default="", max_length=1000)),
                ("logo", models.CharField(blank=True, default="", max_length=64)),
                ("opening_hours", models.JSONField(blank=True, default=dict)),
                ("time_zone", models.CharField(default="Asia/Jakarta", max_length=40)),
                ("is_open", models.BooleanField(default=True)),
                ("rev", models.PositiveBigIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="product",
            name="shop",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="products", to="shop.shop"
            ),
        ),
        migrations.CreateModel(
            name="StockMove",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "stock_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seq", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("set", "Set"), ("commit", "Commit"), ("release", "Release"), ("ship", "Ship")],
                        max_length=8,
                    ),
                ),
                ("quantity", models.BigIntegerField()),
                ("reference", models.CharField(blank=True, default="", max_length=128)),
                ("idempotency_key", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stock",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="shop.stock",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="stock",
            constraint=models.CheckConstraint(
                condition=models.Q(("committed__gte", 0), ("held__gte", 0), ("on_hand__range", (0, 1000000))),
                name="shop_stock_not_below_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="stock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "on_hand__gte",
                        django.db.models.expressions.CombinedExpression(models.F("held"), "+", models.F("committed")),
                    )
                ),
                name="shop_stock_never_oversold",
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(fields=["product", "position", "id"], name="shop_photo_in_order"),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.UniqueConstraint(fields=("product", "name"), name="shop_photo_once"),
        ),
        migrations.AddConstraint(
            model_name="shop",
            constraint=models.UniqueConstraint(fields=("owner",), name="shop_shop_one_per_owner"),
        ),
        migrations.AddConstraint(
            model_name="shop",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("handle", ""), _negated=True),
                    models.Q(("name", ""), _negated=True),
                    models.Q(("town", ""), _negated=True),
                ),
                name="shop_shop_has_a_name",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["shop", "state", "position", "id"], name="shop_product_in_order"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(fields=("shop", "idempotency_key"), name="shop_product_added_once"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(fields=("shop", "slug"), name="shop_product_slug_once"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_sen__gt", 0), ("price_sen__lte", 100000000000)),
                name="shop_product_costs_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "price_sen",
                        django.db.models.expressions.CombinedExpression(
                            models.F("price_sen"), "-", django.db.models.functions.math.Mod(models.F("price_sen"), 100)
                        ),
                    )
                ),
                name="shop_product_whole_rupiah",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "listed", "hidden"])), name="shop_product_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmove",
            constraint=models.UniqueConstraint(fields=("stock", "idempotency_key"), name="shop_stockmove_once"),
        ),
        migrations.AddConstraint(
            model_name="stockmove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "set"), models.Q(("quantity", 0), _negated=True)),
                    models.Q(("kind__in", ["commit", "release", "ship"]), ("quantity__gt", 0)),
                    _connector="OR",
                ),
                name="shop_stockmove_moves_something",
            ),
        ),
        install_guards(),
    ]
