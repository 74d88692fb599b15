DROP FUNCTION IF EXISTS payments_post;
DROP FUNCTION IF EXISTS payments_answered;
DROP FUNCTION IF EXISTS payments_refuse_request;
DROP FUNCTION IF EXISTS payments_post_one;
DROP FUNCTION IF EXISTS payments_post_extras;
DROP FUNCTION IF EXISTS payments_roll;
