"""Models of addresses: the regions of Indonesia, the words under which they are found, and people's address books."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from superapp.addresses.domain.address_fields import (
    ADDRESSES_MAX,
    CHARS_MAX,
    LATITUDES,
    LONGITUDES,
    NEIGHBOURHOOD_DIGITS,
    POSTAL_CODE_DIGITS,
)
from superapp.addresses.domain.regions import CODE_CHARS_MAX, NAME_CHARS_MAX
from superapp.core import ids

VERSION_CHARS_MAX = 20


class RegionDataset(models.Model):
    """The dataset of regions that is loaded; one row. ``digest`` says from which file, and how its words were made."""

    ONLY_ID = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY_ID)
    version = models.CharField(max_length=VERSION_CHARS_MAX)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="addresses_one_dataset"),)


class Region(models.Model):
    """
    A province, regency or city, district, or village, as the loaded dataset has it.

    Rows come and go with datasets, so nothing refers to them: who keeps a region copies its code and names.
    """

    code = models.CharField(max_length=CODE_CHARS_MAX, primary_key=True)
    parent = models.CharField(max_length=CODE_CHARS_MAX, db_index=True)
    name = models.CharField(max_length=NAME_CHARS_MAX)


class RegionWord(models.Model):
    """
    A word under which a region is found.

    ``omitted_words`` counts the words of its name that this one leaves out, so that the closest names come first.
    """

    word = models.CharField(max_length=NAME_CHARS_MAX)
    code = models.CharField(max_length=CODE_CHARS_MAX)
    omitted_words = models.SmallIntegerField()

    class Meta:
        # A search reads nothing but this index. Its first class is one in which PostgreSQL finds prefixes, whatever
        # the collation of the database.
        indexes = (
            models.Index(
                fields=["word", "code", "omitted_words"],
                name="addresses_regionword_found",
                opclasses=["varchar_pattern_ops", "varchar_ops", "int2_ops"],
            ),
        )


class Address(models.Model):
    """
    An entry of a person's address book.

    Code and names of its village are copied with the version of the dataset they are from, so that a region that is
    renamed or dissolved changes no address. ``slot`` is a number from 1 to the limit, of which a person has each once;
    so the database refuses one address too many. ``version`` counts the changes of what is written in it.
    """

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    idempotency_key = models.UUIDField()
    slot = models.SmallIntegerField()
    version = models.IntegerField(default=1)
    is_primary = models.BooleanField(default=False)
    label = models.CharField(max_length=CHARS_MAX["label"])
    recipient = models.CharField(max_length=CHARS_MAX["recipient"])
    phone = models.CharField(max_length=16)
    street = models.CharField(max_length=CHARS_MAX["street"])
    rt = models.CharField(max_length=NEIGHBOURHOOD_DIGITS)
    rw = models.CharField(max_length=NEIGHBOURHOOD_DIGITS)
    landmark = models.CharField(max_length=CHARS_MAX["landmark"])
    postal_code = models.CharField(max_length=POSTAL_CODE_DIGITS)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    region_code = models.CharField(max_length=CODE_CHARS_MAX)
    village = models.CharField(max_length=NAME_CHARS_MAX)
    district = models.CharField(max_length=NAME_CHARS_MAX)
    regency = models.CharField(max_length=NAME_CHARS_MAX)
    province = models.CharField(max_length=NAME_CHARS_MAX)
    dataset_version = models.CharField(max_length=VERSION_CHARS_MAX)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "idempotency_key"], name="addresses_added_once"),
            models.UniqueConstraint(fields=["user", "slot"], name="addresses_slot_once"),
            models.UniqueConstraint(fields=["user"], condition=Q(is_primary=True), name="addresses_one_primary"),
            models.CheckConstraint(condition=Q(slot__gte=1, slot__lte=ADDRESSES_MAX), name="addresses_slot_in_limit"),
            models.CheckConstraint(condition=Q(version__gte=1), name="addresses_version_counts"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(
                    # A comparison with null is no violation.
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__gte=LATITUDES[0],
                    latitude__lte=LATITUDES[1],
                    longitude__gte=LONGITUDES[0],
                    longitude__lte=LONGITUDES[1],
                ),
                name="addresses_pin_in_indonesia",
            ),
        )
