-- What a member prefers in a conversation, in the order of chat/domain/preferences.py: the only list of it in SQL. A function
-- of one expression becomes part of the statement that calls it, so that no message pays for a call.
CREATE OR REPLACE FUNCTION chat_preferences(m chat_member) RETURNS json LANGUAGE sql STABLE
RETURN json_build_array(m.muted_until, m.is_pinned, m.hidden_seq, m.draft, m.is_archived, m.is_marked_unread, m.pin_order);
