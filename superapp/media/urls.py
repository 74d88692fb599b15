"""URLs of media: uploads and files."""

from __future__ import annotations

from django.urls import path

from superapp.media.endpoints import files, uploads

app_name = "media"
urlpatterns = [
    path("media/unggahan/", uploads.uploads, name="uploads"),
    path("media/unggahan/<uuid:media>", uploads.upload, name="upload"),
    path("media/berkas/<uuid:media>/<str:file>", files.media_file, name="file"),
]
