-- What the database itself refuses about goods and orders. SQLite drops triggers in silence when it rebuilds a table, so these
-- are made afresh at the end of every migration that touches one, and looked for whenever a server starts.
-- The triggers called *_once are for INSERT OR REPLACE, which removes the old row without asking any trigger on DELETE.

CREATE TRIGGER shop_product_undeleted BEFORE DELETE ON shop_product
BEGIN SELECT RAISE(ABORT, 'shop_product: is hidden, and never deleted'); END;

CREATE TRIGGER shop_product_once BEFORE INSERT ON shop_product
WHEN EXISTS (
    SELECT 1 FROM shop_product
    WHERE id = NEW.id OR public_id = NEW.public_id
        OR shop_id = NEW.shop_id AND (slug = NEW.slug OR idempotency_key = NEW.idempotency_key)
)
BEGIN SELECT RAISE(ABORT, 'shop_product: is never replaced'); END;

CREATE TRIGGER shop_product_options_limited BEFORE UPDATE ON shop_product
WHEN NEW.options ->> 3 IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'shop_product: has three options at most'); END;

CREATE TRIGGER shop_product_options_limited_at_first BEFORE INSERT ON shop_product
WHEN NEW.options ->> 3 IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'shop_product: has three options at most'); END;

CREATE TRIGGER shop_variant_undeleted BEFORE DELETE ON shop_variant
BEGIN SELECT RAISE(ABORT, 'shop_variant: is retired, and never deleted'); END;

CREATE TRIGGER shop_variant_once BEFORE INSERT ON shop_variant
WHEN EXISTS (
    SELECT 1 FROM shop_variant
    WHERE id = NEW.id OR public_id = NEW.public_id OR product_id = NEW.product_id AND value_1 = NEW.value_1
        AND value_2 = NEW.value_2 AND value_3 = NEW.value_3 AND NOT is_retired AND NOT NEW.is_retired
)
BEGIN SELECT RAISE(ABORT, 'shop_variant: is never replaced'); END;

CREATE TRIGGER shop_variant_identity BEFORE UPDATE ON shop_variant
WHEN NEW.id <> OLD.id OR NEW.public_id <> OLD.public_id OR NEW.product_id <> OLD.product_id
BEGIN SELECT RAISE(ABORT, 'shop_variant: stays with its product'); END;

CREATE TRIGGER shop_variant_limited BEFORE INSERT ON shop_variant
WHEN NOT NEW.is_retired
    AND (SELECT count(*) FROM shop_variant WHERE product_id = NEW.product_id AND NOT is_retired) >= 100
BEGIN SELECT RAISE(ABORT, 'shop_variant: a product sells a hundred at most'); END;

CREATE TRIGGER shop_variant_returns_within_limit BEFORE UPDATE ON shop_variant
WHEN OLD.is_retired AND NOT NEW.is_retired
    AND (SELECT count(*) FROM shop_variant WHERE product_id = NEW.product_id AND NOT is_retired) >= 100
BEGIN SELECT RAISE(ABORT, 'shop_variant: a product sells a hundred at most'); END;

CREATE TRIGGER shop_variant_price_is_told BEFORE UPDATE ON shop_variant
WHEN NEW.price_sen <> OLD.price_sen AND NEW.price_sen IS NOT (
    SELECT price_sen FROM shop_pricechange WHERE variant_id = NEW.id ORDER BY id DESC LIMIT 1
)
BEGIN SELECT RAISE(ABORT, 'shop_variant: a price is told before it holds'); END;

CREATE TRIGGER shop_pricechange_unchanged BEFORE UPDATE ON shop_pricechange
BEGIN SELECT RAISE(ABORT, 'shop_pricechange: is append-only'); END;

CREATE TRIGGER shop_pricechange_undeleted BEFORE DELETE ON shop_pricechange
BEGIN SELECT RAISE(ABORT, 'shop_pricechange: is append-only'); END;

CREATE TRIGGER shop_pricechange_once BEFORE INSERT ON shop_pricechange
WHEN EXISTS (SELECT 1 FROM shop_pricechange WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'shop_pricechange: is append-only'); END;

