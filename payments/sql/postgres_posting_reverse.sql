DROP FUNCTION IF EXISTS payments_post(jsonb);
DROP FUNCTION IF EXISTS payments_answered(text, text, text);
DROP FUNCTION IF EXISTS payments_refuse_request(text, text, text, text, timestamptz);
DROP FUNCTION IF EXISTS payments_post_one(jsonb);
DROP FUNCTION IF EXISTS payments_post_extras(jsonb, bigint[], text[], timestamptz);
DROP FUNCTION IF EXISTS payments_roll(bigint, int);
