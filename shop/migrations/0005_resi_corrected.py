"""A number of a parcel that was typed wrongly is corrected, and may be that of several orders."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from shop.maintenance.guards import install_guards, remove

MOVE = {"name": "resi_corrected", "from_state": "shipped", "to_state": "shipped", "who": "merchant"}


def add_move(apps: Any, schema_editor: Any) -> None:
    remove(schema_editor.connection)  # The table of moves is closed. The last operation puts all guards back.
    apps.get_model("shop", "Transition").objects.create(**MOVE)


def remove_move(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("shop", "Transition").objects.filter(**MOVE).delete()


class Migration(migrations.Migration):
    dependencies = (("shop", "0004_timers_tried_again"),)

    operations = (
        migrations.RunPython(add_move, remove_move),
        migrations.RemoveConstraint("shipment", "shop_shipment_resi_once"),
        migrations.AddIndex("shipment", models.Index(fields=["courier", "resi"], name="shop_shipment_parcel")),
        install_guards(),
    )
