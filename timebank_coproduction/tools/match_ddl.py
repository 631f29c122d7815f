"""What PostgreSQL itself guarantees about matches, whoever writes them.

What is matched of a bill line never goes beyond what of it is charged to the grant at
that moment, and what is matched to a claim never beyond its cost and tolerance. A bill
that changes afterwards keeps its matches, and shows as changed.
"""

#: What is less than half a coin is nothing, in the currency of a grant's or claim's organisation.
_HALF_A_COIN = """(SELECT u.rounding / 2 FROM res_company c JOIN res_currency u ON u.id = c.currency_id
                    WHERE c.id = %s)"""
_OF_LINE = _HALF_A_COIN % "(SELECT company_id FROM timebank_grant WHERE id = l.grant_id)"
_OF_CLAIM = _HALF_A_COIN % "r.company_id"
_OF_NEW = _HALF_A_COIN % "NEW.company_id"

# A session plans these statements once, perhaps for a single match in an empty table, and then has
# thousands to go through: each line and claim is looked up by its index, however few there were.
CREATE = f"""
CREATE OR REPLACE FUNCTION timebank_guard_matches() RETURNS trigger AS $$
BEGIN
    -- One after the other, also where two transactions don't see each other's matches.
    PERFORM 1 FROM timebank_bill_line
      WHERE id IN (SELECT bill_line_id FROM added) ORDER BY id FOR NO KEY UPDATE;
    PERFORM 1 FROM timebank_redemption
      WHERE id IN (SELECT redemption_id FROM added) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT bill_line_id AS id FROM added) a
          JOIN timebank_bill_line l ON l.id = a.id
         CROSS JOIN LATERAL (SELECT sum(amount) AS amount FROM timebank_reward_match
                              WHERE bill_line_id = l.id) m
         WHERE (m.amount > greatest(l.share_amount, 0)
                AND m.amount > greatest(l.share_amount, 0) + {_OF_LINE})
            OR (m.amount < least(l.share_amount, 0)
                AND m.amount < least(l.share_amount, 0) - {_OF_LINE})
    ) THEN
        RAISE EXCEPTION 'More would be matched of a bill line than is charged to the grant.'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT redemption_id AS id FROM added) a
          JOIN timebank_redemption r ON r.id = a.id
         CROSS JOIN LATERAL (SELECT sum(amount) AS amount FROM timebank_reward_match
                              WHERE redemption_id = r.id) m
         WHERE m.amount > COALESCE(r.cost_amount, 0) + COALESCE(r.tolerance_amount, 0)
           AND m.amount > COALESCE(r.cost_amount, 0) + COALESCE(r.tolerance_amount, 0) + {_OF_CLAIM}
    ) THEN
        RAISE EXCEPTION 'More would be matched to a claim than its cost and tolerance.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql SET enable_seqscan = off;

DROP TRIGGER IF EXISTS timebank_matches_new ON timebank_reward_match;
CREATE TRIGGER timebank_matches_new AFTER INSERT ON timebank_reward_match
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION timebank_guard_matches();
DROP TRIGGER IF EXISTS timebank_matches ON timebank_reward_match;
CREATE TRIGGER timebank_matches AFTER UPDATE ON timebank_reward_match
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION timebank_guard_matches();

-- What was matched stays whole when a claim's cost is lowered.
CREATE OR REPLACE FUNCTION timebank_guard_claim_cost() RETURNS trigger AS $$
BEGIN
    IF (SELECT sum(amount) FROM timebank_reward_match WHERE redemption_id = NEW.id)
       > COALESCE(NEW.cost_amount, 0) + COALESCE(NEW.tolerance_amount, 0) + {_OF_NEW} THEN
        RAISE EXCEPTION 'More is matched to the claim than that cost and its tolerance.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;
DROP TRIGGER IF EXISTS timebank_claim_cost ON timebank_redemption;
CREATE TRIGGER timebank_claim_cost AFTER UPDATE OF cost_amount, tolerance_amount ON timebank_redemption
    FOR EACH ROW
    WHEN (NEW.cost_amount + NEW.tolerance_amount < OLD.cost_amount + OLD.tolerance_amount)
    EXECUTE FUNCTION timebank_guard_claim_cost();
"""

DROP = """
DROP FUNCTION IF EXISTS timebank_guard_matches() CASCADE;
DROP FUNCTION IF EXISTS timebank_guard_claim_cost() CASCADE;
"""