CREATE TRIGGER shop_pricechange_in_order BEFORE INSERT ON shop_pricechange
WHEN EXISTS (SELECT 1 FROM shop_pricechange WHERE variant_id = NEW.variant_id AND at > NEW.at)
BEGIN SELECT RAISE(ABORT, 'shop_pricechange: none is put in before another'); END;

CREATE TRIGGER shop_stock_undeleted BEFORE DELETE ON shop_stock
BEGIN SELECT RAISE(ABORT, 'shop_stock: is never deleted'); END;

CREATE TRIGGER shop_stock_once BEFORE INSERT ON shop_stock
WHEN EXISTS (SELECT 1 FROM shop_stock WHERE variant_id = NEW.variant_id)
BEGIN SELECT RAISE(ABORT, 'shop_stock: is never replaced'); END;

CREATE TRIGGER shop_stock_begins_empty BEFORE INSERT ON shop_stock
WHEN NEW.on_hand <> 0 OR NEW.held <> 0 OR NEW.committed <> 0 OR NEW.version <> 0
BEGIN SELECT RAISE(ABORT, 'shop_stock: begins empty'); END;

CREATE TRIGGER shop_stock_moves_are_numbered BEFORE UPDATE ON shop_stock
WHEN NEW.variant_id <> OLD.variant_id OR NEW.version <> OLD.version + 1
BEGIN SELECT RAISE(ABORT, 'shop_stock: pieces move by numbered moves alone'); END;

CREATE TRIGGER shop_stock_whole BEFORE UPDATE ON shop_stock
WHEN typeof(NEW.on_hand) <> 'integer' OR typeof(NEW.held) <> 'integer' OR typeof(NEW.committed) <> 'integer'
    OR typeof(NEW.version) <> 'integer'
BEGIN SELECT RAISE(ABORT, 'shop_stock: whole pieces only'); END;

CREATE TRIGGER shop_stockmove_unchanged BEFORE UPDATE ON shop_stockmove
BEGIN SELECT RAISE(ABORT, 'shop_stockmove: is append-only'); END;

CREATE TRIGGER shop_stockmove_undeleted BEFORE DELETE ON shop_stockmove
BEGIN SELECT RAISE(ABORT, 'shop_stockmove: is append-only'); END;

CREATE TRIGGER shop_stockmove_once BEFORE INSERT ON shop_stockmove
WHEN EXISTS (SELECT 1 FROM shop_stockmove WHERE stock_id = NEW.stock_id AND seq = NEW.seq)
    OR EXISTS (SELECT 1 FROM shop_stockmove WHERE stock_id = NEW.stock_id AND idempotency_key = NEW.idempotency_key)
BEGIN SELECT RAISE(ABORT, 'shop_stockmove: is append-only'); END;

CREATE TRIGGER shop_stockmove_is_newest BEFORE INSERT ON shop_stockmove
WHEN NOT EXISTS (SELECT 1 FROM shop_stock WHERE shop_stock.variant_id = NEW.stock_id AND version = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'shop_stockmove: tells the move that was just made'); END;

CREATE TRIGGER shop_stockmove_whole BEFORE INSERT ON shop_stockmove
WHEN typeof(NEW.quantity) <> 'integer' OR typeof(NEW.seq) <> 'integer'
BEGIN SELECT RAISE(ABORT, 'shop_stockmove: whole pieces only'); END;

CREATE TRIGGER shop_order_undeleted BEFORE DELETE ON shop_order
BEGIN SELECT RAISE(ABORT, 'shop_order: is never deleted'); END;

CREATE TRIGGER shop_order_once BEFORE INSERT ON shop_order
WHEN EXISTS (
    SELECT 1 FROM shop_order
    WHERE public_id = NEW.public_id OR number = NEW.number OR purchase = NEW.purchase AND shop_id = NEW.shop_id
)
BEGIN SELECT RAISE(ABORT, 'shop_order: is never replaced'); END;

CREATE TRIGGER shop_order_begins_paid BEFORE INSERT ON shop_order
WHEN NEW.state <> 'paid' OR NEW.version <> 1
    OR NOT EXISTS (SELECT 1 FROM shop_orderevent WHERE order_id = NEW.public_id AND seq = 1 AND to_state = 'paid')
BEGIN SELECT RAISE(ABORT, 'shop_order: begins paid, and with an event that tells it'); END;

