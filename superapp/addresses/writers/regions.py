"""Writing of a whole dataset of regions: a quarter of a million rows, in a second or two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from django.db import connection, models, transaction

from superapp.addresses.domain.region_words import list_index_words
from superapp.addresses.domain.regions import get_parent
from superapp.addresses.models import Region, RegionDataset, RegionWord

ROWS_PER_STATEMENT = 20_000

Row = Sequence[str | int]


def replace_regions(regions: Iterable[tuple[str, str]], *, version: str, digest: str, now: datetime) -> None:
    """Replace all regions by these codes and names, in one transaction; readers see the old ones until it ends."""
    found = list(regions)
    with transaction.atomic():
        for model in (RegionWord, Region):
            model.objects.all().delete()
        _insert(Region, {"code": "text", "parent": "text", "name": "text"}, _region_rows(found))
        _insert(RegionWord, {"word": "text", "code": "text", "omitted_words": "smallint"}, _word_rows(found))
        RegionDataset.objects.update_or_create(
            pk=RegionDataset.ONLY_ID, defaults={"version": version, "digest": digest, "loaded_at": now}
        )


def _region_rows(regions: Iterable[tuple[str, str]]) -> Iterable[Row]:
    return ((code, get_parent(code), name) for code, name in regions)


def _word_rows(regions: Iterable[tuple[str, str]]) -> Iterable[Row]:
    return ((word, code, omitted) for code, name in regions for word, omitted in list_index_words(name))


def _insert(model: type[models.Model], columns: dict[str, str], rows: Iterable[Row]) -> None:
    """Insert rows in the order of these columns, given with their types; each database by its fastest way."""
    # Names and types are those of our own columns.
    into = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
    remaining = iter(rows)
    with connection.cursor() as cursor:
        while chunk := list(islice(remaining, ROWS_PER_STATEMENT)):
            if connection.vendor == "postgresql":
                arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
                values = [list(column) for column in zip(*chunk, strict=True)]
                cursor.execute(f"{into} SELECT * FROM unnest({arrays})", values)  # noqa: S608
            else:
                cursor.executemany(f"{into} VALUES ({', '.join(['%s'] * len(columns))})", chunk)
