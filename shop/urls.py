"""Addresses of the pages of selling."""

from __future__ import annotations

from django.urls import URLPattern, path

from shop import uploads
from shop.offering import shown, sold
from shop.pages import buying, front_page, merchant, merchant_goods, orders, public, public_files

app_name = "shop"
# For everybody, without an account.
public_pages = [
    path("", front_page.front_page, name="front_page"),
    path("toko/", shown(public.shops), name="shops"),
    path("toko/<slug:handle>/", shown(public.shop), name="shop"),
    path("toko/<slug:handle>/rss.xml", shown(public_files.feed), name="feed"),
    path("toko/<slug:handle>/<slug:slug>/", shown(public.product), name="product"),
    path("robots.txt", public_files.robots, name="robots"),
    path("sitemap.xml", shown(public_files.site_map), name="site_map"),
    path("sitemap-<int:part>.xml", shown(public_files.site_map), name="site_map_part"),
    path("media/photo/<slug:name>-<int:size>.webp", uploads.photo_file, name="photo_file"),
    path("media/share/product/<uuid:product>/<slug:digest>.jpg", shown(public_files.product_card), name="product_card"),
    path("media/share/shop/<uuid:shop>/<slug:digest>.jpg", shown(public_files.shop_card), name="shop_card"),
]
photos_in = [
    path("api/v1/shop/products/<uuid:product>/photo", uploads.add_photo, name="add_photo"),
    path("api/v1/shop/logo", uploads.logo, name="logo"),
]
# For people.
bought = [
    path("beli/<uuid:product>/", sold(buying.begin), name="begin"),
    path("beli/<uuid:product>/<uuid:key>/", sold(buying.buy), name="buy"),
    path("pesanan/", orders.purchases, name="purchases"),
    path("pesanan/luring/", orders.purchases_shell, name="purchases_shell"),
    path("pesanan/<uuid:order>/", orders.order, name="order"),
    path("pesanan/<uuid:order>/terima/", orders.accept, name="accept"),
    path("pesanan/<uuid:order>/kemas/", orders.pack, name="pack"),
    path("pesanan/<uuid:order>/kirim/", orders.ship, name="ship"),
    path("pesanan/<uuid:order>/resi/", orders.correct_resi, name="correct_resi"),
    path("pesanan/<uuid:order>/sampai/", orders.delivered, name="delivered"),
    path("pesanan/<uuid:order>/selesai/", orders.confirm, name="confirm"),
    path("pesanan/<uuid:order>/batal/", orders.cancel, name="cancel"),
]
merchants = [
    path("tokoku/", shown(merchant.today), name="today"),
    path("tokoku/luring/", shown(merchant.shell), name="today_shell"),
    # Orders that were placed stay within reach, whatever is offered since.
    path("tokoku/tarik/", merchant.withdraw, name="withdraw"),
    path("tokoku/pesanan/", merchant.sales, name="sales"),
    path("tokoku/buka/", shown(merchant.open_shop), name="open"),
    path("tokoku/ubah/", shown(merchant.settings_of_shop), name="settings"),
    path("tokoku/barang/", shown(merchant_goods.products), name="products"),
    path("tokoku/barang/baru/", shown(merchant_goods.new_product), name="new_product"),
    path("tokoku/barang/<uuid:product>/", shown(merchant_goods.product), name="my_product"),
    path("tokoku/barang/<uuid:product>/rak/", shown(merchant_goods.shelve), name="shelve"),
]
urlpatterns: list[URLPattern] = [*public_pages, *photos_in, *bought, *merchants]