CREATE TRIGGER shop_order_is_of_a_purchase BEFORE INSERT ON shop_order
WHEN NOT EXISTS (SELECT 1 FROM shop_attempt WHERE purchase = NEW.purchase AND buyer_id = NEW.buyer_id)
BEGIN SELECT RAISE(ABORT, 'shop_order: is of a purchase of its buyer'); END;

CREATE TRIGGER shop_order_whole BEFORE INSERT ON shop_order
WHEN typeof(NEW.items_sen) <> 'integer' OR typeof(NEW.shipping_sen) <> 'integer' OR typeof(NEW.total_sen) <> 'integer'
    OR typeof(NEW.discount_sen) <> 'integer' OR typeof(NEW.subsidy_sen) <> 'integer'
BEGIN SELECT RAISE(ABORT, 'shop_order: whole sen only'); END;

CREATE TRIGGER shop_order_identity BEFORE UPDATE ON shop_order
WHEN (NEW.public_id, NEW.number, NEW.shop_id, NEW.buyer_id, NEW.shop_name, NEW.shop_town, NEW.items_sen, NEW.shipping_sen,
    NEW.total_sen, NEW.fee_rule, NEW.address, NEW.note, NEW.placed_at, NEW.purchase, NEW.discount_sen, NEW.subsidy_sen,
    NEW.shipping_option)
    <> (OLD.public_id, OLD.number, OLD.shop_id, OLD.buyer_id, OLD.shop_name, OLD.shop_town, OLD.items_sen, OLD.shipping_sen,
    OLD.total_sen, OLD.fee_rule, OLD.address, OLD.note, OLD.placed_at, OLD.purchase, OLD.discount_sen, OLD.subsidy_sen,
    OLD.shipping_option)
    OR NEW.placing_device_id IS NOT OLD.placing_device_id
BEGIN SELECT RAISE(ABORT, 'shop_order: what was bought does not change'); END;

CREATE TRIGGER shop_order_moves BEFORE UPDATE ON shop_order
WHEN NEW.version <> OLD.version + 1 OR NOT EXISTS (
        SELECT 1 FROM shop_transition WHERE from_state = OLD.state AND to_state = NEW.state
    ) OR NOT EXISTS (
        SELECT 1 FROM shop_orderevent
        WHERE order_id = NEW.public_id AND seq = NEW.version AND from_state = OLD.state AND to_state = NEW.state
    )
BEGIN SELECT RAISE(ABORT, 'shop_order: moves as the transitions say, one version at a time, and with an event that tells it'); END;

CREATE TRIGGER shop_order_revs_grow BEFORE UPDATE ON shop_order
WHEN NEW.purchase_rev <= OLD.purchase_rev OR NEW.sale_rev <= OLD.sale_rev
BEGIN SELECT RAISE(ABORT, 'shop_order: every move is numbered in both lists'); END;

CREATE TRIGGER shop_orderevent_unchanged BEFORE UPDATE ON shop_orderevent
BEGIN SELECT RAISE(ABORT, 'shop_orderevent: is append-only'); END;

CREATE TRIGGER shop_orderevent_undeleted BEFORE DELETE ON shop_orderevent
BEGIN SELECT RAISE(ABORT, 'shop_orderevent: is append-only'); END;

CREATE TRIGGER shop_orderevent_once BEFORE INSERT ON shop_orderevent
WHEN EXISTS (SELECT 1 FROM shop_orderevent WHERE order_id = NEW.order_id AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'shop_orderevent: is append-only'); END;

CREATE TRIGGER shop_orderevent_is_legal BEFORE INSERT ON shop_orderevent
WHEN NOT EXISTS (
        SELECT 1 FROM shop_transition
        WHERE from_state = NEW.from_state AND to_state = NEW.to_state AND name = NEW.transition AND who = NEW.actor_kind
    ) OR (NEW.seq = 1) <> (NEW.from_state = '') OR NEW.seq > 1 AND NOT EXISTS (
        SELECT 1 FROM shop_order WHERE public_id = NEW.order_id AND version = NEW.seq - 1 AND state = NEW.from_state
    )
BEGIN SELECT RAISE(ABORT, 'shop_orderevent: is a move that this order may make now'); END;

