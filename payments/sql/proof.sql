-- Every invariant of the ledger as a query that names the rows which break it: (row, detail).
-- {recent} bounds transfers t, {touched} accounts a, {journals} journals j.

-- rule: the books of an asset balance
SELECT 'asset ' || a.asset, 'credits ' || sum(a.credits) || ' + queued ' || coalesce(max(i.queued), 0) || ', debits ' || sum(a.debits)
FROM payments_account a LEFT JOIN (
    SELECT t.asset, sum(x.amount) AS queued FROM payments_inbox x JOIN payments_transfer t ON t.id = x.transfer_id GROUP BY t.asset
) i ON i.asset = a.asset
GROUP BY a.asset HAVING sum(a.credits) + coalesce(max(i.queued), 0) <> sum(a.debits);

-- rule: an account's totals are the sums of its postings
SELECT 'account ' || a.code, 'credits ' || a.credits || ', debits ' || a.debits || ', held ' || a.held || ', postings ' || a.last_seq
FROM payments_account a LEFT JOIN (
    SELECT account_id, sum(CASE WHEN delta > 0 THEN delta ELSE 0 END) AS credits,
        sum(CASE WHEN delta < 0 THEN -delta ELSE 0 END) AS debits, sum(held_delta) AS held,
        count(*) AS n, max(seq) AS newest, min(seq) AS oldest, max(rev) AS rev
    FROM payments_posting GROUP BY account_id
) p ON p.account_id = a.id
WHERE {touched} AND (a.credits <> coalesce(p.credits, 0) OR a.debits <> coalesce(p.debits, 0) OR a.held <> coalesce(p.held, 0)
    OR a.last_seq <> coalesce(p.n, 0) OR a.last_seq <> coalesce(p.newest, 0) OR coalesce(p.oldest, 1) <> 1
    OR a.version < coalesce(p.rev, 0));

-- rule: each posting continues from the one before
SELECT 'posting ' || p.seq || ' of account ' || a.code, 'balance ' || p.balance_after || ', held ' || p.held_after || ', rev ' || p.rev
FROM payments_posting p JOIN payments_account a ON a.id = p.account_id JOIN payments_transfer t ON t.id = p.transfer_id
LEFT JOIN payments_posting b ON b.account_id = p.account_id AND b.seq = p.seq - 1
WHERE {recent} AND (p.seq > 1 AND b.seq IS NULL OR p.balance_after <> coalesce(b.balance_after, 0) + p.delta
    OR p.held_after <> coalesce(b.held_after, 0) + p.held_delta OR p.rev <= coalesce(b.rev, 0));

-- rule: an account stands where its newest posting left it
SELECT 'account ' || a.code, 'balance ' || (a.credits - a.debits) || ', held ' || a.held || ', newest posting ' || a.last_seq
FROM payments_account a LEFT JOIN payments_posting p ON p.account_id = a.id AND p.seq = a.last_seq
WHERE {touched} AND (coalesce(p.balance_after, 0) <> a.credits - a.debits OR coalesce(p.held_after, 0) <> a.held
    OR p.seq IS NULL AND a.last_seq > 0);

-- rule: every transfer leaves its money on both sides
SELECT 'transfer ' || t.id || ' of journal ' || t.journal_id, t.phase || ' of ' || t.amount || ' ' || t.asset
FROM payments_transfer t
LEFT JOIN payments_posting d ON d.transfer_id = t.id AND d.account_id = t.debit_id
LEFT JOIN payments_posting c ON c.transfer_id = t.id AND c.account_id = t.credit_id
LEFT JOIN payments_inbox i ON i.transfer_id = t.id
LEFT JOIN payments_transfer h ON h.id = t.pending_id
WHERE {recent} AND (d.seq IS NULL
    OR t.phase IN ('posted', 'capture') AND (d.delta <> -t.amount OR d.held_delta <> -coalesce(h.amount, 0)
        OR (c.seq IS NULL) = (i.transfer_id IS NULL) OR coalesce(c.delta, i.amount) <> t.amount OR coalesce(c.held_delta, 0) <> 0
        OR coalesce(i.account_id, t.credit_id) <> t.credit_id)
    OR t.phase = 'hold' AND (d.delta <> 0 OR d.held_delta <> t.amount OR c.seq IS NOT NULL OR i.transfer_id IS NOT NULL)
    OR t.phase = 'void' AND (d.delta <> 0 OR d.held_delta <> -coalesce(h.amount, 0) OR c.seq IS NOT NULL OR i.transfer_id IS NOT NULL)
    OR (SELECT count(*) FROM payments_posting x WHERE x.transfer_id = t.id) <> CASE WHEN c.seq IS NULL THEN 1 ELSE 2 END);

-- rule: a transfer stays within one asset
SELECT 'transfer ' || t.id || ' of journal ' || t.journal_id, t.asset || ' from ' || d.code || ' to ' || c.code
FROM payments_transfer t JOIN payments_account d ON d.id = t.debit_id JOIN payments_account c ON c.id = t.credit_id
WHERE {recent} AND (t.asset <> d.asset OR t.asset <> c.asset);

