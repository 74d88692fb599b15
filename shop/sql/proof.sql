-- Every invariant of goods and orders as a query that names the rows which break it: (row, detail).

-- rule: every product sells a variant
SELECT 'product ' || p.public_id, 'sells none' FROM shop_product p
WHERE NOT EXISTS (SELECT 1 FROM shop_variant v WHERE v.product_id = p.id AND NOT v.is_retired);

-- rule: a variant that is sold has a value of each option
SELECT 'variant ' || v.public_id, v.value_1 || ', ' || v.value_2 || ', ' || v.value_3
FROM shop_variant v JOIN shop_product p ON p.id = v.product_id
WHERE NOT v.is_retired AND (
    (v.value_1 <> '') <> (p.options ->> 0 IS NOT NULL) OR (v.value_2 <> '') <> (p.options ->> 1 IS NOT NULL)
    OR (v.value_3 <> '') <> (p.options ->> 2 IS NOT NULL)
);

-- rule: a variant costs what its newest price says
SELECT 'variant ' || v.public_id, v.price_sen || ', told ' || coalesce(c.price_sen, 0)
FROM shop_variant v LEFT JOIN shop_pricechange c ON c.id = (
    SELECT max(x.id) FROM shop_pricechange x WHERE x.variant_id = v.id
)
WHERE v.price_sen <> coalesce(c.price_sen, 0);

-- rule: a stock stands where its moves left it
SELECT 'stock of product ' || p.slug || ', variant ' || v.id, 'on hand ' || s.on_hand || ', held ' || s.held || ', committed ' || s.committed || ', version ' || s.version
FROM shop_stock s JOIN shop_variant v ON v.id = s.variant_id JOIN shop_product p ON p.id = v.product_id LEFT JOIN (
    SELECT stock_id, count(*) AS n, max(seq) AS newest,
        sum(CASE kind WHEN 'set' THEN quantity WHEN 'ship' THEN -quantity ELSE 0 END) AS on_hand,
        sum(CASE kind WHEN 'hold' THEN quantity WHEN 'unhold' THEN -quantity ELSE 0 END) AS held,
        sum(CASE kind WHEN 'commit' THEN quantity WHEN 'release' THEN -quantity WHEN 'ship' THEN -quantity ELSE 0 END) AS committed
    FROM shop_stockmove GROUP BY stock_id
) m ON m.stock_id = s.variant_id
WHERE s.on_hand <> coalesce(m.on_hand, 0) OR s.committed <> coalesce(m.committed, 0) OR s.held <> coalesce(m.held, 0)
    OR s.version <> coalesce(m.n, 0) OR s.version <> coalesce(m.newest, 0);

-- rule: what is committed is what orders wait to send
SELECT 'stock of product ' || p.slug || ', variant ' || v.id, 'committed ' || s.committed || ', in orders ' || coalesce(o.pieces, 0)
FROM shop_stock s JOIN shop_variant v ON v.id = s.variant_id JOIN shop_product p ON p.id = v.product_id LEFT JOIN (
    SELECT l.variant_id, sum(l.quantity) AS pieces
    FROM shop_orderline l JOIN shop_order x ON x.public_id = l.order_id
    WHERE x.state IN ('paid', 'accepted', 'packed') GROUP BY l.variant_id
) o ON o.variant_id = s.variant_id
WHERE s.committed <> coalesce(o.pieces, 0);

-- rule: what is held is what purchases wait to pay
SELECT 'stock of product ' || p.slug || ', variant ' || v.id, 'held ' || s.held || ', in purchases ' || coalesce(w.pieces, 0)
FROM shop_stock s JOIN shop_variant v ON v.id = s.variant_id JOIN shop_product p ON p.id = v.product_id LEFT JOIN (
    SELECT variant_id, sum(quantity) AS pieces FROM shop_pendingpurchase WHERE state = 'open' GROUP BY variant_id
) w ON w.variant_id = s.variant_id
WHERE s.held <> coalesce(w.pieces, 0);

