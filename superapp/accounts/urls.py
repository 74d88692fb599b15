"""URLs of accounts."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import StringConverter

from superapp.accounts.endpoints import rest


class DigestConverter(StringConverter):
    """URL converter for a SHA-256 in hexadecimal."""

    regex = "[0-9a-f]{64}"


register_converter(DigestConverter, "digest")

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/login/code", rest.login_code, name="login-code"),
    path("api/v1/login", rest.login, name="login"),
    path("api/v1/logout", rest.logout, name="logout"),
    path("api/v1/me/avatar", rest.avatar, name="avatar"),
    path("media/avatar/<uuid:public_id>/<digest:digest>-<int:size>.webp", rest.avatar_file, name="avatar-file"),
]
