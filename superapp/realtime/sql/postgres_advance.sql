-- Number p_counts changes of what is these people's alone, and tell everybody's newest number, in their order: realtime/me.py
-- says the rest. Nobody is named twice. It locks their counters in the order of their ids until the commit; whoever calls has
-- taken all other locks.
CREATE OR REPLACE FUNCTION realtime_advance(p_users bigint[], p_counts bigint[]) RETURNS bigint[]
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $body$
DECLARE
    v_revs bigint[];
BEGIN
    PERFORM FROM unnest(p_users) AS n (user_id) JOIN realtime_me m ON m.user_id = n.user_id ORDER BY m.user_id FOR NO KEY UPDATE OF m;
    WITH advanced AS (
        UPDATE realtime_me m SET rev = m.rev + n.count
        FROM unnest(p_users, p_counts) WITH ORDINALITY AS n (user_id, count, place)
        WHERE m.user_id = n.user_id RETURNING n.place, m.rev
    )
    SELECT array_agg(rev ORDER BY place) INTO v_revs FROM advanced;
    IF cardinality(v_revs) IS DISTINCT FROM cardinality(p_users) THEN
        RAISE EXCEPTION 'realtime_me: somebody of % has no counter', p_users USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN v_revs;
END
$body$;

-- The same for one change of one person, without the cost of a set; its plan is made under the settings of the function that asks.
CREATE OR REPLACE FUNCTION realtime_advance_one(p_user bigint) RETURNS bigint
LANGUAGE plpgsql
AS $body$
DECLARE
    v_rev bigint;
BEGIN
    UPDATE realtime_me SET rev = rev + 1 WHERE user_id = p_user RETURNING rev INTO v_rev;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'realtime_me: % has no counter', p_user USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN v_rev;
END
$body$;
