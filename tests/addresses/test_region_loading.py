"""Regions as they come along: made from the package, read from a file, loaded once, replaced by a newer dataset."""

from __future__ import annotations

import json
import lzma
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from superapp.addresses.adapters.region_files import OWN_FILE, RegionFileBroken, read_region_file
from superapp.addresses.maintenance import region_loading
from superapp.addresses.maintenance.region_loading import load_regions
from superapp.addresses.models import Region, RegionDataset, RegionWord
from superapp.addresses.queries.regions import _begins_with, fetch_dataset_version, get_region, search_regions
from superapp.core import embedded, reference_data
from superapp.core.reference_data import ReferenceDataBroken

SMALL = "# version: 9.1\n32\tJawa Barat\n32.73\tKota Bandung\n32.73.14\tCibeunying Kidul\n32.73.14.1002\tCikutra\n"


@pytest.fixture
def use_file(settings, tmp_path):
    """Have this text as the file of regions."""

    def use(text):
        path = tmp_path / "regions.tsv"
        path.write_text(text)
        settings.REGIONS_FILE = str(path)
        return path

    return use


def test_migrated_database_has_the_regions_of_its_file(db):
    assert fetch_dataset_version() == "test-1"
    assert Region.objects.count() == 155
    assert get_region("32.73.14.1002").names == ("Jawa Barat", "Kota Bandung", "Cibeunying Kidul", "Cikutra")


def test_file_that_is_loaded_already_writes_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        load_regions()


def test_newer_dataset_renames_adds_and_removes_regions(db, use_file):
    use_file(SMALL.replace("Cikutra", "Cikutra Baru") + "32.73.14.1009\tCikutra Lor\n")

    load_regions()

    assert fetch_dataset_version() == "9.1"
    assert RegionDataset.objects.count() == 1
    assert [region.code for region in search_regions("cikutra")] == ["32.73.14.1002", "32.73.14.1009"]
    assert get_region("32.73.14.1002").name == "Cikutra Baru"
    assert get_region("33.72") is None
    assert not RegionWord.objects.filter(code__startswith="33").exists()


def test_load_that_fails_half_way_leaves_the_regions_as_they_were(db, use_file):
    use_file(SMALL + "this is no region\n")

    with pytest.raises(ReferenceDataBroken, match=r"REGIONS_FILE cannot be loaded: .*regions\.tsv:6 is no region"):
        load_regions()

    assert (fetch_dataset_version(), Region.objects.count()) == ("test-1", 155)


@pytest.mark.parametrize(
    "line",
    ["33.01\tKabupaten Tanpa Provinsi", "32\tJawa Barat", "32.73.15\t", "32.7\tAneh", "halo", "33\t" + "a" * 61],
    ids=["orphan", "twice", "nameless", "odd-code", "no-tab", "long"],
)
def test_line_that_is_no_region_is_refused(line, use_file):
    file = read_region_file(use_file(f"{SMALL}{line}\n"))

    with pytest.raises(RegionFileBroken):
        list(file.list_regions())


def test_file_without_a_version_is_refused(use_file):
    with pytest.raises(RegionFileBroken, match="has no line"):
        read_region_file(use_file("32\tJawa Barat\n")).read_version()


@pytest.mark.parametrize(
    "content", [None, b"\xfd7zXZ\x00", b"\xff\xfe", b""], ids=["missing", "cut", "no-text", "empty"]
)
def test_file_that_cannot_be_read_is_named_in_one_sentence(content, db, settings, tmp_path):
    settings.REGIONS_FILE = str(tmp_path / "regions.tsv.xz")
    if content is not None:
        (tmp_path / "regions.tsv.xz").write_bytes(content)

    with pytest.raises(CommandError, match="REGIONS_FILE cannot be loaded: "):
        call_command("migrate", verbosity=0)

    assert fetch_dataset_version() == "test-1"


def test_regions_are_loaded_anew_when_their_words_are_made_otherwise(db, monkeypatch):
    RegionWord.objects.all().delete()
    load_regions()
    assert not RegionWord.objects.exists()

    monkeypatch.setattr(region_loading, "WORDS_VERSION", region_loading.WORDS_VERSION + 1)
    load_regions()

    assert RegionWord.objects.filter(word="cikutra").exists()


@pytest.fixture
def loaded(monkeypatch):
    """Reference data that only notes that it was loaded."""
    times = []
    monkeypatch.setattr(reference_data, "_loaders", [lambda: times.append(connection.alias)])
    return times


def test_reference_data_is_loaded_by_migrate(db, loaded):
    call_command("migrate", verbosity=0)

    assert loaded == ["default"]


@pytest.mark.parametrize("flag", ["plan", "check_unapplied"])
def test_reference_data_is_not_loaded_by_a_plan_or_a_check(flag, db, loaded):
    call_command("migrate", verbosity=0, stdout=StringIO(), **{flag: True})

    assert loaded == []


def test_reference_data_is_loaded_by_a_start_that_has_nothing_to_migrate(real_db, loaded):
    said = []

    embedded.migrate(said.append)

    assert (loaded, said) == (["default"], [])


def test_file_is_made_from_the_package_with_its_source_and_licence(tmp_path):
    data = tmp_path / "package" / "data"
    data.mkdir(parents=True)
    (tmp_path / "package" / "package.json").write_text(json.dumps({"version": "3.1.2"}))
    (data / "provinces.csv").write_text("code,name\n31,DKI JAKARTA\n73,SULAWESI SELATAN\n")
    (data / "regencies.csv").write_text("code,province_code,name\n73.10,73,KABUPATEN PANGKAJENE DAN KEPULAUAN\n")
    (data / "districts.csv").write_text("code,regency_code,name\n73.10.01,73.10,Na IX - X\n")
    (data / "villages.csv").write_text('code,district_code,name\n73.10.01.2001,73.10.01,Ja"an\n')
    target = tmp_path / "made.tsv.xz"

    call_command("make_regions", str(tmp_path / "package"), target=target, verbosity=0)

    made = read_region_file(target)
    assert list(made.list_regions()) == [
        ("31", "DKI Jakarta"),
        ("73", "Sulawesi Selatan"),
        ("73.10", "Kabupaten Pangkajene dan Kepulauan"),
        ("73.10.01", "Na IX - X"),
        ("73.10.01.2001", "Ja'an"),
    ]
    assert made.read_version() == "3.1.2"
    assert "Open Database License (ODbL) 1.0" in lzma.decompress(target.read_bytes()).decode()


def test_own_file_has_every_region_of_its_dataset():
    file = read_region_file(OWN_FILE)
    lengths = [len(code) for code, _name in file.list_regions()]

    assert file.read_version() == "3.1.2"
    assert {length: lengths.count(length) for length in (2, 5, 8, 13)} == {2: 38, 5: 514, 8: 7_277, 13: 83_763}
    assert max(len(name) for _code, name in file.list_regions()) <= 60
    assert OWN_FILE.stat().st_size < 600_000


def test_whole_dataset_loads_and_is_searched_by_its_index(db, settings):
    settings.REGIONS_FILE = ""

    load_regions()

    assert Region.objects.count() == 91_592
    [cikutra] = search_regions("cikutra bandung")
    assert (cikutra.code, cikutra.ancestor_names) == ("32.73.14.1002", "Cibeunying Kidul, Kota Bandung, Jawa Barat")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE addresses_regionword")
    for common in ("bar", "tanjung", "jaya", "barat"):
        read = RegionWord.objects.filter(_begins_with(common)).values_list("code", "word", "omitted_words")
        assert "addresses_regionword_found" in read.explain()
        assert 0 < len(read) < 3_000
