-- The one writer of messages on PostgreSQL. chat/writers/log_sqlite.py takes the same steps on SQLite; a test holds the two equal.

-- Post a batch of messages, and answer for each in their order. p holds
--   places   the conversations, by public id; what follows names them, and the sides of those who post, by their place
--   entries  what is to be posted: n (its number, from 1), c (conversation), s (side of the sender), k (the first entry under
--            the same sender and client_id), and what it says; what is empty is left out
-- The answer holds
--   entries  [code or null, seq, rev, counted, sent_at, is_new]
--   present  by conversation with a new message, [place, user ids of all who are in it]
--   moved    by side whose read mark moved, [place, rev of topic me, read_seq, read_counted, own_since, preferences]
-- VOLATILE, as it is unless it says otherwise: each statement below sees what was committed before that statement began, not
-- before the wait for the locks.
CREATE OR REPLACE FUNCTION chat_append(p jsonb, p_now timestamptz, p_asks_leave boolean) RETURNS text
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $body$
DECLARE
    v_size int := jsonb_array_length(p->'entries');
    v_nothing bigint[] := array_fill(NULL::bigint, ARRAY[v_size]);  -- There are no more conversations or sides than entries.
    v_no boolean[] := array_fill(false, ARRAY[v_size]);
    -- By place of the conversation.
    v_conversation bigint[] := v_nothing;
    v_lower bigint[] := v_nothing;   -- The two people of a direct conversation.
    v_higher bigint[] := v_nothing;
    v_faced_lower bigint[] := v_nothing;  -- The two of one in which one of them talks under a face.
    v_faced_higher bigint[] := v_nothing;
    v_has_faces boolean := false;
    v_last bigint[] := v_nothing;
    v_rev bigint[] := v_nothing;
    v_counted bigint[] := v_nothing;
    v_is_admins_only boolean[] := v_no;
    v_is_open boolean[] := v_no;     -- Its people may write to each other.
    v_has_grown boolean[] := v_no;
    -- By place of the side.
    v_side bigint[] := v_nothing;
    v_user bigint[] := v_nothing;
    v_read bigint[] := v_nothing;
    v_read_counted bigint[] := v_nothing;
    v_own bigint[] := v_nothing;
    v_has_moved boolean[] := v_no;
    -- By entry.
    v_first int[] := array_fill(NULL::int, ARRAY[v_size]);  -- By k: the entry that was posted.
    v_hash text[] := array_fill(NULL::text, ARRAY[v_size]);
    v_code text[] := array_fill(NULL::text, ARRAY[v_size]);
    v_at_seq bigint[] := v_nothing;
    v_at_rev bigint[] := v_nothing;
    v_at_counted bigint[] := v_nothing;
    v_sent_at timestamptz[] := array_fill(p_now, ARRAY[v_size]);
    v_is_new boolean[] := v_no;
    v_is_any boolean := false;
    v_stamp bigint;
    v_movers bigint[];               -- Whose sides moved, how many of them, and everybody's newest number of topic me.
    v_moves bigint[];
    v_newest bigint[];
    v_present json;
    v_moved json;
    a record;
    e record;