CREATE TRIGGER shop_orderevent_decided BEFORE INSERT ON shop_orderevent
WHEN NEW.actor_kind = 'operator' AND (
        NEW.actor_id IS NULL OR NEW.reason = ''
        OR NOT EXISTS (SELECT 1 FROM shop_reviewcase WHERE order_id = NEW.order_id AND closed_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM shop_dispute WHERE order_id = NEW.order_id AND closed_at IS NULL)
    )
BEGIN SELECT RAISE(ABORT, 'shop_orderevent: an operator decides open cases, by name and with a reason'); END;

CREATE TRIGGER shop_orderevent_frozen BEFORE INSERT ON shop_orderevent
WHEN (NEW.actor_kind = 'system' OR NEW.transition = 'dispute_opened')
    AND EXISTS (SELECT 1 FROM shop_dispute WHERE order_id = NEW.order_id AND closed_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'shop_orderevent: a dispute is open'); END;

CREATE TRIGGER shop_orderevent_undisputed BEFORE INSERT ON shop_orderevent
WHEN (NEW.transition IN ('dispute_dropped', 'dispute_answered', 'offer_declined', 'offer_accepted')
        OR NEW.transition = 'refunded' AND NEW.actor_kind = 'operator')
    AND NOT EXISTS (SELECT 1 FROM shop_dispute WHERE order_id = NEW.order_id AND closed_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'shop_orderevent: no dispute is open'); END;

CREATE TRIGGER shop_orderevent_asked_once BEFORE INSERT ON shop_orderevent
WHEN NEW.transition = 'cancel_requested'
    AND EXISTS (SELECT 1 FROM shop_orderevent WHERE order_id = NEW.order_id AND transition = 'cancel_requested')
BEGIN SELECT RAISE(ABORT, 'shop_orderevent: a buyer asks once to cancel'); END;

CREATE TRIGGER shop_orderevent_unasked BEFORE INSERT ON shop_orderevent
WHEN NEW.transition = 'cancel_declined' AND (
        NOT EXISTS (SELECT 1 FROM shop_orderevent WHERE order_id = NEW.order_id AND transition = 'cancel_requested')
        OR EXISTS (SELECT 1 FROM shop_orderevent WHERE order_id = NEW.order_id AND transition = 'cancel_declined')
    )
BEGIN SELECT RAISE(ABORT, 'shop_orderevent: what was asked is declined, and once'); END;

CREATE TRIGGER shop_orderevent_answered BEFORE INSERT ON shop_orderevent
WHEN NEW.transition = 'dispute_answered' AND (
        NEW.reason = '' OR typeof(NEW.evidence ->> 'amount_sen') <> 'integer' OR NEW.evidence ->> 'amount_sen' < 0
        OR (SELECT count(*) FROM shop_orderevent WHERE order_id = NEW.order_id AND transition = 'dispute_answered') >= 5
    )
BEGIN SELECT RAISE(ABORT, 'shop_orderevent: five answers at most, each with words and an amount'); END;

CREATE TRIGGER shop_orderevent_offered BEFORE INSERT ON shop_orderevent
WHEN NEW.transition IN ('offer_declined', 'offer_accepted') AND NOT EXISTS (
        SELECT 1 FROM shop_orderevent e
        WHERE e.order_id = NEW.order_id AND e.transition = 'dispute_answered'
            AND e.seq = NEW.evidence ->> 'offer' AND e.evidence ->> 'amount_sen' = NEW.evidence ->> 'amount_sen'
            AND e.evidence ->> 'amount_sen' > 0 AND NOT EXISTS (
                SELECT 1 FROM shop_orderevent x WHERE x.order_id = e.order_id AND x.seq > e.seq AND x.transition IN
                    ('dispute_opened', 'dispute_dropped', 'dispute_answered', 'offer_declined', 'offer_accepted', 'refunded')
            )
    )
BEGIN SELECT RAISE(ABORT, 'shop_orderevent: no such offer stands'); END;

CREATE TRIGGER shop_orderline_unchanged BEFORE UPDATE ON shop_orderline
BEGIN SELECT RAISE(ABORT, 'shop_orderline: is append-only'); END;

CREATE TRIGGER shop_orderline_undeleted BEFORE DELETE ON shop_orderline
BEGIN SELECT RAISE(ABORT, 'shop_orderline: is append-only'); END;

