"""The least that a ledger writes, to compare with."""

from __future__ import annotations

MINIMAL = """
CREATE SCHEMA minimal;
CREATE TABLE minimal.account (
    id bigint PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0), version bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
CREATE TABLE minimal.transfer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key uuid NOT NULL UNIQUE, debit_id bigint NOT NULL,
    credit_id bigint NOT NULL, amount bigint NOT NULL CHECK (amount > 0), posted_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE minimal.posting (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, transfer_id bigint NOT NULL, account_id bigint NOT NULL,
    amount bigint NOT NULL, balance_after bigint NOT NULL
);
CREATE INDEX ON minimal.posting (account_id, id);
INSERT INTO minimal.account SELECT n, 1000000000000 FROM generate_series(1, 1000) n;
CREATE FUNCTION minimal.post(p_debit bigint, p_credit bigint, p_amount bigint, p_key uuid) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_low bigint := least(p_debit, p_credit);
    v_high bigint := greatest(p_debit, p_credit);
    v_low_amount bigint := CASE WHEN p_debit < p_credit THEN -p_amount ELSE p_amount END;
    v_low_after bigint;
    v_high_after bigint;
    v_transfer bigint;
BEGIN
    INSERT INTO minimal.transfer (key, debit_id, credit_id, amount) VALUES (p_key, p_debit, p_credit, p_amount)
    ON CONFLICT (key) DO NOTHING RETURNING id INTO v_transfer;
    IF v_transfer IS NULL THEN
        RETURN (SELECT id FROM minimal.transfer WHERE key = p_key);
    END IF;
    UPDATE minimal.account SET balance = balance + v_low_amount, version = version + 1 WHERE id = v_low
    RETURNING balance INTO v_low_after;
    UPDATE minimal.account SET balance = balance - v_low_amount, version = version + 1 WHERE id = v_high
    RETURNING balance INTO v_high_after;
    INSERT INTO minimal.posting (transfer_id, account_id, amount, balance_after) VALUES
        (v_transfer, v_low, v_low_amount, v_low_after), (v_transfer, v_high, -v_low_amount, v_high_after);
    RETURN v_transfer;
END $$;
"""


PGBENCH = "\\set a random(1, 500)\n\\set b random(501, 1000)\nSELECT minimal.post(:a, :b, 1, gen_random_uuid());\n"


MINIMAL_SQLITE = """
CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0), version INTEGER NOT NULL);
CREATE TABLE transfer (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, debit_id INTEGER NOT NULL, credit_id INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), posted_at TEXT NOT NULL
);
CREATE TABLE posting (
    id INTEGER PRIMARY KEY, transfer_id INTEGER NOT NULL, account_id INTEGER NOT NULL, amount INTEGER NOT NULL,
    balance_after INTEGER NOT NULL
);
CREATE INDEX posting_account ON posting (account_id, id);
"""