BEGIN
    -- 1. The conversations, in the order of their ids, which is the same for everybody.
    FOR a IN
        SELECT u.place, x.id, CASE WHEN x.kind = 'direct' THEN x.direct_key END AS direct_key, x.is_admins_only,
            x.last_seq, x.rev, x.counted
        FROM jsonb_array_elements_text(p->'places') WITH ORDINALITY AS u (public_id, place)
        JOIN chat_conversation x ON x.public_id = u.public_id::uuid
        ORDER BY x.id FOR NO KEY UPDATE OF x
    LOOP
        v_conversation[a.place] := a.id;
        v_last[a.place] := a.last_seq; v_rev[a.place] := a.rev; v_counted[a.place] := a.counted;
        v_is_admins_only[a.place] := a.is_admins_only;
        v_is_open[a.place] := a.direct_key IS NULL OR NOT p_asks_leave;
        IF NOT v_is_open[a.place] THEN
            -- The third part names a face, such as a shop's.
            IF split_part(a.direct_key, ':', 3) = '' THEN
                v_lower[a.place] := split_part(a.direct_key, ':', 1);
                v_higher[a.place] := split_part(a.direct_key, ':', 2);
            ELSE
                v_has_faces := true;
                v_faced_lower[a.place] := split_part(a.direct_key, ':', 1);
                v_faced_higher[a.place] := split_part(a.direct_key, ':', 2);
            END IF;
        END IF;
    END LOOP;

    -- 2. Who may write to whom, looked at now that nothing of these conversations changes any more.
    FOR a IN SELECT place FROM accounts_accepted_pairs(v_lower, v_higher) AS place LOOP
        v_is_open[a.place] := true;
    END LOOP;
    IF v_has_faces THEN
        FOR a IN SELECT place FROM accounts_business_pairs(v_faced_lower, v_faced_higher) AS place LOOP
            v_is_open[a.place] := true;
        END LOOP;
    END IF;

    -- 3. Every entry in turn: a retry finds its message even after its sender left or was blocked.
    FOR e IN
        SELECT x.*, m.id AS side, m.role, m.is_silenced, m.from_seq, m.read_seq, m.read_counted, m.own_since,
            o.seq, o.rev, o.counted, o.sent_at, o.content_hash
        FROM jsonb_to_recordset(p->'entries') AS x (
            n int, c int, s int, k int, sender bigint, client_id text, hash text, kind text, counts boolean, reply_to bigint
        )
        -- OFFSET 0: by the key and nothing else, whatever the planner believes of a table that it has not looked at yet.
        LEFT JOIN LATERAL (
            SELECT * FROM chat_member WHERE conversation_id = v_conversation[x.c] AND user_id = x.sender OFFSET 0
        ) m ON m.until_seq IS NULL
        LEFT JOIN LATERAL (
            SELECT * FROM chat_message
            WHERE conversation_id = v_conversation[x.c] AND sender_id = x.sender AND client_id = x.client_id OFFSET 0
        ) o ON true
        ORDER BY x.n
    LOOP
        IF v_conversation[e.c] IS NULL THEN
            v_code[e.n] := 'chat.conversation_not_found';
        ELSIF e.content_hash IS NOT NULL THEN
            IF e.content_hash = e.hash THEN
                v_at_seq[e.n] := e.seq; v_at_rev[e.n] := e.rev; v_at_counted[e.n] := e.counted; v_sent_at[e.n] := e.sent_at;
            ELSE
                v_code[e.n] := 'chat.client_id_reused';
            END IF;
        ELSIF v_first[e.k] IS NOT NULL THEN
            IF v_hash[e.k] = e.hash THEN
                v_at_seq[e.n] := v_at_seq[v_first[e.k]];
                v_at_rev[e.n] := v_at_rev[v_first[e.k]];
                v_at_counted[e.n] := v_at_counted[v_first[e.k]];
            ELSE
                v_code[e.n] := 'chat.client_id_reused';
            END IF;
        ELSIF e.side IS NULL THEN
            v_code[e.n] := 'chat.conversation_not_found';
        ELSIF NOT v_is_open[e.c] THEN
            v_code[e.n] := 'chat.not_accepted';
        ELSIF p_asks_leave AND e.is_silenced THEN
            v_code[e.n] := 'chat.member_silenced';
        ELSIF p_asks_leave AND v_is_admins_only[e.c] AND e.role = 'member' THEN
            v_code[e.n] := 'chat.only_admins_write';
        ELSIF e.reply_to IS NOT NULL AND e.reply_to NOT BETWEEN e.from_seq AND v_last[e.c] THEN
            v_code[e.n] := 'chat.reply_not_found';
        ELSE
            IF e.counts THEN
                IF NOT v_has_moved[e.s] THEN
                    v_has_moved[e.s] := true;
                    v_side[e.s] := e.side; v_user[e.s] := e.sender;
                    v_read[e.s] := e.read_seq; v_read_counted[e.s] := e.read_counted; v_own[e.s] := e.own_since;
                END IF;
                -- One's own message moves the read mark only when nothing was unread before it.
                IF v_counted[e.c] - v_read_counted[e.s] - v_own[e.s] <= 0 THEN
                    v_read[e.s] := v_last[e.c] + 1; v_read_counted[e.s] := v_counted[e.c] + 1; v_own[e.s] := 0;
                ELSE
                    v_own[e.s] := v_own[e.s] + 1;
                END IF;
                v_counted[e.c] := v_counted[e.c] + 1;
            END IF;
            v_last[e.c] := v_last[e.c] + 1;
            v_rev[e.c] := v_rev[e.c] + 1;
            v_has_grown[e.c] := true;
            v_first[e.k] := e.n;
            v_hash[e.k] := e.hash;
            v_at_seq[e.n] := v_last[e.c]; v_at_rev[e.n] := v_rev[e.c]; v_at_counted[e.n] := v_counted[e.c];
            v_is_new[e.n] := true;
            v_is_any := true;
        END IF;
    END LOOP;

    IF v_is_any THEN
        -- 4. Store. Everybody's counter of topic me is taken last.
        v_stamp := pg_current_xact_id()::text::bigint;

        INSERT INTO chat_message (
            conversation_id, seq, rev, counted, sender_id, client_id, content_hash, kind, body, reply_to, card_type, card, event,
            extras, edits, sent_at
        )
        SELECT v_conversation[x.c], v_at_seq[x.n], v_at_rev[x.n], v_at_counted[x.n], x.sender, x.client_id, x.hash, x.kind,
            coalesce(x.body, ''), x.reply_to, coalesce(x.card_type, ''), x.card, x.event, x.extras, 0, p_now
        FROM jsonb_to_recordset(p->'entries') AS x (
            n int, c int, sender bigint, client_id text, hash text, kind text, body text, reply_to bigint, card_type text,
            card jsonb, event jsonb, extras jsonb
        ) WHERE v_is_new[x.n] ORDER BY x.n;

        UPDATE chat_conversation x
        SET last_seq = u.last_seq, rev = u.rev, counted = u.counted, changed = v_stamp
        FROM unnest(v_conversation, v_last, v_rev, v_counted, v_has_grown) AS u (id, last_seq, rev, counted, has_grown)
        WHERE x.id = u.id AND u.has_grown;

        SELECT array_agg(u.user_id ORDER BY u.user_id), array_agg(u.count ORDER BY u.user_id) INTO v_movers, v_moves
        FROM (SELECT user_id, count(*) FROM unnest(v_user, v_has_moved) AS w (user_id, has_moved) WHERE has_moved GROUP BY user_id) u;
        IF v_movers IS NOT NULL THEN
            v_newest := realtime_advance(v_movers, v_moves);
            WITH stored AS (
                UPDATE chat_member m
                SET read_seq = u.read_seq, read_counted = u.read_counted, own_since = u.own_since, rev = v_newest[u.mover] - u.later,
                    changed = v_stamp, delivered_seq = greatest(m.delivered_seq, u.read_seq)
                FROM (
                    SELECT w.*, dense_rank() OVER (ORDER BY w.user_id) AS mover,
                        row_number() OVER (PARTITION BY w.user_id ORDER BY w.id DESC) - 1 AS later
                    FROM unnest(v_side, v_user, v_read, v_read_counted, v_own, v_has_moved) WITH ORDINALITY
                        AS w (id, user_id, read_seq, read_counted, own_since, has_moved, place)
                    WHERE w.has_moved
                ) u
                WHERE m.id = u.id
                RETURNING u.place, m.id, m.rev, m.read_seq, m.read_counted, m.own_since, chat_preferences(m) AS preferences
            )
            SELECT json_agg(json_build_array(place, rev, read_seq, read_counted, own_since, preferences) ORDER BY id)
            INTO v_moved FROM stored;
        END IF;

        -- 5. Whom to tell.
        SELECT json_agg(json_build_array(x.place, x.users)) INTO v_present FROM (
            SELECT u.place, json_agg(m.user_id) AS users
            FROM unnest(v_conversation, v_has_grown) WITH ORDINALITY AS u (id, has_grown, place)
            JOIN chat_member m ON m.conversation_id = u.id AND m.until_seq IS NULL
            WHERE u.has_grown GROUP BY u.place
        ) x;
    END IF;

    RETURN json_build_object(
        'entries', (
            SELECT json_agg(json_build_array(u.code, u.seq, u.rev, u.counted, u.sent_at, u.is_new) ORDER BY u.n)
            FROM unnest(v_code, v_at_seq, v_at_rev, v_at_counted, v_sent_at, v_is_new) WITH ORDINALITY
                AS u (code, seq, rev, counted, sent_at, is_new, n)
        ),
        'present', coalesce(v_present, '[]'), 'moved', coalesce(v_moved, '[]')
    )::text;
END
$body$;