-- rule: a purchase that was paid from outside led to its order, and no other did
SELECT 'purchase ' || w.public_id, w.state || ', order of ' || coalesce(o.total_sen, 0) || ', purchase of ' || w.total_sen
FROM shop_pendingpurchase w LEFT JOIN shop_order o ON o.public_id = w.public_id
WHERE CASE WHEN w.state = 'placed' THEN o.public_id IS NULL OR o.buyer_id <> w.buyer_id OR o.total_sen <> w.total_sen
    ELSE o.public_id IS NOT NULL END;

-- rule: an order is the sum of its lines
SELECT 'order ' || o.number, 'items ' || o.items_sen || ', lines ' || coalesce(l.total, 0)
FROM shop_order o LEFT JOIN (
    SELECT order_id, sum(total_sen) AS total FROM shop_orderline GROUP BY order_id
) l ON l.order_id = o.public_id
WHERE o.items_sen <> coalesce(l.total, 0);

-- rule: an order stands where its events left it
SELECT 'order ' || o.number, o.state || ' at version ' || o.version || ', events ' || coalesce(e.n, 0)
FROM shop_order o LEFT JOIN (
    SELECT order_id, count(*) AS n, max(seq) AS newest FROM shop_orderevent GROUP BY order_id
) e ON e.order_id = o.public_id
LEFT JOIN shop_orderevent x ON x.order_id = o.public_id AND x.seq = o.version
WHERE o.version <> coalesce(e.n, 0) OR o.version <> coalesce(e.newest, 0) OR coalesce(x.to_state, '') <> o.state;

-- rule: each event continues from the one before
SELECT 'event ' || e.seq || ' of order ' || o.number, e.from_state || ' to ' || e.to_state
FROM shop_orderevent e JOIN shop_order o ON o.public_id = e.order_id
LEFT JOIN shop_orderevent b ON b.order_id = e.order_id AND b.seq = e.seq - 1
WHERE e.from_state <> coalesce(b.to_state, '')
    OR NOT EXISTS (
        SELECT 1 FROM shop_transition t
        WHERE t.from_state = e.from_state AND t.to_state = e.to_state AND t.name = e.transition AND t.who = e.actor_kind
    );

-- rule: an order that was cancelled says by whom, as its last event does
SELECT 'order ' || o.number, 'cancelled by ' || o.cancelled_by || ', event by ' || e.actor_kind
FROM shop_order o JOIN shop_orderevent e ON e.order_id = o.public_id AND e.seq = o.version
WHERE o.state = 'cancelled' AND o.cancelled_by <> CASE e.actor_kind WHEN 'system' THEN 'expired' ELSE e.actor_kind END;

-- rule: a buyer's counter is the number of their orders
SELECT 'counter of buyer ' || c.user_id, c.orders || ' orders, ' || c.unfinished || ' unfinished; rows ' || coalesce(o.n, 0) || ', ' || coalesce(o.unfinished, 0)
FROM shop_ordercounter c LEFT JOIN (
    SELECT buyer_id, count(*) AS n, sum(CASE WHEN state IN ('completed', 'cancelled') THEN 0 ELSE 1 END) AS unfinished,
        max(purchase_rev) AS rev
    FROM shop_order GROUP BY buyer_id
) o ON o.buyer_id = c.user_id
WHERE c.user_id IS NOT NULL
    AND (c.orders <> coalesce(o.n, 0) OR c.unfinished <> coalesce(o.unfinished, 0) OR c.rev <> coalesce(o.rev, 0));

