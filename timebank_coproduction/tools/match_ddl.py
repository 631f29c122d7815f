"""What PostgreSQL itself guarantees about matches, whoever writes them.

What is matched of a bill line never goes beyond what of it is charged to the grant at
that moment, and what is matched to a claim never beyond its cost and tolerance. A bill
that changes afterwards keeps its matches, and shows as changed.
"""

#: What is less than half a coin is nothing, in the currency of a grant's or claim's organisation.
_COIN = "JOIN res_company c ON c.id = %s.company_id JOIN res_currency u ON u.id = c.currency_id"

CREATE = f"""
CREATE OR REPLACE FUNCTION timebank_guard_matches() RETURNS trigger AS $$
BEGIN
    -- One after the other, also where two transactions don't see each other's matches.
    PERFORM 1 FROM timebank_bill_line
      WHERE id IN (SELECT bill_line_id FROM added) ORDER BY id FOR NO KEY UPDATE;
    PERFORM 1 FROM timebank_redemption
      WHERE id IN (SELECT redemption_id FROM added) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM timebank_bill_line l
          JOIN (SELECT bill_line_id, sum(amount) AS amount FROM timebank_reward_match
                 WHERE bill_line_id IN (SELECT bill_line_id FROM added) GROUP BY bill_line_id) m
            ON m.bill_line_id = l.id
          JOIN timebank_grant g ON g.id = l.grant_id {_COIN % "g"}
         WHERE m.amount > greatest(l.share_amount, 0) + u.rounding / 2
            OR m.amount < least(l.share_amount, 0) - u.rounding / 2
    ) THEN
        RAISE EXCEPTION 'More would be matched of a bill line than is charged to the grant.'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM timebank_redemption r
          JOIN (SELECT redemption_id, sum(amount) AS amount FROM timebank_reward_match
                 WHERE redemption_id IN (SELECT redemption_id FROM added) GROUP BY redemption_id) m
            ON m.redemption_id = r.id {_COIN % "r"}
         WHERE m.amount > COALESCE(r.cost_amount, 0) + COALESCE(r.tolerance_amount, 0) + u.rounding / 2
    ) THEN
        RAISE EXCEPTION 'More would be matched to a claim than its cost and tolerance.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

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
       > COALESCE(NEW.cost_amount, 0) + COALESCE(NEW.tolerance_amount, 0)
         + (SELECT u.rounding / 2 FROM timebank_redemption r {_COIN % "r"} WHERE r.id = NEW.id) THEN
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
