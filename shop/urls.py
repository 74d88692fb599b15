"""URL patterns of the shop's pages, uploads and public files."""

from __future__ import annotations

from django.urls import URLPattern, path

from shop.domain.feature_gates import require_checkout, require_storefront
from shop.endpoints import courier_events, uploads
from shop.pages import (
    cancellations,
    categories,
    checkout,
    code_refunds,
    disputes,
    front_page,
    merchant,
    merchant_catalog,
    merchant_categories,
    merchant_variants,
    orders,
    payout_accounts,
    payouts,
    pending_purchases,
    product_feeds,
    product_sharing,
    qris,
    search,
    settlements,
    shipping,
    sitemaps_and_feeds,
    statement,
    storefronts,
)
from shop.pages.desks import disputes as dispute_desk

app_name = "shop"
# Public pages, without login.
public_pages = [
    path("", front_page.front_page, name="front_page"),
    path("cari/", require_storefront(search.find), name="search"),
    path("cari/saran/", require_storefront(search.suggestions), name="search_suggestions"),
    path("kategori/", require_storefront(categories.directory), name="categories"),
    path("kategori/<slug:slug>/", require_storefront(categories.category), name="category"),
    path("toko/", require_storefront(storefronts.shops), name="shops"),
    path("toko/<slug:handle>/", require_storefront(storefronts.shop), name="shop"),
    path("toko/<slug:handle>/rss.xml", require_storefront(sitemaps_and_feeds.feed), name="feed"),
    path("toko/<slug:handle>/google.xml", require_storefront(product_feeds.google_feed), name="google_feed"),
    path("toko/<slug:handle>/meta.csv", require_storefront(product_feeds.meta_feed), name="meta_feed"),
    path("toko/<slug:handle>/<slug:slug>/", require_storefront(storefronts.product), name="product"),
    path(
        "toko/<slug:handle>/<slug:slug>/kartu/", require_storefront(product_sharing.product_embed), name="product_embed"
    ),
    path("robots.txt", sitemaps_and_feeds.robots, name="robots"),
    path("sitemap.xml", require_storefront(sitemaps_and_feeds.sitemap), name="site_map"),
    path("sitemap-<int:part>.xml", require_storefront(sitemaps_and_feeds.sitemap), name="site_map_part"),
    path("media/photo/<slug:name>-<int:size>.webp", uploads.photo_file, name="photo_file"),
    path("media/photo/<slug:name>.jpg", require_storefront(product_feeds.photo_as_jpeg), name="photo_as_jpeg"),
    path(
        "media/share/product/<uuid:product>/<slug:digest>.jpg",
        require_storefront(sitemaps_and_feeds.product_card),
        name="product_card",
    ),
    path(
        "media/share/shop/<uuid:shop>/<slug:digest>.jpg",
        require_storefront(sitemaps_and_feeds.shop_card),
        name="shop_card",
    ),
]
photo_uploads = [
    path("api/v1/shop/products/<uuid:product>/photo", uploads.add_photo, name="add_photo"),
    path("api/v1/shop/logo", uploads.logo, name="logo"),
]
# Pages that need a login.
order_pages = [
    path("beli/<uuid:product>/", require_checkout(checkout.begin), name="begin"),
    path("beli/<uuid:product>/<uuid:key>/", require_checkout(checkout.buy), name="buy"),
    path("beli/bayar/", pending_purchases.open_payments, name="open_payments"),
    path("beli/bayar/<uuid:order>/", pending_purchases.await_payment, name="await_payment"),
    path("pesanan/", orders.purchases, name="purchases"),
    path("pesanan/luring/", orders.purchases_shell, name="purchases_shell"),
    path("pesanan/<uuid:order>/", orders.order, name="order"),
    path("pesanan/<uuid:order>/terima/", orders.accept, name="accept"),
    path("pesanan/<uuid:order>/kemas/", orders.pack, name="pack"),
    path("pesanan/<uuid:order>/kirim/", orders.ship, name="ship"),
    path("pesanan/<uuid:order>/resi/", orders.correct_resi, name="correct_resi"),
    path("pesanan/<uuid:order>/sampai/", orders.report_delivery, name="delivered"),
    path("pesanan/<uuid:order>/selesai/", orders.confirm, name="confirm"),
    path("pesanan/<uuid:order>/batal/", orders.cancel, name="cancel"),
    path("pesanan/<uuid:order>/kembali/", orders.refund, name="refund"),
    path("pesanan/<uuid:order>/batal/minta/", cancellations.request_cancellation, name="request_cancellation"),
    path("pesanan/<uuid:order>/batal/tolak/", cancellations.decline_cancellation, name="decline_cancellation"),
    path("pesanan/<uuid:order>/masalah/", disputes.open_dispute, name="open_dispute"),
    path("pesanan/<uuid:order>/masalah/selesai/", disputes.drop_dispute, name="drop_dispute"),
    path("pesanan/<uuid:order>/masalah/jawab/", disputes.answer_dispute, name="answer_dispute"),
    path("pesanan/<uuid:order>/masalah/terima/", disputes.accept_offer, name="accept_offer"),
    path("pesanan/<uuid:order>/masalah/tolak/", disputes.decline_offer, name="decline_offer"),
]
merchant_pages = [
    path("tokoku/", require_storefront(merchant.today), name="today"),
    path("tokoku/luring/", require_storefront(merchant.today_shell), name="today_shell"),
    # Existing orders stay accessible, whatever the legal profile allows now.
    path("tokoku/tarik/", merchant.withdraw, name="withdraw"),
    path("tokoku/pencairan/", settlements.settlements, name="settlements"),
    path("tokoku/pencairan/rekening/", payout_accounts.payout_account, name="payout_account"),
    path(
        "tokoku/pencairan/rekening/periksa/",
        payout_accounts.confirm_payout_account,
        name="confirm_payout_account",
    ),
    path("tokoku/pencairan/cairkan/", payouts.pay_out, name="pay_out"),
    path("tokoku/pencairan/cairkan/<uuid:key>/", payouts.confirm_payout, name="confirm_payout"),
    path("tokoku/pencairan/ke-bank/<uuid:payout>/", payouts.payout, name="payout"),
    path("tokoku/pencairan/ke-bank/<uuid:payout>/keadaan/", payouts.payout_state, name="payout_state"),
    path("tokoku/pencairan/<uuid:settlement>/", settlements.settlement, name="settlement"),
    path("tokoku/laporan/", require_storefront(statement.statement), name="statement"),
    path("tokoku/qris/", require_checkout(qris.qris), name="qris"),
    path("tokoku/qris/bayar/<uuid:journal>/", code_refunds.code_payment, name="code_payment"),
    path("tokoku/qris/poster/", require_checkout(qris.poster), name="qris_poster"),
    path("tokoku/qris/meja/", require_checkout(qris.table_cards), name="qris_tables"),
    path("tokoku/qris/tagih/", require_checkout(qris.new_bill), name="new_bill"),
    path("tokoku/qris/tagih/<uuid:bill>/", require_checkout(qris.bill), name="bill"),
    path("tokoku/pesanan/", merchant.sales, name="sales"),
    path("tokoku/buka/", require_storefront(merchant.open_shop), name="open"),
    path("tokoku/ubah/", require_storefront(merchant.shop_settings), name="settings"),
    path("tokoku/pengiriman/", require_storefront(shipping.shipping), name="shipping"),
    path("tokoku/pengiriman/sepakat/", require_storefront(shipping.agree_with_buyers), name="agree_with_buyers"),
    path("tokoku/barang/", require_storefront(merchant_catalog.products), name="products"),
    path("tokoku/barang/baru/", require_storefront(merchant_catalog.new_product), name="new_product"),
    path("tokoku/barang/<uuid:product>/", require_storefront(merchant_catalog.product), name="my_product"),
    path("tokoku/barang/<uuid:product>/varian/", require_storefront(merchant_variants.variants), name="my_variants"),
    path(
        "tokoku/barang/<uuid:product>/poster/",
        require_storefront(product_sharing.product_poster),
        name="product_poster",
    ),
    path("tokoku/saluran/", require_storefront(product_sharing.channels), name="channels"),
    path(
        "tokoku/barang/<uuid:product>/kategori/",
        require_storefront(merchant_categories.product_category),
        name="product_category",
    ),
    path("tokoku/barang/<uuid:product>/rak/", require_storefront(merchant_catalog.set_listed), name="shelve"),
]
desk_pages = [path("konsol/sengketa/", dispute_desk.disputes, name="desk_disputes")]
# The messages of couriers.
courier_messages = [path("kurir/v1/<slug:courier>/", courier_events.take_courier_events, name="courier_events")]
urlpatterns: list[URLPattern] = [
    *public_pages,
    *photo_uploads,
    *order_pages,
    *merchant_pages,
    *desk_pages,
    *courier_messages,
]