-- rule: a shop's counter is the number of its orders
SELECT 'counter of shop ' || s.handle, c.orders || ' orders, ' || c.unfinished || ' unfinished; rows ' || coalesce(o.n, 0) || ', ' || coalesce(o.unfinished, 0)
FROM shop_shop s LEFT JOIN shop_ordercounter c ON c.shop_id = s.id LEFT JOIN (
    SELECT shop_id, count(*) AS n, sum(CASE WHEN state IN ('completed', 'cancelled') THEN 0 ELSE 1 END) AS unfinished,
        max(sale_rev) AS rev
    FROM shop_order GROUP BY shop_id
) o ON o.shop_id = s.id
WHERE c.id IS NULL OR c.orders <> coalesce(o.n, 0) OR c.unfinished <> coalesce(o.unfinished, 0) OR c.rev <> coalesce(o.rev, 0);

-- rule: every buyer has a counter
SELECT 'order ' || o.number, 'its buyer has none'
FROM shop_order o LEFT JOIN shop_ordercounter c ON c.user_id = o.buyer_id
WHERE c.id IS NULL;

-- rule: an order was answered under the key it was asked with
SELECT 'order ' || o.number, 'no attempt led to it'
FROM shop_order o LEFT JOIN shop_attempt a ON a.purchase = o.purchase
WHERE a.id IS NULL OR a.outcome <> 'placed' OR a.buyer_id <> o.buyer_id;

-- rule: what was answered as placed has an order
SELECT 'attempt ' || a.id, 'no order of its purchase'
FROM shop_attempt a LEFT JOIN shop_order o ON o.purchase = a.purchase
WHERE a.outcome = 'placed' AND o.public_id IS NULL;

-- rule: a timer waits only where it could still do something
SELECT 'timer of order ' || o.number, t.kind || ' waits while the order is ' || o.state
FROM shop_ordertimer t JOIN shop_order o ON o.public_id = t.order_id
WHERE t.state = 'waiting' AND NOT (
    t.kind = 'accept' AND o.state = 'paid' OR t.kind = 'ship' AND o.state IN ('accepted', 'packed')
    OR t.kind = 'complete' AND o.state = 'delivered' OR t.kind = 'review' AND o.state IN ('shipped', 'delivered')
);

-- rule: a timer waits wherever somebody else could let an order lie
SELECT 'order ' || o.number, o.state || ', and no timer waits'
FROM shop_order o LEFT JOIN shop_shipment p ON p.order_id = o.public_id
WHERE (o.state IN ('paid', 'accepted', 'packed') OR o.state = 'delivered' AND p.delivered_source = 'courier')
    AND NOT EXISTS (SELECT 1 FROM shop_ordertimer t WHERE t.order_id = o.public_id AND t.state = 'waiting')
    AND NOT EXISTS (SELECT 1 FROM shop_dispute d WHERE d.order_id = o.public_id AND d.closed_at IS NULL)
    AND NOT (
        o.state = 'delivered'
        AND EXISTS (SELECT 1 FROM shop_reviewcase c WHERE c.order_id = o.public_id AND c.closed_at IS NULL)
    );

-- rule: a clock runs, or an operator is asked, wherever a parcel is on its way or only the shop says that it arrived
SELECT 'order ' || o.number, o.state || ', no timer waits and no case is open'
FROM shop_order o LEFT JOIN shop_shipment p ON p.order_id = o.public_id
WHERE (o.state = 'shipped' OR o.state = 'delivered' AND p.delivered_source = 'merchant')
    AND NOT EXISTS (SELECT 1 FROM shop_ordertimer t WHERE t.order_id = o.public_id AND t.state = 'waiting')
    AND NOT EXISTS (SELECT 1 FROM shop_reviewcase c WHERE c.order_id = o.public_id AND c.closed_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM shop_dispute d WHERE d.order_id = o.public_id AND d.closed_at IS NULL);

-- rule: a review case is open until its order ends, and no longer
SELECT 'case of order ' || o.number, CASE WHEN c.closed_at IS NULL THEN 'open' ELSE 'closed' END || ' while the order is ' || o.state
FROM shop_reviewcase c JOIN shop_order o ON o.public_id = c.order_id
WHERE (c.closed_at IS NULL) = (o.state IN ('completed', 'cancelled'));

