-- The one writer on PostgreSQL. payments/ledger/plain.py takes the same steps on SQLite; a test holds the two equal.
-- SECURITY DEFINER: the role of the application may call these, and may not write the tables itself.

-- Post a journal of one transfer, which is what nearly all are: the steps of payments_post without its arrays, at half the cost.
-- What counts is how many statements it takes and how many expressions; so each question is asked once, in one of them. What is
-- asked for comes as parameters: to take them out of JSON was a seventeenth of the whole.
-- As it was before it took parameters: of two that bear one name a call could find the other.
DROP FUNCTION IF EXISTS payments_post_one(jsonb);
CREATE OR REPLACE FUNCTION payments_post_one(
    p_now timestamptz, p_scope text, p_key text, p_hash text, p_public_id uuid, p_kind text, p_reference text, p_actor_id bigint,
    p_reverses_id bigint, p_memo_hash text, p_event_at timestamptz, p_debit bigint, p_credit bigint, p_asset text, p_amount bigint,
    p_phase text, p_pending bigint, p_expires_at timestamptz, p_refund_amount bigint, p_extras jsonb
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan
AS $body$
DECLARE
    a record;
    d record;                 -- The debit account as it was read,
    c record;                 -- and the credit account.
    v_journal bigint;
    v_transfer bigint;
    v_is_paid boolean := false;
    v_freed bigint := 0;      -- What a capture or void takes from what is held; NULL if there is no such hold.
    v_why text;
    v_out bigint;             -- What leaves the debit account,
    v_held bigint;            -- what is set aside there,
    v_into bigint;            -- and the account that is credited now, if any.
BEGIN
    -- 1. The key. Whoever comes second with it waits here for the first.
    INSERT INTO payments_request (scope, key, content_hash, outcome, code, journal_id, answered_at)
    VALUES (p_scope, p_key, p_hash, 'posted', '', nextval('payments_journal_id_seq'), p_now)
    ON CONFLICT (scope, key) DO NOTHING RETURNING journal_id INTO v_journal;
    IF v_journal IS NULL THEN
        RETURN payments_answered(p_scope, p_key, p_hash);
    END IF;

    -- 2. The accounts, in the one order. One that only receives into its inbox is looked at, not locked.
    FOR a IN
        SELECT id, asset, status, queued_credit, floor, ceiling, credits, debits, held, version, last_seq FROM payments_account
        WHERE id IN (p_debit, p_credit) AND (id = p_debit OR NOT queued_credit) ORDER BY lock_rank, id FOR NO KEY UPDATE
    LOOP
        IF a.id = p_debit THEN
            d := a;
        ELSE
            c := a;
        END IF;
    END LOOP;
    IF c IS NULL THEN
        SELECT id, asset, status, queued_credit, floor, ceiling, credits, debits, held, version, last_seq INTO c
        FROM payments_account WHERE id = p_credit;
    END IF;
    IF c IS NULL OR d IS NULL THEN
        RAISE EXCEPTION 'payments_account: there is none with id % or %', p_debit, p_credit USING ERRCODE = 'foreign_key_violation';
    END IF;

    -- 3. Try it on what was read; nothing is written yet. What is paid once per reference waits at the same account.
    IF p_kind = 'escrow_paid' THEN
        v_is_paid := EXISTS (
            SELECT FROM payments_journal x WHERE x.reference = p_reference AND x.reference <> '' AND x.kind = 'escrow_paid'
        );
    END IF;
    IF p_pending IS NOT NULL THEN
        SELECT o.amount INTO v_freed FROM payments_openhold o JOIN payments_transfer t ON t.id = o.transfer_id
        WHERE o.transfer_id = p_pending AND t.debit_id = p_debit AND t.credit_id = p_credit;
    END IF;
    v_why := CASE
        WHEN v_is_paid THEN 'payments.already_paid'
        WHEN d.asset <> p_asset OR c.asset <> p_asset THEN 'payments.asset_mismatch'
        WHEN p_debit = p_credit THEN 'payments.to_oneself'
        WHEN p_phase <> 'void' AND (d.status <> 'open' OR c.status <> 'open') THEN 'payments.account_not_open'
        WHEN v_freed IS NULL THEN 'payments.hold_resolved'
        WHEN p_pending IS NOT NULL AND p_amount > v_freed THEN 'payments.capture_exceeds_hold'
        WHEN p_phase <> 'void' AND d.credits - d.debits - d.held + v_freed - p_amount < d.floor THEN 'payments.insufficient_funds'
        WHEN p_phase IN ('posted', 'capture') AND c.credits - c.debits + p_amount > c.ceiling THEN 'payments.ceiling_exceeded'
    END;
    IF v_why IS NULL AND p_refund_amount IS NOT NULL THEN
        UPDATE payments_refundable SET refunded = refunded + p_refund_amount, refunds = refunds + 1
        WHERE journal_id = p_reverses_id AND refunded + p_refund_amount <= cap AND refunds < 50;
        IF NOT FOUND THEN
            v_why := 'payments.refund_exceeds';
        END IF;
    END IF;

    -- 4. A refusal is an answer too.
    IF v_why IS NOT NULL THEN
        UPDATE payments_request SET outcome = 'refused', code = v_why, journal_id = NULL WHERE journal_id = v_journal;
        RETURN format('{"journals":[%s],"codes":["%s"],"before":null,"changes":null}', v_journal, v_why);
    END IF;

    -- 5. Write what stands.
    v_transfer := nextval('payments_transfer_id_seq');
    IF p_phase = 'hold' THEN
        v_out := 0;
        v_held := p_amount;
    ELSE
        v_out := p_amount;
        v_held := -v_freed;
        v_into := CASE WHEN NOT c.queued_credit AND p_phase <> 'void' THEN p_credit END;
    END IF;
    INSERT INTO payments_journal (id, public_id, kind, reference, actor_id, reverses_id, memo_hash, event_at, posted_at)
    VALUES (v_journal, p_public_id, p_kind, p_reference, p_actor_id, p_reverses_id, p_memo_hash, p_event_at, p_now);
    INSERT INTO payments_transfer (id, journal_id, line, asset, debit_id, credit_id, amount, phase, pending_id, expires_at)
    VALUES (v_transfer, v_journal, 1, p_asset, p_debit, p_credit, p_amount, p_phase, p_pending, p_expires_at);
    UPDATE payments_account SET
        debits = debits + CASE id WHEN p_debit THEN v_out ELSE 0 END,
        held = held + CASE id WHEN p_debit THEN v_held ELSE 0 END,
        credits = credits + CASE id WHEN p_debit THEN 0 ELSE p_amount END,
        version = version + 1, last_seq = last_seq + 1
    WHERE id IN (p_debit, v_into);
    IF v_into IS NOT NULL THEN
        INSERT INTO payments_posting (account_id, seq, rev, transfer_id, delta, held_delta, balance_after, held_after) VALUES
            (p_debit, d.last_seq + 1, d.version + 1, v_transfer, -v_out, v_held, d.credits - d.debits - v_out, d.held + v_held),
            (p_credit, c.last_seq + 1, c.version + 1, v_transfer, p_amount, 0, c.credits - c.debits + p_amount, c.held);
    ELSE
        INSERT INTO payments_posting (account_id, seq, rev, transfer_id, delta, held_delta, balance_after, held_after) VALUES
            (p_debit, d.last_seq + 1, d.version + 1, v_transfer, -v_out, v_held, d.credits - d.debits - v_out, d.held + v_held);
        IF p_phase = 'hold' THEN
            INSERT INTO payments_openhold (transfer_id, account_id, amount, expires_at) VALUES (v_transfer, p_debit, p_amount, p_expires_at);
        ELSIF p_phase <> 'void' THEN
            INSERT INTO payments_inbox (transfer_id, account_id, amount) VALUES (v_transfer, p_credit, p_amount);
        END IF;
    END IF;
    IF p_pending IS NOT NULL THEN
        DELETE FROM payments_openhold WHERE transfer_id = p_pending;
    END IF;
    IF p_extras IS NOT NULL THEN
        PERFORM payments_post_extras(p_extras, ARRAY[v_journal], ARRAY[NULL::text], p_now);
    END IF;
    RETURN format(
        '{"journals":[%s],"codes":[null],"before":null,"changes":[[%s,%s,%s,%s]%s]}',
        v_journal, p_debit, d.version + 1, d.credits - d.debits - v_out, d.held + v_held,
        CASE WHEN v_into IS NOT NULL THEN
            format(',[%s,%s,%s,%s]', p_credit, c.version + 1, c.credits - c.debits + p_amount, c.held)
        END
    );
END
$body$;

-- What was answered under a key, as the others answer.
CREATE OR REPLACE FUNCTION payments_answered(p_scope text, p_key text, p_hash text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $body$
    SELECT json_build_object('journals', ARRAY[NULL::bigint], 'codes', ARRAY[NULL::text], 'before', json_agg(json_build_object(
        'outcome', CASE WHEN r.content_hash <> p_hash THEN 'reused' ELSE r.outcome END,
        'code', r.code, 'journal_id', r.journal_id, 'public_id', j.public_id
    )), 'changes', NULL)::text
    FROM payments_request r LEFT JOIN payments_journal j ON j.id = r.journal_id
    WHERE r.scope = p_scope AND r.key = p_key
$body$;

-- Store a refusal that was found before there was a journal to try; false if the key was answered before.
CREATE OR REPLACE FUNCTION payments_refuse_request(p_scope text, p_key text, p_hash text, p_code text, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $body$
BEGIN
    INSERT INTO payments_request (scope, key, content_hash, outcome, code, journal_id, answered_at)
    VALUES (p_scope, p_key, p_hash, 'refused', p_code, NULL, p_now)
    ON CONFLICT (scope, key) DO NOTHING;
    RETURN FOUND;
END
$body$;

-- Post journals, each of any number of transfers and whole or not at all, in the order given, and answer for each.
CREATE OR REPLACE FUNCTION payments_post(p jsonb) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
AS $body$
DECLARE
    v_now timestamptz := (p->>'now')::timestamptz;
    v_journals jsonb := p->'journals';
    v_lines jsonb := p->'lines';
    v_ids bigint[];           -- Accounts, by slot; what follows is what is known of them.
    v_debited int[];          -- Slots that money leaves: these are locked even if credits to them are queued.
    v_asset text[];
    v_status text[];
    v_queued boolean[];
    v_floor bigint[];
    v_ceiling bigint[];
    v_credits bigint[];
    v_debits bigint[];
    v_held bigint[];
    v_version bigint[];
    v_seq bigint[];
    v_first_version bigint[];
    v_journal bigint[];       -- By journal: its id if it is ours to post, else NULL.
    v_code text[];            -- By journal: why it is refused, or NULL.
    v_transfer bigint[];      -- By line, as are the following.
    v_freed bigint[];         -- What a capture or void takes from what is held.
    v_debit_seq bigint[];
    v_debit_rev bigint[];
    v_debit_after bigint[];
    v_debit_held bigint[];
    v_credit_seq bigint[];    -- NULL: queued.
    v_credit_rev bigint[];
    v_credit_after bigint[];
    v_credit_held bigint[];
    v_resolved bigint[] := '{}';
    v_paid text[] := '{}';    -- References that are paid by what was tried so far.
    v_refused boolean := false;
    v_queues boolean := false;
    v_holds boolean := false;
    s_credits bigint[];       -- How the accounts stood before the journal that is being tried.
    s_debits bigint[];
    s_held bigint[];
    s_version bigint[];
    s_seq bigint[];
    s_resolved bigint[];
    a record;
    l record;
    v_pays text;              -- The reference that the journal being tried pays, once for all.
    v_hold bigint;
    v_why text;
BEGIN
    SELECT array_agg(e.value::bigint ORDER BY e.ordinality) INTO v_ids
    FROM jsonb_array_elements_text(p->'accounts') WITH ORDINALITY e;
    SELECT array_agg(e.value::int) INTO v_debited FROM jsonb_array_elements_text(p->'debited') e;

    -- 1. The keys, in one order. Whoever comes second with a key waits here for the first.
    WITH asked AS MATERIALIZED (
        SELECT j.*, row_number() OVER (PARTITION BY j.scope, j.key ORDER BY j.n) AS turn
        FROM jsonb_to_recordset(v_journals) AS j (n int, scope text, key text, hash text)
    ), taken AS (
        INSERT INTO payments_request (scope, key, content_hash, outcome, code, journal_id, answered_at)
        SELECT scope, key, hash, 'posted', '', nextval('payments_journal_id_seq'), v_now
        FROM asked WHERE turn = 1 ORDER BY scope, key
        ON CONFLICT (scope, key) DO NOTHING
        RETURNING scope, key, journal_id
    )
    SELECT array_agg(taken.journal_id ORDER BY asked.n), array_fill(NULL::text, ARRAY[count(*)::int]) INTO v_journal, v_code
    FROM asked LEFT JOIN taken ON taken.scope = asked.scope AND taken.key = asked.key AND asked.turn = 1;

    IF array_remove(v_journal, NULL) <> '{}' THEN
        -- 2. The accounts, in the one order. Those that only receive into the inbox are looked at, not locked.
        FOR a IN
            SELECT x.*, u.slot FROM unnest(v_ids) WITH ORDINALITY AS u (id, slot) JOIN payments_account x ON x.id = u.id
            WHERE NOT x.queued_credit OR u.slot = ANY (v_debited)
            ORDER BY x.lock_rank, x.id FOR NO KEY UPDATE OF x
        LOOP
            v_asset[a.slot] := a.asset; v_status[a.slot] := a.status; v_queued[a.slot] := a.queued_credit;
            v_floor[a.slot] := a.floor; v_ceiling[a.slot] := a.ceiling;
            v_credits[a.slot] := a.credits; v_debits[a.slot] := a.debits; v_held[a.slot] := a.held;
            v_version[a.slot] := a.version; v_seq[a.slot] := a.last_seq;
        END LOOP;
        FOR i IN 1 .. cardinality(v_ids) LOOP
            IF v_asset[i] IS NULL THEN
                SELECT x.asset, x.status, x.version INTO a FROM payments_account x WHERE x.id = v_ids[i];
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'payments_account: there is none with id %', v_ids[i] USING ERRCODE = 'foreign_key_violation';
                END IF;
                v_asset[i] := a.asset; v_status[i] := a.status; v_queued[i] := true; v_version[i] := a.version;
            END IF;
        END LOOP;
        v_first_version := v_version;

        -- 3. Try every journal, in order, on what was read; nothing is written yet.
        FOR l IN
            SELECT * FROM jsonb_to_recordset(v_lines) AS x (
                n int, j int, line int, is_last boolean, asset text, d int, c int, amount bigint, phase text, pending bigint,
                refunds bigint, refund_amount bigint
            )
        LOOP
            CONTINUE WHEN v_journal[l.j] IS NULL OR v_code[l.j] IS NOT NULL;
            IF l.line = 1 AND NOT l.is_last THEN
                s_credits := v_credits; s_debits := v_debits; s_held := v_held;
                s_version := v_version; s_seq := v_seq; s_resolved := v_resolved;
            END IF;
            v_why := NULL;
            v_hold := 0;
            IF l.line = 1 THEN
                v_pays := CASE WHEN v_journals->(l.j - 1)->>'kind' = 'escrow_paid' THEN nullif(v_journals->(l.j - 1)->>'reference', '') END;
            END IF;
            IF l.line = 1 AND v_pays IS NOT NULL AND (v_pays = ANY (v_paid) OR EXISTS (
                SELECT FROM payments_journal x WHERE x.reference = v_pays AND x.reference <> '' AND x.kind = 'escrow_paid'
            )) THEN
                v_why := 'payments.already_paid';
            ELSIF v_asset[l.d] <> l.asset OR v_asset[l.c] <> l.asset THEN
                v_why := 'payments.asset_mismatch';
            ELSIF l.d = l.c THEN
                v_why := 'payments.to_oneself';
            ELSIF l.phase <> 'void' AND (v_status[l.d] <> 'open' OR v_status[l.c] <> 'open') THEN
                v_why := 'payments.account_not_open';
            ELSIF l.pending IS NOT NULL THEN
                SELECT o.amount INTO v_hold FROM payments_openhold o JOIN payments_transfer t ON t.id = o.transfer_id
                WHERE o.transfer_id = l.pending AND t.debit_id = v_ids[l.d] AND t.credit_id = v_ids[l.c];
                IF NOT FOUND OR l.pending = ANY (v_resolved) THEN
                    v_why := 'payments.hold_resolved';
                ELSIF l.amount > v_hold THEN
                    v_why := 'payments.capture_exceeds_hold';
                END IF;
            END IF;
            IF v_why IS NOT NULL OR l.phase = 'void' THEN
                NULL;
            ELSIF v_credits[l.d] - v_debits[l.d] - v_held[l.d] + v_hold - l.amount < v_floor[l.d] THEN
                v_why := 'payments.insufficient_funds';
            ELSIF l.phase <> 'hold' AND v_credits[l.c] - v_debits[l.c] + l.amount > v_ceiling[l.c] THEN
                v_why := 'payments.ceiling_exceeded';
            END IF;

            IF v_why IS NULL THEN
                IF l.phase = 'hold' THEN
                    v_held[l.d] := v_held[l.d] + l.amount;
                    v_holds := true;
                ELSE
                    v_debits[l.d] := v_debits[l.d] + l.amount;
                    v_held[l.d] := v_held[l.d] - v_hold;
                    IF l.pending IS NOT NULL THEN
                        v_resolved := v_resolved || l.pending;
                    END IF;
                END IF;
                v_seq[l.d] := v_seq[l.d] + 1;
                v_version[l.d] := v_version[l.d] + 1;
                v_transfer[l.n] := nextval('payments_transfer_id_seq');
                v_freed[l.n] := v_hold;
                v_debit_seq[l.n] := v_seq[l.d];
                v_debit_rev[l.n] := v_version[l.d];
                v_debit_after[l.n] := v_credits[l.d] - v_debits[l.d];
                v_debit_held[l.n] := v_held[l.d];
                IF l.phase IN ('posted', 'capture') THEN
                    IF v_queued[l.c] THEN
                        v_queues := true;
                    ELSE
                        v_credits[l.c] := v_credits[l.c] + l.amount;
                        v_seq[l.c] := v_seq[l.c] + 1;
                        v_version[l.c] := v_version[l.c] + 1;
                        v_credit_seq[l.n] := v_seq[l.c];
                        v_credit_rev[l.n] := v_version[l.c];
                        v_credit_after[l.n] := v_credits[l.c] - v_debits[l.c];
                        v_credit_held[l.n] := v_held[l.c];
                    END IF;
                END IF;
                IF l.is_last AND l.refunds IS NOT NULL THEN
                    UPDATE payments_refundable SET refunded = refunded + l.refund_amount, refunds = refunds + 1
                    WHERE journal_id = l.refunds AND refunded + l.refund_amount <= cap AND refunds < 50;
                    IF NOT FOUND THEN
                        v_why := 'payments.refund_exceeds';
                        IF l.line = 1 THEN
                            -- A journal of one line kept no copy: take the line back.
                            v_debits[l.d] := v_debits[l.d] - l.amount; v_seq[l.d] := v_seq[l.d] - 1; v_version[l.d] := v_version[l.d] - 1;
                            IF NOT v_queued[l.c] THEN
                                v_credits[l.c] := v_credits[l.c] - l.amount; v_seq[l.c] := v_seq[l.c] - 1; v_version[l.c] := v_version[l.c] - 1;
                            END IF;
                        END IF;
                    END IF;
                END IF;
            END IF;
            IF v_why IS NULL AND l.is_last AND v_pays IS NOT NULL THEN
                v_paid := v_paid || v_pays;
            END IF;
            IF v_why IS NOT NULL THEN
                v_code[l.j] := v_why;
                v_refused := true;
                IF NOT (l.line = 1 AND l.is_last) THEN
                    v_credits := s_credits; v_debits := s_debits; v_held := s_held;
                    v_version := s_version; v_seq := s_seq; v_resolved := s_resolved;
                END IF;
            END IF;
        END LOOP;

        -- 4. Refusals are answers too.
        IF v_refused THEN
            UPDATE payments_request r SET outcome = 'refused', code = v_code[u.n], journal_id = NULL
            FROM unnest(v_journal) WITH ORDINALITY AS u (id, n)
            WHERE r.journal_id = u.id AND v_code[u.n] IS NOT NULL;
        END IF;

        -- 5. Write what stands.
        INSERT INTO payments_journal (id, public_id, kind, reference, actor_id, reverses_id, memo_hash, event_at, posted_at)
        SELECT v_journal[j.n], j.public_id, j.kind, j.reference, j.actor_id, j.reverses_id, j.memo_hash, j.event_at, v_now
        FROM jsonb_to_recordset(v_journals) AS j (
            n int, public_id uuid, kind text, reference text, actor_id bigint, reverses_id bigint, memo_hash text, event_at timestamptz
        ) WHERE v_journal[j.n] IS NOT NULL AND v_code[j.n] IS NULL;

        INSERT INTO payments_transfer (id, journal_id, line, asset, debit_id, credit_id, amount, phase, pending_id, expires_at)
        SELECT v_transfer[x.n], v_journal[x.j], x.line, x.asset, v_ids[x.d], v_ids[x.c], x.amount, x.phase, x.pending, x.expires_at
        FROM jsonb_to_recordset(v_lines) AS x (
            n int, j int, line int, asset text, d int, c int, amount bigint, phase text, pending bigint, expires_at timestamptz
        ) WHERE v_journal[x.j] IS NOT NULL AND v_code[x.j] IS NULL;

        UPDATE payments_account x
        SET credits = v_credits[u.slot], debits = v_debits[u.slot], held = v_held[u.slot],
            version = v_version[u.slot], last_seq = v_seq[u.slot]
        FROM unnest(v_ids) WITH ORDINALITY AS u (id, slot)
        WHERE x.id = u.id AND v_version[u.slot] > v_first_version[u.slot];

        INSERT INTO payments_posting (account_id, seq, rev, transfer_id, delta, held_delta, balance_after, held_after)
        SELECT v_ids[x.d], v_debit_seq[x.n], v_debit_rev[x.n], v_transfer[x.n],
            CASE x.phase WHEN 'hold' THEN 0 ELSE -x.amount END,
            CASE x.phase WHEN 'hold' THEN x.amount ELSE -v_freed[x.n] END,
            v_debit_after[x.n], v_debit_held[x.n]
        FROM jsonb_to_recordset(v_lines) AS x (n int, j int, d int, amount bigint, phase text)
        WHERE v_journal[x.j] IS NOT NULL AND v_code[x.j] IS NULL
        UNION ALL
        SELECT v_ids[x.c], v_credit_seq[x.n], v_credit_rev[x.n], v_transfer[x.n], x.amount, 0, v_credit_after[x.n], v_credit_held[x.n]
        FROM jsonb_to_recordset(v_lines) AS x (n int, j int, c int, amount bigint, phase text)
        WHERE v_journal[x.j] IS NOT NULL AND v_code[x.j] IS NULL AND x.phase IN ('posted', 'capture') AND NOT v_queued[x.c];

        IF v_queues THEN
            INSERT INTO payments_inbox (transfer_id, account_id, amount)
            SELECT v_transfer[x.n], v_ids[x.c], x.amount
            FROM jsonb_to_recordset(v_lines) AS x (n int, j int, c int, amount bigint, phase text)
            WHERE v_journal[x.j] IS NOT NULL AND v_code[x.j] IS NULL AND x.phase IN ('posted', 'capture') AND v_queued[x.c];
        END IF;
        IF v_holds THEN
            INSERT INTO payments_openhold (transfer_id, account_id, amount, expires_at)
            SELECT v_transfer[x.n], v_ids[x.d], x.amount, x.expires_at
            FROM jsonb_to_recordset(v_lines) AS x (n int, j int, d int, amount bigint, phase text, expires_at timestamptz)
            WHERE v_journal[x.j] IS NOT NULL AND v_code[x.j] IS NULL AND x.phase = 'hold';
        END IF;
        IF cardinality(v_resolved) > 0 THEN
            DELETE FROM payments_openhold WHERE transfer_id = ANY (v_resolved);
        END IF;
        IF p ? 'extras' THEN
            PERFORM payments_post_extras(p->'extras', v_journal, v_code, v_now);
        END IF;
    END IF;

    -- 6. What became of each journal; one without an id was answered before, and is looked up. And how the accounts stand that changed.
    RETURN json_build_object(
        'journals', v_journal, 'codes', v_code,
        'before', CASE WHEN array_position(v_journal, NULL) IS NOT NULL THEN (
            SELECT json_agg(json_build_object(
                'outcome', CASE WHEN r.content_hash <> j.hash THEN 'reused' ELSE r.outcome END,
                'code', r.code, 'journal_id', r.journal_id, 'public_id', x.public_id
            ) ORDER BY j.n)
            FROM jsonb_to_recordset(v_journals) AS j (n int, scope text, key text, hash text)
            JOIN payments_request r ON r.scope = j.scope AND r.key = j.key LEFT JOIN payments_journal x ON x.id = r.journal_id
            WHERE v_journal[j.n] IS NULL
        ) END,
        'changes', (
            SELECT json_agg(json_build_array(u.id, v_version[u.slot], v_credits[u.slot] - v_debits[u.slot], v_held[u.slot]))
            FROM unnest(v_ids) WITH ORDINALITY AS u (id, slot) WHERE v_version[u.slot] > v_first_version[u.slot]
        )
    )::text;
END
$body$;

-- What few journals have, in an array: refund counters to open, words, and facts. Written in the same statement as the posting.
CREATE OR REPLACE FUNCTION payments_post_extras(p jsonb, v_journal bigint[], v_code text[], v_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $body$
BEGIN
    INSERT INTO payments_refundable (journal_id, cap, refunded, refunds)
    SELECT v_journal[x.j], x.refund_cap, 0, 0 FROM jsonb_to_recordset(p) AS x (j int, refund_cap bigint)
    WHERE x.refund_cap IS NOT NULL AND v_journal[x.j] IS NOT NULL AND v_code[x.j] IS NULL;

    INSERT INTO payments_memo (journal_id, salt, text)
    SELECT v_journal[x.j], x.memo_salt, x.memo FROM jsonb_to_recordset(p) AS x (j int, memo text, memo_salt text)
    WHERE x.memo IS NOT NULL AND v_journal[x.j] IS NOT NULL AND v_code[x.j] IS NULL;

    INSERT INTO core_fact (name, key, payload, published_at, due_at, tries, last_error, parked_at)
    SELECT x.fact_name, x.fact_key, x.fact, v_now, v_now, 0, '', NULL
    FROM jsonb_to_recordset(p) AS x (j int, fact_name text, fact_key text, fact jsonb)
    WHERE x.fact_name IS NOT NULL AND v_journal[x.j] IS NOT NULL AND v_code[x.j] IS NULL
    ORDER BY x.j;
END
$body$;

-- Turn up to p_max queued credits of an account into postings, in the order of their transfers; return how many.
CREATE OR REPLACE FUNCTION payments_roll(p_account bigint, p_max int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off
AS $body$
DECLARE
    a record;
    v_transfers bigint[];
    v_sum bigint;
BEGIN
    SELECT id, credits, debits, held, version, last_seq INTO a FROM payments_account WHERE id = p_account FOR NO KEY UPDATE;
    SELECT array_agg(transfer_id), sum(amount) INTO v_transfers, v_sum FROM (
        SELECT transfer_id, amount FROM payments_inbox WHERE account_id = p_account ORDER BY transfer_id LIMIT p_max
    ) waiting;
    IF v_transfers IS NULL THEN
        RETURN 0;
    END IF;
    UPDATE payments_account
    SET credits = credits + v_sum, version = version + cardinality(v_transfers), last_seq = last_seq + cardinality(v_transfers)
    WHERE id = p_account;
    INSERT INTO payments_posting (account_id, seq, rev, transfer_id, delta, held_delta, balance_after, held_after)
    SELECT p_account, a.last_seq + row_number() OVER w, a.version + row_number() OVER w, i.transfer_id, i.amount, 0,
        a.credits - a.debits + sum(i.amount) OVER w, a.held
    FROM payments_inbox i WHERE i.transfer_id = ANY (v_transfers)
    WINDOW w AS (ORDER BY i.transfer_id);
    DELETE FROM payments_inbox WHERE transfer_id = ANY (v_transfers);
    RETURN cardinality(v_transfers);
END
$body$;

-- With the power of their owner, and for nobody who was not let (grant_app_role).
REVOKE ALL ON FUNCTION payments_post, payments_post_one, payments_post_extras, payments_answered, payments_refuse_request, payments_roll FROM PUBLIC;
