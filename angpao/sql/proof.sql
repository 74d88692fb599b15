-- Invariants of angpao: each query returns what violates its rule, as (row, detail).

-- rule: the slots of a packet are as many as it says, and their sum is its total
SELECT 'packet ' || p.id, count(s.id) || ' slots of ' || coalesce(sum(s.amount_sen), 0)
FROM angpao_packet p LEFT JOIN angpao_slot s ON s.packet_id = p.id
GROUP BY p.id, p.slot_count, p.total_sen
HAVING count(s.id) <> p.slot_count OR coalesce(sum(s.amount_sen), 0) <> p.total_sen;

-- rule: a packet is finished as soon as all of its slots are opened
SELECT 'packet ' || p.id, p.state || ', opened ' || count(s.opened_by_id)
FROM angpao_packet p JOIN angpao_slot s ON s.packet_id = p.id
GROUP BY p.id, p.state, p.slot_count
HAVING (p.state = 'finished') <> (count(s.opened_by_id) = p.slot_count);
