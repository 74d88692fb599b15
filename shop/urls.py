"""Addresses of the pages of selling."""

from __future__ import annotations

from django.urls import URLPattern, path

from shop import uploads
from shop.pages import public, public_files

app_name = "shop"
# For everybody, without an account.
public_pages = [
    path("toko/", public.shops, name="shops"),
    path("toko/<slug:handle>/", public.shop, name="shop"),
    path("toko/<slug:handle>/rss.xml", public_files.feed, name="feed"),
    path("toko/<slug:handle>/<slug:slug>/", public.product, name="product"),
    path("robots.txt", public_files.robots, name="robots"),
    path("sitemap.xml", public_files.site_map, name="site_map"),
    path("sitemap-<int:part>.xml", public_files.site_map, name="site_map_part"),
    path("media/photo/<slug:name>-<int:size>.webp", uploads.photo_file, name="photo_file"),
    path("media/share/product/<uuid:product>/<slug:digest>.jpg", public_files.product_card, name="product_card"),
    path("media/share/shop/<uuid:shop>/<slug:digest>.jpg", public_files.shop_card, name="shop_card"),
]
photos_in = [
    path("api/v1/shop/products/<uuid:product>/photos", uploads.add_photo, name="add_photo"),
    path("api/v1/shop/logo", uploads.logo, name="logo"),
]
urlpatterns: list[URLPattern] = [*public_pages, *photos_in]