CREATE TRIGGER shop_orderline_once BEFORE INSERT ON shop_orderline
WHEN EXISTS (SELECT 1 FROM shop_orderline WHERE order_id = NEW.order_id AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'shop_orderline: is append-only'); END;

CREATE TRIGGER shop_orderline_whole BEFORE INSERT ON shop_orderline
WHEN typeof(NEW.price_sen) <> 'integer' OR typeof(NEW.quantity) <> 'integer' OR typeof(NEW.total_sen) <> 'integer'
BEGIN SELECT RAISE(ABORT, 'shop_orderline: whole sen only'); END;

CREATE TRIGGER shop_attempt_final BEFORE UPDATE ON shop_attempt
BEGIN SELECT RAISE(ABORT, 'shop_attempt: an answer is final'); END;

CREATE TRIGGER shop_attempt_undeleted BEFORE DELETE ON shop_attempt
BEGIN SELECT RAISE(ABORT, 'shop_attempt: an answer is kept for ever'); END;

CREATE TRIGGER shop_attempt_once BEFORE INSERT ON shop_attempt
WHEN EXISTS (SELECT 1 FROM shop_attempt WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM shop_attempt WHERE purchase = NEW.purchase)
    OR EXISTS (SELECT 1 FROM shop_attempt WHERE buyer_id = NEW.buyer_id AND idempotency_key = NEW.idempotency_key)
BEGIN SELECT RAISE(ABORT, 'shop_attempt: an answer is final'); END;

CREATE TRIGGER shop_ordercounter_undeleted BEFORE DELETE ON shop_ordercounter
BEGIN SELECT RAISE(ABORT, 'shop_ordercounter: is never deleted'); END;

CREATE TRIGGER shop_ordercounter_once BEFORE INSERT ON shop_ordercounter
WHEN EXISTS (SELECT 1 FROM shop_ordercounter WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM shop_ordercounter WHERE user_id = NEW.user_id AND user_id IS NOT NULL)
    OR EXISTS (SELECT 1 FROM shop_ordercounter WHERE shop_id = NEW.shop_id AND shop_id IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'shop_ordercounter: is never replaced'); END;

CREATE TRIGGER shop_ordercounter_only_grows BEFORE UPDATE ON shop_ordercounter
WHEN NEW.user_id IS NOT OLD.user_id OR NEW.shop_id IS NOT OLD.shop_id OR NEW.orders < OLD.orders
    OR NEW.shop_id IS NOT NULL AND NEW.orders > OLD.orders + 1 OR NEW.rev <> OLD.rev + max(1, NEW.orders - OLD.orders)
BEGIN SELECT RAISE(ABORT, 'shop_ordercounter: numbers each order that it counts'); END;

CREATE TRIGGER shop_shipment_undeleted BEFORE DELETE ON shop_shipment
BEGIN SELECT RAISE(ABORT, 'shop_shipment: is never deleted'); END;

CREATE TRIGGER shop_shipment_once BEFORE INSERT ON shop_shipment
WHEN EXISTS (SELECT 1 FROM shop_shipment WHERE order_id = NEW.order_id)
BEGIN SELECT RAISE(ABORT, 'shop_shipment: is never replaced'); END;

CREATE TRIGGER shop_shipment_identity BEFORE UPDATE ON shop_shipment
WHEN (NEW.order_id, NEW.shipped_at) <> (OLD.order_id, OLD.shipped_at) OR OLD.delivered_source = 'courier'
BEGIN SELECT RAISE(ABORT, 'shop_shipment: the parcel does not change, and the courier has the last word'); END;

CREATE TRIGGER shop_shipment_corrected BEFORE UPDATE ON shop_shipment
WHEN (NEW.courier, NEW.resi) <> (OLD.courier, OLD.resi) AND NOT EXISTS (
        SELECT 1 FROM shop_order o JOIN shop_orderevent e ON e.order_id = o.public_id AND e.seq = o.version
        WHERE o.public_id = NEW.order_id AND e.transition = 'resi_corrected'
            AND e.evidence ->> 'courier' = NEW.courier AND e.evidence ->> 'resi' = NEW.resi
            AND e.evidence ->> 'was_courier' = OLD.courier AND e.evidence ->> 'was_resi' = OLD.resi
    )
BEGIN SELECT RAISE(ABORT, 'shop_shipment: is corrected with an event that tells it'); END;

