-- Which of these pairs, by their place, are contacts of each other and have blocked each other neither way.
-- Both sides are read, though they agree: a fault in one of them must refuse, not admit.
-- One plain statement, so that PostgreSQL plans it as a part of the one that asks.
CREATE OR REPLACE FUNCTION accounts_accepted_pairs(p_lower bigint[], p_higher bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE
AS $body$
    SELECT pair.place
    FROM unnest(p_lower, p_higher) WITH ORDINALITY AS pair (lower_id, higher_id, place)
    JOIN accounts_contact AS ours ON ours.owner_id = pair.lower_id AND ours.peer_id = pair.higher_id
    JOIN accounts_contact AS theirs ON theirs.owner_id = pair.higher_id AND theirs.peer_id = pair.lower_id
    WHERE ours.state = 'accepted' AND theirs.state = 'accepted' AND NOT ours.is_blocked AND NOT theirs.is_blocked
$body$;

-- The same for one pair, without the cost of a set; its plans are made under the settings of the function that asks.
CREATE OR REPLACE FUNCTION accounts_accepted_pair(p_lower bigint, p_higher bigint) RETURNS boolean
LANGUAGE plpgsql
AS $body$
BEGIN
    RETURN EXISTS (
        SELECT FROM accounts_contact WHERE owner_id = p_lower AND peer_id = p_higher AND state = 'accepted' AND NOT is_blocked
    ) AND EXISTS (
        SELECT FROM accounts_contact WHERE owner_id = p_higher AND peer_id = p_lower AND state = 'accepted' AND NOT is_blocked
    );
END
$body$;

-- Which of these pairs, by their place, may write in a conversation that bears a face: contacts, and those who have business together.
CREATE OR REPLACE FUNCTION accounts_business_pairs(p_lower bigint[], p_higher bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE
AS $body$
    SELECT pair.place
    FROM unnest(p_lower, p_higher) WITH ORDINALITY AS pair (lower_id, higher_id, place)
    JOIN accounts_contact AS ours ON ours.owner_id = pair.lower_id AND ours.peer_id = pair.higher_id
    JOIN accounts_contact AS theirs ON theirs.owner_id = pair.higher_id AND theirs.peer_id = pair.lower_id
    WHERE ((ours.state = 'accepted' AND theirs.state = 'accepted') OR (ours.has_business AND theirs.has_business))
        AND NOT ours.is_blocked AND NOT theirs.is_blocked
$body$;

-- The same for one pair.
CREATE OR REPLACE FUNCTION accounts_business_pair(p_lower bigint, p_higher bigint) RETURNS boolean
LANGUAGE plpgsql
AS $body$
BEGIN
    RETURN EXISTS (SELECT FROM accounts_business_pairs(ARRAY[p_lower], ARRAY[p_higher]));
END
$body$;