-- rule: a review case stands for the one move that opened it, and an operator decides nothing else
SELECT 'order ' || o.number, e.opened || ' moves opened a case, ' || e.decided || ' decided one, ' || CASE WHEN c.order_id IS NULL THEN 'and there is none' ELSE 'and there is one' END
FROM shop_order o JOIN (
    SELECT order_id, sum(CASE WHEN transition = 'review_opened' THEN 1 ELSE 0 END) AS opened,
        sum(CASE WHEN transition = 'dispute_opened' THEN 1 ELSE 0 END) AS disputed,
        sum(CASE WHEN actor_kind = 'operator' AND transition <> 'refunded' THEN 1 ELSE 0 END) AS decided
    FROM shop_orderevent GROUP BY order_id
) e ON e.order_id = o.public_id LEFT JOIN shop_reviewcase c ON c.order_id = o.public_id
WHERE e.opened <> CASE WHEN c.order_id IS NULL THEN 0 ELSE 1 END OR e.decided > e.opened + e.disputed;

-- rule: what was sent has a parcel, and nothing else has one
SELECT 'order ' || o.number, o.state || ', parcel ' || coalesce(p.resi, 'none')
FROM shop_order o LEFT JOIN shop_shipment p ON p.order_id = o.public_id
WHERE (p.order_id IS NULL) = EXISTS (
    SELECT 1 FROM shop_orderevent e WHERE e.order_id = o.public_id AND e.transition = 'shipped'
);

-- rule: a parcel is called as the last move that named it says
SELECT 'order ' || o.number, 'parcel ' || p.courier || ' ' || p.resi
FROM shop_shipment p JOIN shop_order o ON o.public_id = p.order_id
JOIN shop_orderevent e ON e.order_id = p.order_id AND e.seq = (
    SELECT max(x.seq) FROM shop_orderevent x
    WHERE x.order_id = p.order_id AND x.transition IN ('shipped', 'resi_corrected')
)
WHERE coalesce(e.evidence ->> 'courier', '') <> p.courier OR coalesce(e.evidence ->> 'resi', '') <> p.resi;

-- rule: a dispute stands for the one event that opened it
SELECT 'order ' || o.number, e.opened || ' events opened a dispute, ' || e.dropped || ' dropped one'
FROM shop_order o JOIN (
    SELECT order_id, sum(CASE WHEN transition = 'dispute_opened' THEN 1 ELSE 0 END) AS opened,
        sum(CASE WHEN transition = 'dispute_dropped' THEN 1 ELSE 0 END) AS dropped
    FROM shop_orderevent WHERE transition IN ('dispute_opened', 'dispute_dropped') GROUP BY order_id
) e ON e.order_id = o.public_id
WHERE e.opened <> (SELECT count(*) FROM shop_dispute d WHERE d.order_id = o.public_id) OR e.dropped > e.opened;

-- rule: a dispute is open only in an order on its way, in which no timer waits
SELECT 'dispute of order ' || o.number, 'open while the order is ' || o.state
FROM shop_dispute d JOIN shop_order o ON o.public_id = d.order_id
WHERE d.closed_at IS NULL AND (
    o.state NOT IN ('shipped', 'delivered')
    OR EXISTS (SELECT 1 FROM shop_ordertimer t WHERE t.order_id = o.public_id AND t.state = 'waiting')
);

-- rule: an accepted offer ends its order in the next event
SELECT 'order ' || o.number, 'goes on after event ' || e.seq
FROM shop_orderevent e JOIN shop_order o ON o.public_id = e.order_id
LEFT JOIN shop_orderevent n ON n.order_id = e.order_id AND n.seq = e.seq + 1
WHERE e.transition = 'offer_accepted' AND coalesce(n.transition, '') NOT IN ('completed', 'cancelled');