CREATE TRIGGER shop_reviewcase_undeleted BEFORE DELETE ON shop_reviewcase
BEGIN SELECT RAISE(ABORT, 'shop_reviewcase: is never deleted'); END;

CREATE TRIGGER shop_reviewcase_once BEFORE INSERT ON shop_reviewcase
WHEN EXISTS (SELECT 1 FROM shop_reviewcase WHERE order_id = NEW.order_id)
BEGIN SELECT RAISE(ABORT, 'shop_reviewcase: is never replaced'); END;

CREATE TRIGGER shop_reviewcase_is_told BEFORE INSERT ON shop_reviewcase
WHEN NEW.closed_at IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM shop_order o JOIN shop_orderevent e ON e.order_id = o.public_id AND e.seq = o.version
        WHERE o.public_id = NEW.order_id AND e.transition = 'review_opened'
    )
BEGIN SELECT RAISE(ABORT, 'shop_reviewcase: is opened with an event that tells it'); END;

CREATE TRIGGER shop_reviewcase_closed_once BEFORE UPDATE ON shop_reviewcase
WHEN NEW.order_id <> OLD.order_id OR NEW.opened_at <> OLD.opened_at OR OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
    OR NOT EXISTS (SELECT 1 FROM shop_order WHERE public_id = NEW.order_id AND state IN ('completed', 'cancelled'))
BEGIN SELECT RAISE(ABORT, 'shop_reviewcase: is closed once, when its order has ended'); END;

CREATE TRIGGER shop_dispute_undeleted BEFORE DELETE ON shop_dispute
BEGIN SELECT RAISE(ABORT, 'shop_dispute: is never deleted'); END;

CREATE TRIGGER shop_dispute_once BEFORE INSERT ON shop_dispute
WHEN EXISTS (SELECT 1 FROM shop_dispute WHERE id = NEW.id OR order_id = NEW.order_id AND closed_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'shop_dispute: is never replaced'); END;

CREATE TRIGGER shop_dispute_limited BEFORE INSERT ON shop_dispute
WHEN (SELECT count(*) FROM shop_dispute WHERE order_id = NEW.order_id) >= 2
BEGIN SELECT RAISE(ABORT, 'shop_dispute: an order has two at most'); END;

CREATE TRIGGER shop_dispute_is_told BEFORE INSERT ON shop_dispute
WHEN NEW.closed_at IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM shop_order o JOIN shop_orderevent e ON e.order_id = o.public_id AND e.seq = o.version
        WHERE o.public_id = NEW.order_id AND e.transition = 'dispute_opened'
    )
BEGIN SELECT RAISE(ABORT, 'shop_dispute: is opened with an event that tells it'); END;

CREATE TRIGGER shop_dispute_closed_once BEFORE UPDATE ON shop_dispute
WHEN NEW.id <> OLD.id OR NEW.order_id <> OLD.order_id OR NEW.opened_at <> OLD.opened_at OR OLD.closed_at IS NOT NULL
    OR NEW.closed_at IS NULL OR NOT EXISTS (
        SELECT 1 FROM shop_order o JOIN shop_orderevent e ON e.order_id = o.public_id AND e.seq = o.version
        WHERE o.public_id = NEW.order_id AND (e.transition = 'dispute_dropped' OR o.state IN ('completed', 'cancelled'))
    )
BEGIN SELECT RAISE(ABORT, 'shop_dispute: is closed once, with an event that tells it'); END;

CREATE TRIGGER shop_pendingpurchase_undeleted BEFORE DELETE ON shop_pendingpurchase
BEGIN SELECT RAISE(ABORT, 'shop_pendingpurchase: is never deleted'); END;

CREATE TRIGGER shop_pendingpurchase_once BEFORE INSERT ON shop_pendingpurchase
WHEN EXISTS (
    SELECT 1 FROM shop_pendingpurchase
    WHERE public_id = NEW.public_id OR buyer_id = NEW.buyer_id AND idempotency_key = NEW.idempotency_key
        OR buyer_id = NEW.buyer_id AND variant_id = NEW.variant_id AND state = 'open'
)
BEGIN SELECT RAISE(ABORT, 'shop_pendingpurchase: is never replaced'); END;

