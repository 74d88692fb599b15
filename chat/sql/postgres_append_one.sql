-- Post one message that comes alone: what chat_append does for a batch, at less than half of what a batch of one costs, since
-- no plan of these statements is larger than it has to be. A test holds the two equal to each other and to
-- chat/writers/log_sqlite.py, where each step is explained. The answer is that of chat_append.
CREATE OR REPLACE FUNCTION chat_append_one(
    p_place uuid, p_sender bigint, p_client_id text, p_hash text, p_kind text, p_counts boolean, p_body text, p_reply_to bigint,
    p_card_type text, p_card jsonb, p_event jsonb, p_extras jsonb, p_now timestamptz, p_asks_leave boolean
) RETURNS text
LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
AS $body$
DECLARE
    v_conversation bigint;
    v_pair text;                     -- The two people of a direct conversation.
    v_is_admins_only boolean;
    v_role text;
    v_is_silenced boolean;
    v_last bigint;
    v_rev bigint;
    v_counted bigint;
    v_side bigint;
    v_from bigint;
    v_read bigint;
    v_read_counted bigint;
    v_own bigint;
    v_mine bigint;
    v_code text;
    v_stamp bigint;
    v_present bigint[];
    v_preferences json;
    v_moved json;
    o record;
BEGIN
    SELECT id, CASE WHEN kind = 'direct' THEN direct_key END, is_admins_only, last_seq, rev, counted
    INTO v_conversation, v_pair, v_is_admins_only, v_last, v_rev, v_counted
    FROM chat_conversation WHERE public_id = p_place FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN json_build_object('entries', json_build_array(
            json_build_array('chat.conversation_not_found', NULL, NULL, NULL, p_now, false)
        ), 'present', '[]'::json, 'moved', '[]'::json);
    END IF;

    SELECT id, role, is_silenced, from_seq, read_seq, read_counted, own_since
    INTO v_side, v_role, v_is_silenced, v_from, v_read, v_read_counted, v_own
    FROM chat_member WHERE conversation_id = v_conversation AND user_id = p_sender AND until_seq IS NULL;
    IF NOT FOUND THEN
        v_code := 'chat.conversation_not_found';
    ELSIF p_asks_leave AND v_pair IS NOT NULL
        -- With a face, such as a shop's, those may write who have business together; the third part of the key names it.
        AND NOT (
            accounts_accepted_pair(split_part(v_pair, ':', 1)::bigint, split_part(v_pair, ':', 2)::bigint)
            OR (
                split_part(v_pair, ':', 3) <> ''
                AND accounts_business_pair(split_part(v_pair, ':', 1)::bigint, split_part(v_pair, ':', 2)::bigint)
            )
        ) THEN
        v_code := 'chat.not_accepted';
    ELSIF p_asks_leave AND v_is_silenced THEN
        v_code := 'chat.member_silenced';
    ELSIF p_asks_leave AND v_is_admins_only AND v_role = 'member' THEN
        v_code := 'chat.only_admins_write';
    ELSIF p_reply_to NOT BETWEEN v_from AND v_last THEN
        v_code := 'chat.reply_not_found';
    ELSE
        INSERT INTO chat_message (
            conversation_id, seq, rev, counted, sender_id, client_id, content_hash, kind, body, reply_to, card_type, card, event,
            extras, edits, sent_at
        ) VALUES (
            v_conversation, v_last + 1, v_rev + 1, CASE WHEN p_counts THEN v_counted + 1 ELSE v_counted END, p_sender, p_client_id,
            p_hash, p_kind, p_body, p_reply_to, p_card_type, p_card, p_event, p_extras, 0, p_now
        ) ON CONFLICT (conversation_id, sender_id, client_id) DO NOTHING;
    END IF;

    IF v_code IS NOT NULL OR NOT FOUND THEN
        -- Nothing was posted. A retry finds its message even after its sender left or was blocked.
        SELECT seq, rev, counted, sent_at, content_hash INTO o
        FROM chat_message WHERE conversation_id = v_conversation AND sender_id = p_sender AND client_id = p_client_id;
        IF FOUND THEN
            v_code := CASE WHEN o.content_hash = p_hash THEN NULL ELSE 'chat.client_id_reused' END;
        END IF;
        RETURN json_build_object('entries', json_build_array(
            CASE WHEN v_code IS NULL THEN json_build_array(NULL, o.seq, o.rev, o.counted, o.sent_at, false)
            ELSE json_build_array(v_code, NULL, NULL, NULL, p_now, false) END
        ), 'present', '[]'::json, 'moved', '[]'::json);
    END IF;

    v_last := v_last + 1;
    v_rev := v_rev + 1;
    v_stamp := pg_current_xact_id()::text::bigint;
    IF p_counts THEN
        -- One's own message moves the read mark only when nothing was unread before it.
        IF v_counted - v_read_counted - v_own <= 0 THEN
            v_read := v_last; v_read_counted := v_counted + 1; v_own := 0;
        ELSE
            v_own := v_own + 1;
        END IF;
        v_counted := v_counted + 1;
    END IF;
    UPDATE chat_conversation SET last_seq = v_last, rev = v_rev, counted = v_counted, changed = v_stamp WHERE id = v_conversation;
    IF p_counts THEN
        v_mine := realtime_advance_one(p_sender);
        UPDATE chat_member
        SET read_seq = v_read, read_counted = v_read_counted, own_since = v_own, rev = v_mine, changed = v_stamp,
            delivered_seq = greatest(delivered_seq, v_read)
        WHERE id = v_side
        RETURNING chat_preferences(chat_member) INTO v_preferences;
        v_moved := json_build_array(json_build_array(1, v_mine, v_read, v_read_counted, v_own, v_preferences));
    END IF;
    v_present := ARRAY(SELECT user_id FROM chat_member WHERE conversation_id = v_conversation AND until_seq IS NULL);
    RETURN json_build_object(
        'entries', json_build_array(json_build_array(NULL, v_last, v_rev, v_counted, p_now, true)),
        'present', json_build_array(json_build_array(1, v_present)), 'moved', coalesce(v_moved, '[]')
    );
END
$body$;
