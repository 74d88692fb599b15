DROP FUNCTION IF EXISTS shop_refuse(), shop_product_guard(), shop_variant_opening_guard(), shop_variant_guard(), shop_pricechange_guard(), shop_stock_opening_guard(), shop_stock_guard(), shop_stockmove_guard(), shop_order_begins(), shop_order_guard(),
    shop_orderevent_guard(), shop_ordercounter_guard(), shop_shipment_guard(),
    shop_reviewcase_opening_guard(), shop_reviewcase_guard(), shop_dispute_opening_guard(), shop_dispute_guard(),
    shop_pendingpurchase_opening_guard(), shop_pendingpurchase_guard(),
    shop_trackedparcel_guard();