CREATE TRIGGER shop_pendingpurchase_begins_open BEFORE INSERT ON shop_pendingpurchase
WHEN NEW.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'shop_pendingpurchase: begins open'); END;

CREATE TRIGGER shop_pendingpurchase_whole BEFORE INSERT ON shop_pendingpurchase
WHEN typeof(NEW.price_sen) <> 'integer' OR typeof(NEW.total_sen) <> 'integer' OR typeof(NEW.quantity) <> 'integer'
BEGIN SELECT RAISE(ABORT, 'shop_pendingpurchase: whole sen and pieces only'); END;

CREATE TRIGGER shop_pendingpurchase_identity BEFORE UPDATE ON shop_pendingpurchase
WHEN (NEW.public_id, NEW.buyer_id, NEW.variant_id, NEW.product_name, NEW.variant_title, NEW.sku, NEW.price_sen, NEW.quantity,
    NEW.total_sen, NEW.address, NEW.note, NEW.idempotency_key, NEW.content_hash, NEW.created_at, NEW.expires_at)
    <> (OLD.public_id, OLD.buyer_id, OLD.variant_id, OLD.product_name, OLD.variant_title, OLD.sku, OLD.price_sen, OLD.quantity,
    OLD.total_sen, OLD.address, OLD.note, OLD.idempotency_key, OLD.content_hash, OLD.created_at, OLD.expires_at)
    OR NEW.device_id IS NOT OLD.device_id
BEGIN SELECT RAISE(ABORT, 'shop_pendingpurchase: what was agreed does not change'); END;

CREATE TRIGGER shop_pendingpurchase_closed_once BEFORE UPDATE ON shop_pendingpurchase
WHEN OLD.state <> 'open' OR NEW.state = 'open'
    OR (NEW.state = 'placed') <> EXISTS (SELECT 1 FROM shop_order WHERE public_id = NEW.public_id)
BEGIN SELECT RAISE(ABORT, 'shop_pendingpurchase: is closed once, as placed if its order was'); END;

CREATE TRIGGER shop_trackedparcel_undeleted BEFORE DELETE ON shop_trackedparcel
BEGIN SELECT RAISE(ABORT, 'shop_trackedparcel: is never deleted'); END;

CREATE TRIGGER shop_trackedparcel_once BEFORE INSERT ON shop_trackedparcel
WHEN EXISTS (SELECT 1 FROM shop_trackedparcel WHERE id = NEW.id OR courier = NEW.courier AND resi = NEW.resi)
BEGIN SELECT RAISE(ABORT, 'shop_trackedparcel: is never replaced'); END;

CREATE TRIGGER shop_trackedparcel_identity BEFORE UPDATE ON shop_trackedparcel
WHEN (NEW.id, NEW.courier, NEW.resi, NEW.named_at) <> (OLD.id, OLD.courier, OLD.resi, OLD.named_at)
BEGIN SELECT RAISE(ABORT, 'shop_trackedparcel: stays the same parcel'); END;

CREATE TRIGGER shop_checkpoint_unchanged BEFORE UPDATE ON shop_checkpoint
BEGIN SELECT RAISE(ABORT, 'shop_checkpoint: is append-only'); END;

CREATE TRIGGER shop_checkpoint_undeleted BEFORE DELETE ON shop_checkpoint
BEGIN SELECT RAISE(ABORT, 'shop_checkpoint: is append-only'); END;

CREATE TRIGGER shop_checkpoint_once BEFORE INSERT ON shop_checkpoint
WHEN EXISTS (SELECT 1 FROM shop_checkpoint WHERE id = NEW.id OR parcel_id = NEW.parcel_id AND raw_hash = NEW.raw_hash)
BEGIN SELECT RAISE(ABORT, 'shop_checkpoint: is append-only'); END;

CREATE TRIGGER shop_transition_unchanged BEFORE UPDATE ON shop_transition
BEGIN SELECT RAISE(ABORT, 'shop_transition: is changed by migrations alone'); END;

CREATE TRIGGER shop_transition_undeleted BEFORE DELETE ON shop_transition
BEGIN SELECT RAISE(ABORT, 'shop_transition: is changed by migrations alone'); END;

CREATE TRIGGER shop_transition_closed BEFORE INSERT ON shop_transition
BEGIN SELECT RAISE(ABORT, 'shop_transition: is changed by migrations alone'); END;