-- rule: a capture or void resolves a hold of the same accounts, for no more
SELECT 'transfer ' || t.id || ' of journal ' || t.journal_id, t.phase || ' of ' || t.amount || ' for hold ' || t.pending_id
FROM payments_transfer t LEFT JOIN payments_transfer h ON h.id = t.pending_id
WHERE {recent} AND t.pending_id IS NOT NULL AND (h.id IS NULL OR h.phase <> 'hold' OR h.debit_id <> t.debit_id
    OR h.credit_id <> t.credit_id OR h.asset <> t.asset OR t.amount > h.amount);

-- rule: a hold is open until it is resolved
SELECT 'hold ' || t.id || ' of journal ' || t.journal_id, CASE WHEN r.id IS NULL THEN 'not resolved' ELSE 'resolved' END || ', '
    || CASE WHEN o.transfer_id IS NULL THEN 'not open' ELSE 'open for ' || o.amount END
FROM payments_transfer t LEFT JOIN payments_openhold o ON o.transfer_id = t.id LEFT JOIN payments_transfer r ON r.pending_id = t.id
WHERE {recent} AND (t.phase = 'hold' AND ((o.transfer_id IS NULL) = (r.id IS NULL) OR o.amount <> t.amount OR o.account_id <> t.debit_id)
    OR t.phase <> 'hold' AND o.transfer_id IS NOT NULL);

-- rule: what an account holds is the sum of its open holds
SELECT 'account ' || a.code, 'held ' || a.held || ', open holds ' || coalesce(o.amount, 0)
FROM payments_account a LEFT JOIN (SELECT account_id, sum(amount) AS amount FROM payments_openhold GROUP BY account_id) o
    ON o.account_id = a.id
WHERE {touched} AND a.held <> coalesce(o.amount, 0);

-- rule: a journal has all its lines, and an answer
SELECT 'journal ' || j.id, 'lines ' || coalesce(n.lines, 0) || ', answer ' || coalesce(r.outcome, 'none')
FROM payments_journal j LEFT JOIN payments_request r ON r.journal_id = j.id
LEFT JOIN (SELECT journal_id, count(*) AS lines, max(line) AS newest FROM payments_transfer GROUP BY journal_id) n ON n.journal_id = j.id
WHERE {journals} AND (n.lines IS NULL OR n.lines <> n.newest OR r.id IS NULL OR r.outcome <> 'posted');

-- rule: an answer is a journal or a refusal
SELECT 'request ' || r.scope || ' ' || r.key, r.outcome || ' ' || r.code
FROM payments_request r LEFT JOIN payments_journal j ON j.id = r.journal_id
WHERE (r.outcome = 'posted') <> (j.id IS NOT NULL) OR (r.outcome = 'refused') <> (r.code <> '');

-- rule: a refund counter counts the refunds
SELECT 'journal ' || j.id, 'counted ' || f.refunded || ' in ' || f.refunds || ', paid back ' || coalesce(b.amount, 0) || ' in ' || coalesce(b.n, 0)
FROM payments_refundable f JOIN payments_journal j ON j.id = f.journal_id
LEFT JOIN (
    SELECT x.reverses_id, sum(t.amount) AS amount, count(DISTINCT x.id) AS n
    FROM payments_journal x JOIN payments_transfer t ON t.journal_id = x.id WHERE x.reverses_id IS NOT NULL GROUP BY x.reverses_id
) b ON b.reverses_id = j.id
WHERE f.refunded > f.cap OR f.refunded <> coalesce(b.amount, 0) OR f.refunds <> coalesce(b.n, 0);

-- rule: an account is within its bounds
SELECT 'account ' || a.code, 'available ' || (a.credits - a.debits - a.held) || ', balance ' || (a.credits - a.debits)
FROM payments_account a
WHERE {touched} AND (a.credits - a.debits - a.held < a.floor OR a.credits - a.debits > a.ceiling OR a.held < 0
    OR a.credits < 0 OR a.debits < 0);

-- rule: nothing stays in clearing
SELECT 'account ' || a.code, 'balance ' || (a.credits - a.debits)
FROM payments_account a WHERE {touched} AND a.kind = 'clearing' AND a.credits <> a.debits;

-- rule: a payment by code is stored as it was posted
SELECT 'journal ' || j.id, 'stored ' || coalesce(q.amount, 0) || ', posted ' || coalesce(t.amount, 0)
FROM payments_journal j LEFT JOIN payments_qrispayment q ON q.journal_id = j.id
LEFT JOIN payments_transfer t ON t.journal_id = j.id AND t.line = 1
WHERE {journals} AND j.kind = 'qris_paid' AND (q.journal_id IS NULL OR t.id IS NULL OR q.amount <> t.amount OR q.payer_id <> j.actor_id);

-- rule: what is owed is what came in minus what left
SELECT 'asset ' || m.asset, 'owed ' || m.owed || ', transfers ' || coalesce(x.owed, 0)
FROM payments_issuedmoney m LEFT JOIN (
    SELECT t.asset, sum(CASE WHEN d.kind IN ('cash', 'bank', 'suspense') THEN t.amount ELSE 0 END
        - CASE WHEN c.kind IN ('cash', 'bank', 'suspense') THEN t.amount ELSE 0 END) AS owed
    FROM payments_transfer t JOIN payments_account d ON d.id = t.debit_id JOIN payments_account c ON c.id = t.credit_id
    WHERE t.phase IN ('posted', 'capture') GROUP BY t.asset
) x ON x.asset = m.asset
WHERE m.owed <> coalesce(x.owed, 0);
