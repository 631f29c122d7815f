"""What PostgreSQL itself guarantees about the ledger, whoever writes to it.

- A transfer is never changed or removed, nor is a line of a seal.
- A balance changes through transfers alone: each insert moves both sides at once.
- Accounts that everybody pays into or out of (``operating``, ``voucher``) have no
  row of their own to queue for: what moves on them is added to
  ``timebank_account_tail``, which an hourly job folds into the account.
"""

#: Kinds of account that keep their movements in the tail. Not locked, not limited.
FLOW_KINDS = ("operating", "voucher")

_FLOW = "('operating', 'voucher')"

CREATE = f"""
CREATE OR REPLACE FUNCTION timebank_refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are never changed or removed: correct them with a reversal.',
        TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE FUNCTION timebank_apply_transfers() RETURNS trigger AS $$
BEGIN
    -- In the order of their ids, so that two batches over the same people can't deadlock.
    PERFORM 1 FROM timebank_account
      WHERE id IN (SELECT from_account_id FROM added UNION SELECT to_account_id FROM added)
        AND kind NOT IN {_FLOW}
      ORDER BY id FOR NO KEY UPDATE;
    WITH moved AS (
        SELECT account_id, sum(minutes)::int AS minutes FROM (
            SELECT to_account_id AS account_id, minutes FROM added
            UNION ALL
            SELECT from_account_id, -minutes FROM added
        ) side GROUP BY account_id
    ), plain AS (
        UPDATE timebank_account a SET balance_minutes = a.balance_minutes + moved.minutes
          FROM moved WHERE a.id = moved.account_id AND a.kind NOT IN {_FLOW}
    )
    INSERT INTO timebank_account_tail (account_id, minutes)
      SELECT a.id, moved.minutes FROM moved JOIN timebank_account a ON a.id = moved.account_id
       WHERE a.kind IN {_FLOW} AND moved.minutes <> 0;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE FUNCTION timebank_guard_balance() RETURNS trigger AS $$
BEGIN
    IF pg_trigger_depth() < 2 AND current_setting('timebank.folding', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'A balance changes through transfers alone.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE FUNCTION timebank_fold_tail() RETURNS void AS $$
    SELECT set_config('timebank.folding', 'on', true);
    WITH gone AS (
        DELETE FROM timebank_account_tail RETURNING account_id, minutes
    ), summed AS (
        SELECT account_id, sum(minutes)::int AS minutes FROM gone GROUP BY account_id
    )
    UPDATE timebank_account a SET balance_minutes = a.balance_minutes + summed.minutes
      FROM summed WHERE a.id = summed.account_id;
    SELECT set_config('timebank.folding', 'off', true);
$$ LANGUAGE sql;

DROP TRIGGER IF EXISTS timebank_keep ON timebank_transfer;
CREATE TRIGGER timebank_keep BEFORE UPDATE OR DELETE ON timebank_transfer
    FOR EACH ROW EXECUTE FUNCTION timebank_refuse_change();
DROP TRIGGER IF EXISTS timebank_apply ON timebank_transfer;
CREATE TRIGGER timebank_apply AFTER INSERT ON timebank_transfer
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION timebank_apply_transfers();

DROP TRIGGER IF EXISTS timebank_guard ON timebank_account;
CREATE TRIGGER timebank_guard BEFORE UPDATE OF balance_minutes ON timebank_account
    FOR EACH ROW WHEN (OLD.balance_minutes IS DISTINCT FROM NEW.balance_minutes)
    EXECUTE FUNCTION timebank_guard_balance();
DROP TRIGGER IF EXISTS timebank_guard_new ON timebank_account;
CREATE TRIGGER timebank_guard_new BEFORE INSERT ON timebank_account
    FOR EACH ROW WHEN (NEW.balance_minutes <> 0)
    EXECUTE FUNCTION timebank_guard_balance();
DROP TRIGGER IF EXISTS timebank_guard ON timebank_account_tail;
CREATE TRIGGER timebank_guard BEFORE INSERT OR UPDATE OR DELETE ON timebank_account_tail
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_balance();

DROP TRIGGER IF EXISTS timebank_keep ON timebank_seal_line;
CREATE TRIGGER timebank_keep BEFORE UPDATE OR DELETE ON timebank_seal_line
    FOR EACH ROW EXECUTE FUNCTION timebank_refuse_change();
DROP TRIGGER IF EXISTS timebank_keep ON timebank_seal;
CREATE TRIGGER timebank_keep BEFORE DELETE OR UPDATE OF hash, previous_id, scheme_id ON timebank_seal
    FOR EACH ROW EXECUTE FUNCTION timebank_refuse_change();

DO $$ DECLARE kept text; BEGIN
    FOREACH kept IN ARRAY ARRAY['transfer', 'account_tail', 'seal', 'seal_line'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS timebank_keep_all ON %I', 'timebank_' || kept);
        EXECUTE format('CREATE TRIGGER timebank_keep_all BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION timebank_refuse_change()', 'timebank_' || kept);
    END LOOP;
END $$;
"""

DROP = """
DROP FUNCTION IF EXISTS timebank_fold_tail();
DROP FUNCTION IF EXISTS timebank_refuse_change() CASCADE;
DROP FUNCTION IF EXISTS timebank_apply_transfers() CASCADE;
DROP FUNCTION IF EXISTS timebank_guard_balance() CASCADE;
"""
