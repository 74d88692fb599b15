-- What the database itself refuses about goods and orders, whoever asks. Running this again changes nothing.
-- Triggers are ENABLE ALWAYS, so that session_replication_role switches none of them off.

-- Room on each page for the new version of a row that changes with every order.
ALTER TABLE shop_stock SET (fillfactor = 50);
ALTER TABLE shop_ordercounter SET (fillfactor = 50);

CREATE OR REPLACE FUNCTION shop_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END
$body$;

CREATE OR REPLACE FUNCTION shop_product_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.options ->> 3 IS NOT NULL THEN
        RAISE EXCEPTION 'shop_product: has three options at most' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_variant_opening_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NOT NEW.is_retired
        AND (SELECT count(*) FROM shop_variant WHERE product_id = NEW.product_id AND NOT is_retired) >= 100
    THEN
        RAISE EXCEPTION 'shop_variant: a product sells a hundred at most' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_variant_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.id <> OLD.id OR NEW.public_id <> OLD.public_id OR NEW.product_id <> OLD.product_id THEN
        RAISE EXCEPTION 'shop_variant: stays with its product' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.price_sen <> OLD.price_sen AND NEW.price_sen IS DISTINCT FROM (
        SELECT price_sen FROM shop_pricechange WHERE variant_id = NEW.id ORDER BY id DESC LIMIT 1
    ) THEN
        RAISE EXCEPTION 'shop_variant: a price is told before it holds' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.is_retired AND NOT NEW.is_retired
        AND (SELECT count(*) FROM shop_variant WHERE product_id = NEW.product_id AND NOT is_retired) >= 100
    THEN
        RAISE EXCEPTION 'shop_variant: a product sells a hundred at most' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_pricechange_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF EXISTS (SELECT FROM shop_pricechange WHERE variant_id = NEW.variant_id AND at > NEW.at) THEN
        RAISE EXCEPTION 'shop_pricechange: none is put in before another' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_stock_opening_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.on_hand <> 0 OR NEW.held <> 0 OR NEW.committed <> 0 OR NEW.version <> 0 THEN
        RAISE EXCEPTION 'shop_stock: begins empty' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_stock_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.variant_id <> OLD.variant_id OR NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'shop_stock: pieces move by numbered moves alone' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_stockmove_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NOT EXISTS (SELECT FROM shop_stock WHERE variant_id = NEW.stock_id AND version = NEW.seq) THEN
        RAISE EXCEPTION 'shop_stockmove: tells the move that was just made' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_order_begins() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.state <> 'paid' OR NEW.version <> 1
        OR NOT EXISTS (SELECT FROM shop_orderevent WHERE order_id = NEW.public_id AND seq = 1 AND to_state = 'paid')
    THEN
        RAISE EXCEPTION 'shop_order: begins paid, and with an event that tells it' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM shop_attempt WHERE purchase = NEW.purchase AND buyer_id = NEW.buyer_id) THEN
        RAISE EXCEPTION 'shop_order: is of a purchase of its buyer' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_order_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF (NEW.public_id, NEW.number, NEW.shop_id, NEW.buyer_id, NEW.shop_name, NEW.shop_town, NEW.items_sen, NEW.shipping_sen,
            NEW.total_sen, NEW.fee_rule, NEW.address, NEW.note, NEW.placing_device_id, NEW.placed_at, NEW.purchase,
            NEW.discount_sen, NEW.subsidy_sen, NEW.shipping_option)
        IS DISTINCT FROM (OLD.public_id, OLD.number, OLD.shop_id, OLD.buyer_id, OLD.shop_name, OLD.shop_town, OLD.items_sen,
            OLD.shipping_sen, OLD.total_sen, OLD.fee_rule, OLD.address, OLD.note, OLD.placing_device_id, OLD.placed_at,
            OLD.purchase, OLD.discount_sen, OLD.subsidy_sen, OLD.shipping_option)
    THEN
        RAISE EXCEPTION 'shop_order: what was bought does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.version <> OLD.version + 1
        OR NOT EXISTS (SELECT FROM shop_transition WHERE from_state = OLD.state AND to_state = NEW.state)
        OR NOT EXISTS (
            SELECT FROM shop_orderevent
            WHERE order_id = NEW.public_id AND seq = NEW.version AND from_state = OLD.state AND to_state = NEW.state
        )
    THEN
        RAISE EXCEPTION 'shop_order: moves as the transitions say, one version at a time, and with an event that tells it'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.purchase_rev <= OLD.purchase_rev OR NEW.sale_rev <= OLD.sale_rev THEN
        RAISE EXCEPTION 'shop_order: every move is numbered in both lists' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_orderevent_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NOT EXISTS (
            SELECT FROM shop_transition
            WHERE from_state = NEW.from_state AND to_state = NEW.to_state AND name = NEW.transition AND who = NEW.actor_kind
        )
        OR (NEW.seq = 1) <> (NEW.from_state = '')
        OR NEW.seq > 1 AND NOT EXISTS (
            SELECT FROM shop_order WHERE public_id = NEW.order_id AND version = NEW.seq - 1 AND state = NEW.from_state
        )
    THEN
        RAISE EXCEPTION 'shop_orderevent: is a move that this order may make now' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.actor_kind = 'operator' AND (
        NEW.actor_id IS NULL OR NEW.reason = ''
        OR NOT EXISTS (SELECT FROM shop_reviewcase WHERE order_id = NEW.order_id AND closed_at IS NULL)
        AND NOT EXISTS (SELECT FROM shop_dispute WHERE order_id = NEW.order_id AND closed_at IS NULL)
    ) THEN
        RAISE EXCEPTION 'shop_orderevent: an operator decides open cases, by name and with a reason'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.actor_kind = 'system' OR NEW.transition = 'dispute_opened')
        AND EXISTS (SELECT FROM shop_dispute WHERE order_id = NEW.order_id AND closed_at IS NULL)
    THEN
        RAISE EXCEPTION 'shop_orderevent: a dispute is open' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.transition IN ('dispute_dropped', 'dispute_answered', 'offer_declined', 'offer_accepted')
            OR NEW.transition = 'refunded' AND NEW.actor_kind = 'operator')
        AND NOT EXISTS (SELECT FROM shop_dispute WHERE order_id = NEW.order_id AND closed_at IS NULL)
    THEN
        RAISE EXCEPTION 'shop_orderevent: no dispute is open' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.transition = 'cancel_requested'
        AND EXISTS (SELECT FROM shop_orderevent WHERE order_id = NEW.order_id AND transition = 'cancel_requested')
    THEN
        RAISE EXCEPTION 'shop_orderevent: a buyer asks once to cancel' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.transition = 'cancel_declined' AND (
        NOT EXISTS (SELECT FROM shop_orderevent WHERE order_id = NEW.order_id AND transition = 'cancel_requested')
        OR EXISTS (SELECT FROM shop_orderevent WHERE order_id = NEW.order_id AND transition = 'cancel_declined')
    ) THEN
        RAISE EXCEPTION 'shop_orderevent: what was asked is declined, and once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.transition = 'dispute_answered' AND (
        NEW.reason = '' OR coalesce(NEW.evidence ->> 'amount_sen', '') !~ '^[0-9]+$'
        OR (SELECT count(*) FROM shop_orderevent WHERE order_id = NEW.order_id AND transition = 'dispute_answered') >= 5
    ) THEN
        RAISE EXCEPTION 'shop_orderevent: five answers at most, each with words and an amount'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.transition IN ('offer_declined', 'offer_accepted') AND NOT EXISTS (
        SELECT FROM shop_orderevent e
        WHERE e.order_id = NEW.order_id AND e.transition = 'dispute_answered'
            AND e.seq::text = NEW.evidence ->> 'offer' AND e.evidence ->> 'amount_sen' = NEW.evidence ->> 'amount_sen'
            AND e.evidence ->> 'amount_sen' <> '0' AND NOT EXISTS (
                SELECT FROM shop_orderevent x WHERE x.order_id = e.order_id AND x.seq > e.seq AND x.transition IN
                    ('dispute_opened', 'dispute_dropped', 'dispute_answered', 'offer_declined', 'offer_accepted', 'refunded')
            )
    ) THEN
        RAISE EXCEPTION 'shop_orderevent: no such offer stands' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_ordercounter_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.user_id IS DISTINCT FROM OLD.user_id OR NEW.shop_id IS DISTINCT FROM OLD.shop_id OR NEW.orders < OLD.orders
        OR NEW.shop_id IS NOT NULL AND NEW.orders > OLD.orders + 1
        OR NEW.rev <> OLD.rev + greatest(1, NEW.orders - OLD.orders)
    THEN
        RAISE EXCEPTION 'shop_ordercounter: numbers each order that it counts' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_shipment_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF (NEW.order_id, NEW.shipped_at) IS DISTINCT FROM (OLD.order_id, OLD.shipped_at) OR OLD.delivered_source = 'courier' THEN
        RAISE EXCEPTION 'shop_shipment: the parcel does not change, and the courier has the last word'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.courier, NEW.resi) IS DISTINCT FROM (OLD.courier, OLD.resi) AND NOT EXISTS (
        SELECT FROM shop_order o JOIN shop_orderevent e ON e.order_id = o.public_id AND e.seq = o.version
        WHERE o.public_id = NEW.order_id AND e.transition = 'resi_corrected'
            AND e.evidence ->> 'courier' = NEW.courier AND e.evidence ->> 'resi' = NEW.resi
            AND e.evidence ->> 'was_courier' = OLD.courier AND e.evidence ->> 'was_resi' = OLD.resi
    ) THEN
        RAISE EXCEPTION 'shop_shipment: is corrected with an event that tells it' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_reviewcase_opening_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.closed_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM shop_order o JOIN shop_orderevent e ON e.order_id = o.public_id AND e.seq = o.version
        WHERE o.public_id = NEW.order_id AND e.transition = 'review_opened'
    ) THEN
        RAISE EXCEPTION 'shop_reviewcase: is opened with an event that tells it' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_reviewcase_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.order_id <> OLD.order_id OR NEW.opened_at <> OLD.opened_at OR OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
        OR NOT EXISTS (SELECT FROM shop_order WHERE public_id = NEW.order_id AND state IN ('completed', 'cancelled'))
    THEN
        RAISE EXCEPTION 'shop_reviewcase: is closed once, when its order has ended' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_dispute_opening_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.closed_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM shop_order o JOIN shop_orderevent e ON e.order_id = o.public_id AND e.seq = o.version
        WHERE o.public_id = NEW.order_id AND e.transition = 'dispute_opened'
    ) THEN
        RAISE EXCEPTION 'shop_dispute: is opened with an event that tells it' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (SELECT count(*) FROM shop_dispute WHERE order_id = NEW.order_id) >= 2 THEN
        RAISE EXCEPTION 'shop_dispute: an order has two at most' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_dispute_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.id <> OLD.id OR NEW.order_id <> OLD.order_id OR NEW.opened_at <> OLD.opened_at OR OLD.closed_at IS NOT NULL
        OR NEW.closed_at IS NULL OR NOT EXISTS (
            SELECT FROM shop_order o JOIN shop_orderevent e ON e.order_id = o.public_id AND e.seq = o.version
            WHERE o.public_id = NEW.order_id AND (e.transition = 'dispute_dropped' OR o.state IN ('completed', 'cancelled'))
        )
    THEN
        RAISE EXCEPTION 'shop_dispute: is closed once, with an event that tells it' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_pendingpurchase_opening_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.state <> 'open' THEN
        RAISE EXCEPTION 'shop_pendingpurchase: begins open' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_pendingpurchase_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF (NEW.public_id, NEW.buyer_id, NEW.variant_id, NEW.product_name, NEW.variant_title, NEW.sku, NEW.price_sen, NEW.quantity,
            NEW.total_sen, NEW.address, NEW.note, NEW.idempotency_key, NEW.content_hash, NEW.device_id, NEW.created_at,
            NEW.expires_at)
        IS DISTINCT FROM (OLD.public_id, OLD.buyer_id, OLD.variant_id, OLD.product_name, OLD.variant_title, OLD.sku,
            OLD.price_sen, OLD.quantity, OLD.total_sen, OLD.address, OLD.note, OLD.idempotency_key, OLD.content_hash,
            OLD.device_id, OLD.created_at, OLD.expires_at)
    THEN
        RAISE EXCEPTION 'shop_pendingpurchase: what was agreed does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> 'open' OR NEW.state = 'open'
        OR (NEW.state = 'placed') <> EXISTS (SELECT FROM shop_order WHERE public_id = NEW.public_id)
    THEN
        RAISE EXCEPTION 'shop_pendingpurchase: is closed once, as placed if its order was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION shop_trackedparcel_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF (NEW.id, NEW.courier, NEW.resi, NEW.named_at) IS DISTINCT FROM (OLD.id, OLD.courier, OLD.resi, OLD.named_at) THEN
        RAISE EXCEPTION 'shop_trackedparcel: stays the same parcel' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

-- The triggers that call these functions are listed in shop/maintenance/guards.py.
