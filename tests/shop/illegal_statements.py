"""Statements that the guards of products and orders refuse, by what they would do; ids are those of the scene in test_guards."""

# ruff: noqa: E501  # A statement is read best on one line.

from __future__ import annotations

MOVE = "UPDATE shop_order SET state = '{to}', version = version + 1, purchase_rev = purchase_rev + 1, sale_rev = sale_rev + 1 WHERE public_id = '{{order}}'"
EVENT = (
    "INSERT INTO shop_orderevent (order_id, seq, transition, from_state, to_state, actor_kind, actor_id, reason, evidence, at)"
    " SELECT '{{order}}', {seq}, '{name}', '{before}', '{after}', '{who}', NULL, '', '{{{{}}}}', at FROM shop_orderevent WHERE seq = 1 AND order_id = '{{order}}'"
)
CORRECTION = (
    "INSERT INTO shop_orderevent (order_id, seq, transition, from_state, to_state, actor_kind, actor_id, reason, evidence, at)"
    " SELECT '{sent}', 4, 'resi_corrected', 'shipped', 'shipped', 'merchant', {bo}, '',"
    """ '{{"courier": "JNE", "resi": "2", "was_courier": "JNE", "was_resi": "1"}}', at FROM shop_orderevent WHERE seq = 1 AND order_id = '{sent}'"""
)
DECISION = (
    "INSERT INTO shop_orderevent (order_id, seq, transition, from_state, to_state, actor_kind, actor_id, reason, evidence, at)"
    " SELECT '{{{of}}}', {seq}, 'completed', 'shipped', 'completed', '{who}', {actor}, '{reason}', '{{{{}}}}', at FROM shop_orderevent WHERE seq = 1 AND order_id = '{{order}}'"
)
DISPUTED = (
    "INSERT INTO shop_orderevent (order_id, seq, transition, from_state, to_state, actor_kind, actor_id, reason, evidence, at)"
    " SELECT '{{{of}}}', {seq}, '{name}', '{before}', '{after}', '{who}', {{bo}}, 'x', '{{{{}}}}', at FROM shop_orderevent WHERE seq = 1 AND order_id = '{{order}}'"
)
OFFER = (
    "INSERT INTO shop_orderevent (order_id, seq, transition, from_state, to_state, actor_kind, actor_id, reason, evidence, at)"
    " SELECT '{{offered}}', 6, '{name}', 'shipped', 'shipped', '{who}', {{ana}}, '{reason}', '{{{{{evidence}}}}}', at FROM shop_orderevent WHERE seq = 1 AND order_id = '{{order}}'"
)
VARIANT = (
    "INSERT INTO shop_variant (public_id, product_id, position, value_1, value_2, value_3, price_sen, sku, is_retired)"
    " SELECT public_id, {product}, 0, {values}, 100, '', {{false}} FROM shop_order LIMIT 1"
)
ACCEPTED = {"name": "offer_accepted", "who": "buyer", "reason": "", "evidence": '"offer": 5, "amount_sen": 1000000'}
ANSWERED = {"name": "dispute_answered", "who": "merchant", "reason": "maaf", "evidence": '"amount_sen": 1000000'}
CLOSE = "UPDATE shop_pendingpurchase SET state = '{state}', closed_at = created_at WHERE public_id = '{{{of}}}'"
DECIDED = {"of": "cased", "seq": 5, "who": "operator", "actor": "{bo}", "reason": "JNE: hilang"}
CHECKPOINT = (
    "INSERT INTO shop_checkpoint (parcel_id, source, raw_hash, raw, code, step, text, place, happened_at, received_at)"
    " SELECT parcel_id, '{source}', '{hash}', raw, 'DELIVERED', 'delivered', '', '', happened_at, received_at FROM shop_checkpoint"
)
ILLEGAL = {
    # Stock.
    "sold below nothing": "UPDATE shop_stock SET committed = committed + 100, version = version + 1 WHERE variant_id = {variant}",
    "pieces taken away that are sold": "UPDATE shop_stock SET on_hand = 0, version = version + 1 WHERE variant_id = {variant}",
    "negative pieces": "UPDATE shop_stock SET committed = -1, version = version + 1 WHERE variant_id = {variant}",
    "pieces that move unnumbered": "UPDATE shop_stock SET on_hand = on_hand + 1 WHERE variant_id = {variant}",
    "a number left out": "UPDATE shop_stock SET on_hand = on_hand + 1, version = version + 2 WHERE variant_id = {variant}",
    "stock of something else": "UPDATE shop_stock SET variant_id = 99, version = version + 1 WHERE variant_id = {variant}",
    "stock deleted": "DELETE FROM shop_stock WHERE variant_id = {variant}",
    "move changed": "UPDATE shop_stockmove SET quantity = 1",
    "move deleted": "DELETE FROM shop_stockmove WHERE seq = 1",
    "move that was not made": "INSERT INTO shop_stockmove (stock_id, seq, kind, quantity, reference, idempotency_key, at) SELECT stock_id, 99, kind, quantity, reference, 'x', at FROM shop_stockmove WHERE seq = 1",
    "move told twice": "INSERT INTO shop_stockmove (stock_id, seq, kind, quantity, reference, idempotency_key, at) SELECT stock_id, seq, kind, quantity, reference, 'x', at FROM shop_stockmove WHERE seq = 1",
    # Prices.
    "free goods": "UPDATE shop_variant SET price_sen = 0",
    "price below nothing": "UPDATE shop_variant SET price_sen = -100",
    "half a rupiah": "UPDATE shop_variant SET price_sen = 150",
    "price beyond counting": "UPDATE shop_variant SET price_sen = 100000000100",
    "price changed in silence": "UPDATE shop_variant SET price_sen = 100 WHERE id = {variant}",
    "price of the past changed": "UPDATE shop_pricechange SET price_sen = 9900000",
    "price of the past deleted": "DELETE FROM shop_pricechange",
    "price put in before another": "INSERT INTO shop_pricechange (variant_id, price_sen, at) VALUES ({variant}, 9900000, '2020-01-01 00:00:00+00:00')",
    "free price told": "INSERT INTO shop_pricechange (variant_id, price_sen, at) VALUES ({variant}, 0, '2099-01-01 00:00:00+00:00')",
    # Variants.
    "product deleted": "DELETE FROM shop_product WHERE id = {beside}",
    "four options": """UPDATE shop_product SET options = '[{{}}, {{}}, {{}}, {{}}]' WHERE id = {product}""",
    "variant deleted": "DELETE FROM shop_variant WHERE id = {unsold}",
    "variant of another product": "UPDATE shop_variant SET product_id = {beside} WHERE id = {variant}",
    "variant under another number": "UPDATE shop_variant SET public_id = (SELECT public_id FROM shop_order LIMIT 1) WHERE id = {variant}",
    "combination offered twice": VARIANT.format(product="{product}", values="'', '', ''"),
    "value without the one before": VARIANT.format(product="{product}", values="'', 'M', ''"),
    "more variants than a page shows": VARIANT.format(product="{full}", values="'x', '', ''"),
    "more variants than a page shows come back": "UPDATE shop_variant SET is_retired = {false} WHERE product_id = {full}",
    "state of a product that nobody knows": "UPDATE shop_product SET state = 'gone'",
    # Parcels as couriers track them.
    "tracked parcel deleted": "DELETE FROM shop_trackedparcel WHERE resi = '1'",
    "tracked parcel that becomes another": "UPDATE shop_trackedparcel SET resi = '2' WHERE resi = '1'",
    "tracked parcel of another courier": "UPDATE shop_trackedparcel SET courier = 'TIKI' WHERE resi = '1'",
    "tracked parcel named earlier": "UPDATE shop_trackedparcel SET named_at = '2020-01-01 00:00:00' WHERE resi = '1'",
    "tracked parcel twice": "INSERT INTO shop_trackedparcel (courier, resi, named_at, failures) SELECT courier, resi, named_at, 0 FROM shop_trackedparcel",
    "checkpoint changed": "UPDATE shop_checkpoint SET code = 'DELIVERED', step = 'delivered'",
    "checkpoint deleted": "DELETE FROM shop_checkpoint",
    "checkpoint told twice": CHECKPOINT.format(source="push", hash="a" * 64),
    "checkpoint of nobody": CHECKPOINT.format(source="shop", hash="b" * 64),
    "silence that nobody counts": "INSERT INTO shop_courierhealth (courier, turn_at, silent_since, failures, last_error) SELECT courier, named_at, named_at, 0, '' FROM shop_trackedparcel",
    # Orders: moves that are not in the table, or that nobody told.
    "from accepted to completed": MOVE.format(to="completed"),
    "from accepted to delivered": MOVE.format(to="delivered"),
    "back to paid": MOVE.format(to="paid"),
    "to a state that nobody knows": MOVE.format(to="lost"),
    "legal, and told by nobody": MOVE.format(to="packed"),
    "two versions at once": "UPDATE shop_order SET version = version + 2, purchase_rev = 99, sale_rev = 99 WHERE public_id = '{order}'",
    "no version": "UPDATE shop_order SET state = 'packed' WHERE public_id = '{order}'",
    "completed order taken back": MOVE.format(to="cancelled").replace("{order}", "{done}"),
    "cheaper afterwards": "UPDATE shop_order SET items_sen = 100, total_sen = 100, version = version + 1 WHERE public_id = '{order}'",
    "another buyer": "UPDATE shop_order SET buyer_id = {bo} WHERE public_id = '{order}'",
    "another purchase": "UPDATE shop_order SET purchase = public_id, version = version + 1 WHERE public_id = '{order}'",
    "discounted afterwards": "UPDATE shop_order SET discount_sen = 100, total_sen = total_sen - 100, version = version + 1 WHERE public_id = '{order}'",
    "another address": "UPDATE shop_order SET address = '{{}}' WHERE public_id = '{order}'",
    "order deleted": "DELETE FROM shop_order WHERE public_id = '{order}'",
    "order that begins completed": (
        "INSERT INTO shop_order (public_id, number, purchase, state, cancelled_by, version, shop_name, shop_town, items_sen, discount_sen, shipping_sen,"
        " total_sen, subsidy_sen, shipping_option, fee_rule, address, note, placed_at, changed_at, purchase_rev, sale_rev, buyer_id, shop_id, placing_device_id)"
        " SELECT '01890000000070008000000000000000', 'NS-1', purchase, state, cancelled_by, version, shop_name, shop_town, items_sen, discount_sen, shipping_sen,"
        " total_sen, subsidy_sen, shipping_option, fee_rule, address, note, placed_at, changed_at, purchase_rev, sale_rev, buyer_id, shop_id, placing_device_id"
        " FROM shop_order WHERE public_id = '{done}'"
    ),
    "line changed": "UPDATE shop_orderline SET price_sen = 100, total_sen = 200 WHERE order_id = '{order}'",
    "line deleted": "DELETE FROM shop_orderline WHERE order_id = '{order}'",
    # Events: what did not happen, or was not theirs to do.
    "event of an illegal move": EVENT.format(seq=3, name="completed", before="accepted", after="completed", who="buyer"),
    "event by whom it is not for": EVENT.format(seq=3, name="packed", before="accepted", after="packed", who="buyer"),
    "event under another name": EVENT.format(seq=3, name="shipped", before="accepted", after="packed", who="merchant"),
    "event from another state": EVENT.format(seq=3, name="accepted", before="paid", after="accepted", who="merchant"),
    "event ahead of time": EVENT.format(seq=4, name="packed", before="accepted", after="packed", who="merchant"),
    "event told twice": EVENT.format(seq=2, name="packed", before="accepted", after="packed", who="merchant"),
    "beginning told again": EVENT.format(seq=3, name="placed", before="", after="paid", who="buyer"),
    "event changed": "UPDATE shop_orderevent SET actor_kind = 'system'",
    "event deleted": "DELETE FROM shop_orderevent WHERE order_id = '{order}' AND seq = 2",
    # Decisions of an operator.
    "decided by nobody in person": DECISION.format(**DECIDED | {"actor": "NULL"}),
    "decided without a reason": DECISION.format(**DECIDED | {"reason": ""}),
    "decided without a case": DECISION.format(**DECIDED | {"of": "sent", "seq": 4}),
    "decided by the courier": DECISION.format(**DECIDED | {"who": "courier"}),
    "decided by the merchant": DECISION.format(**DECIDED | {"who": "merchant"}),
    "decided by the clock": DECISION.format(**DECIDED | {"who": "system"}),
    "case opened in silence": "INSERT INTO shop_reviewcase (order_id, opened_at) SELECT '{sent}', at FROM shop_orderevent WHERE seq = 1 AND order_id = '{sent}'",
    "case opened again": "INSERT INTO shop_reviewcase (order_id, opened_at) SELECT order_id, opened_at FROM shop_reviewcase",
    "case closed while its order goes on": "UPDATE shop_reviewcase SET closed_at = opened_at",
    "case of another order": "UPDATE shop_reviewcase SET order_id = '{sent}'",
    "case deleted": "DELETE FROM shop_reviewcase",
    # Disputes.
    "disputed order completed by the clock": DISPUTED.format(name="completed", after="completed", who="system", seq=6, of="disputed", before="delivered"),
    "dispute told twice": DISPUTED.format(name="dispute_opened", after="delivered", who="buyer", seq=6, of="disputed", before="delivered"),
    "dispute dropped that nobody opened": DISPUTED.format(name="dispute_dropped", after="shipped", who="buyer", seq=4, of="sent", before="shipped"),
    "part refunded by an operator without a dispute": DISPUTED.format(name="refunded", after="shipped", who="operator", seq=5, of="cased", before="shipped"),
    "second open dispute": "INSERT INTO shop_dispute (order_id, opened_at) SELECT order_id, opened_at FROM shop_dispute",
    "dispute opened in silence": "INSERT INTO shop_dispute (order_id, opened_at) SELECT '{sent}', opened_at FROM shop_dispute",
    "dispute closed in silence": "UPDATE shop_dispute SET closed_at = opened_at",
    "dispute of another order": "UPDATE shop_dispute SET order_id = '{sent}'",
    "dispute deleted": "DELETE FROM shop_dispute",
    # Offers.
    "offer accepted of another amount": OFFER.format(**ACCEPTED | {"evidence": '"offer": 5, "amount_sen": 2000000'}),
    "offer accepted that was never made": OFFER.format(**ACCEPTED | {"evidence": '"offer": 4, "amount_sen": 1000000'}),
    "offer accepted that nobody names": OFFER.format(**ACCEPTED | {"evidence": ""}),
    "offer accepted by the merchant": OFFER.format(**ACCEPTED | {"who": "merchant"}),
    "offer accepted by an operator": OFFER.format(**ACCEPTED | {"who": "operator"}),
    "offer accepted where none was made": OFFER.format(**ACCEPTED).replace("{offered}", "{disputed}").replace("'shipped'", "'delivered'"),
    "offer accepted without a dispute": OFFER.format(**ACCEPTED).replace("{offered}', 6", "{sent}', 4"),
    "offer declined of another amount": OFFER.format(**ACCEPTED | {"name": "offer_declined", "evidence": '"offer": 5, "amount_sen": 1'}),
    "answer without words": OFFER.format(**ANSWERED | {"reason": ""}),
    "answer without an amount": OFFER.format(**ANSWERED | {"evidence": ""}),
    "answer below nothing": OFFER.format(**ANSWERED | {"evidence": '"amount_sen": -100'}),
    "answer of half a sen": OFFER.format(**ANSWERED | {"evidence": '"amount_sen": 0.5'}),
    "answer by the buyer": OFFER.format(**ANSWERED | {"who": "buyer"}),
    "answer without a dispute": OFFER.format(**ANSWERED).replace("{offered}', 6", "{sent}', 4"),
    # Purchases that a bank is to pay.
    "purchase placed without its order": CLOSE.format(state="placed", of="waiting"),
    "purchase opened again": "UPDATE shop_pendingpurchase SET state = 'open', closed_at = NULL WHERE public_id = '{given_up}'",
    "purchase ended twice": CLOSE.format(state="expired", of="given_up"),
    "purchase ended at no time": "UPDATE shop_pendingpurchase SET state = 'expired' WHERE public_id = '{waiting}'",
    "cheaper purchase": "UPDATE shop_pendingpurchase SET price_sen = 100, total_sen = 100 WHERE public_id = '{waiting}'",
    "purchase of somebody else": "UPDATE shop_pendingpurchase SET buyer_id = {bo} WHERE public_id = '{waiting}'",
    "purchase that waits longer": "UPDATE shop_pendingpurchase SET expires_at = '2099-01-01' WHERE public_id = '{waiting}'",
    "purchase deleted": "DELETE FROM shop_pendingpurchase",
    "pieces held below nothing": "UPDATE shop_stock SET held = -1, version = version + 1 WHERE variant_id = {variant}",
    "pieces held that are not there": "UPDATE shop_stock SET held = held + 100, version = version + 1 WHERE variant_id = {variant}",
    # The rest of what was said once.
    "answer changed": "UPDATE shop_attempt SET code = 'x'",
    "answer forgotten": "DELETE FROM shop_attempt",
    "answered twice": "INSERT INTO shop_attempt (buyer_id, idempotency_key, content_hash, outcome, code, params, answered_at) SELECT buyer_id, idempotency_key, 'other', 'refused', 'x', params, answered_at FROM shop_attempt",
    "placed without an order": "INSERT INTO shop_attempt (buyer_id, idempotency_key, content_hash, outcome, code, params, answered_at) SELECT buyer_id, 'new', '', 'placed', '', params, answered_at FROM shop_attempt",
    "orders forgotten": "UPDATE shop_ordercounter SET orders = 0, unfinished = 0, rev = rev + 1",
    "orders counted that no number tells": "UPDATE shop_ordercounter SET orders = orders + 2, unfinished = unfinished + 2, rev = rev + 1 WHERE user_id IS NOT NULL",
    "two orders at once of a shop": "UPDATE shop_ordercounter SET orders = orders + 2, unfinished = unfinished + 2, rev = rev + 2 WHERE shop_id IS NOT NULL",
    "orders counted unnumbered": "UPDATE shop_ordercounter SET unfinished = 0",
    "counter deleted": "DELETE FROM shop_ordercounter",
    "parcel exchanged": "UPDATE shop_shipment SET resi = 'other'",
    "parcel corrected in silence": "UPDATE shop_shipment SET resi = '2' WHERE order_id = '{sent}'",
    "parcel of another courier in silence": "UPDATE shop_shipment SET courier = 'TIKI' WHERE order_id = '{sent}'",
    "parcel corrected by the buyer": CORRECTION.replace("'merchant'", "'buyer'"),
    "parcel deleted": "DELETE FROM shop_shipment",
    "a new move": "INSERT INTO shop_transition (name, from_state, to_state, who) VALUES ('completed', 'paid', 'completed', 'merchant')",
    "a move for somebody else": "UPDATE shop_transition SET who = 'merchant' WHERE name = 'completed'",
    "a move less": "DELETE FROM shop_transition WHERE name = 'cancelled'",
}  # fmt: skip
ILLEGAL_ON_SQLITE = {
    "half a piece": "UPDATE shop_stock SET on_hand = on_hand + 0.5, version = version + 1 WHERE variant_id = {variant}",
    "product replaced": "INSERT OR REPLACE INTO shop_product SELECT * FROM shop_product",
    "price replaced": "INSERT OR REPLACE INTO shop_pricechange SELECT * FROM shop_pricechange",
    "variant replaced": "INSERT OR REPLACE INTO shop_variant SELECT * FROM shop_variant",
    "stock replaced": "INSERT OR REPLACE INTO shop_stock SELECT * FROM shop_stock",
    "move replaced": "INSERT OR REPLACE INTO shop_stockmove SELECT * FROM shop_stockmove",
    "order replaced": "INSERT OR REPLACE INTO shop_order SELECT * FROM shop_order",
    "event replaced": "INSERT OR REPLACE INTO shop_orderevent SELECT * FROM shop_orderevent",
    "line replaced": "INSERT OR REPLACE INTO shop_orderline SELECT * FROM shop_orderline",
    "answer replaced": "INSERT OR REPLACE INTO shop_attempt SELECT * FROM shop_attempt",
    "counter replaced": "INSERT OR REPLACE INTO shop_ordercounter SELECT * FROM shop_ordercounter",
    "case replaced": "INSERT OR REPLACE INTO shop_reviewcase SELECT * FROM shop_reviewcase",
    "dispute replaced": "INSERT OR REPLACE INTO shop_dispute SELECT * FROM shop_dispute",
    "purchase replaced": "INSERT OR REPLACE INTO shop_pendingpurchase SELECT * FROM shop_pendingpurchase",
    "tracked parcel replaced": "INSERT OR REPLACE INTO shop_trackedparcel SELECT * FROM shop_trackedparcel",
    "checkpoint replaced": "INSERT OR REPLACE INTO shop_checkpoint SELECT * FROM shop_checkpoint",
    "parcel replaced": "INSERT OR REPLACE INTO shop_shipment SELECT * FROM shop_shipment",
}
