DO $do$
DECLARE
    g record;
BEGIN
    FOR g IN
        SELECT t.tgname, t.tgrelid::regclass AS of_table FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND c.relname LIKE 'shop\_%' AND c.relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', g.tgname, g.of_table);
    END LOOP;
END
$do$;
DROP FUNCTION IF EXISTS shop_refuse(), shop_stock_opening_guard(), shop_stock_guard(), shop_stockmove_guard(), shop_order_begins(), shop_order_guard(),
    shop_orderevent_guard(), shop_ordercounter_guard(), shop_shipment_guard(),
    shop_reviewcase_opening_guard(), shop_reviewcase_guard();
