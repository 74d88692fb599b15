"""``check_media`` names every picture whose files are not where its row says."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from superapp.core import clock
from superapp.media import api
from superapp.media.adapters import storage
from superapp.media.errors import StorageUnavailable
from superapp.media.models import Media
from tests.media.photo_files import photo


@pytest.fixture
def pictures(make_user, ready_photo):
    """A photo, an avatar and a photo of a shop."""
    ana = make_user("ana")
    ready_photo(ana)
    for kind in (api.MediaKind.AVATAR, api.MediaKind.PUBLIC):
        api.store_picture(photo(), owner_id=ana.pk, kind=kind, now=clock.now(), reference="tests.wall:1")
    return {media.kind: media for media in Media.objects.all()}


def test_check_of_whole_media_succeeds(pictures, capsys):
    call_command("check_media")

    assert capsys.readouterr() == ("All files of 3 pictures are there.\n", "")


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [("berkas/*/*/small.webp", "photo"), ("avatar/*/*-128.webp", "avatar"), ("photo/*/*-1280.webp", "public")],
)
def test_check_names_a_missing_file_with_its_picture_and_owner(pictures, media_root, capsys, pattern, kind):
    (file,) = media_root.glob(pattern)
    file.unlink()

    with pytest.raises(CommandError, match=r"^1 of 3 pictures lack a file\.$"):
        call_command("check_media")

    said = capsys.readouterr().err
    assert said.startswith(f"{kind} {pictures[kind].public_id} of Ana")
    assert said.endswith(f": {file.relative_to(media_root)}\n")
    assert said.count("\n") == 1


def test_check_leaves_out_deleted_pictures(pictures, media_root, capsys):
    Media.objects.filter(kind="photo").update(state="deleted", deleted_at=clock.now())
    for file in media_root.glob("berkas/*/*/*"):
        file.unlink()

    call_command("check_media")


def test_check_of_an_unreachable_store_says_so_in_one_sentence(pictures, monkeypatch):
    def away(_name):
        raise StorageUnavailable

    monkeypatch.setattr(storage, "has_object", away)

    with pytest.raises(CommandError, match=r"^Photo storage has a problem right now\."):
        call_command("check_media")
