"""What PostgreSQL itself guarantees about the ledger, whoever writes to it.

- A transfer is never changed or removed, nor is a line of a seal. What somebody wrote
  on a transfer can be erased, and nothing else be put in its place: what is sealed is a
  salted digest of it.
- A balance changes through transfers alone: each insert moves both sides at once.
- Accounts that everybody pays into or out of (``operating``, ``voucher``) have no
  row of their own to queue for: what moves on them is added to
  ``timebank_account_tail``. What is deleted there goes into the account at once, which
  is what an hourly job does.
- An account keeps its kind and its bank; a bank with transfers its operating account.
"""

#: Kinds of account that keep their movements in the tail. Not locked, not limited.
FLOW_KINDS = ("operating", "voucher")

_FLOW = "('operating', 'voucher')"

#: The digest of what somebody wrote, as hex. Its salt is erased with the text. A salt has one length:
#: else the beginning of a text could be passed off as the end of its salt, or the other way round.
DIGEST = """
CREATE OR REPLACE FUNCTION timebank_digest(salt text, written text) RETURNS text AS $$
    SELECT CASE WHEN length(salt) = 32 THEN encode(sha256(convert_to(salt || written, 'UTF8')), 'hex') END
$$ LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE;
"""

CREATE = f"""
{DIGEST}
-- Of an earlier version, which took its sums back with a setting of the session.
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_proc WHERE oid = to_regprocedure('timebank_fold_tail()')
                  AND prorettype = 'void'::regtype) THEN
        DROP FUNCTION timebank_fold_tail();
    END IF;
END $$;

CREATE OR REPLACE FUNCTION timebank_refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are never changed or removed: correct them with a reversal.',
        TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$ LANGUAGE plpgsql;

-- A salt of its own for each, for nobody to find a short text again by trying.
CREATE OR REPLACE FUNCTION timebank_digest_memo() RETURNS trigger AS $$
BEGIN
    NEW.memo_salt := replace(gen_random_uuid()::text, '-', '');
    NEW.memo_digest := timebank_digest(NEW.memo_salt, NEW.memo);
    RETURN NEW;
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE FUNCTION timebank_keep_transfer() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.memo IS NOT NULL AND NEW.memo IS NULL AND NEW.memo_salt IS NULL
            AND NEW.memo_erased_on IS NOT NULL
            AND to_jsonb(NEW) - ARRAY['memo', 'memo_salt', 'memo_erased_on']
              = to_jsonb(OLD) - ARRAY['memo', 'memo_salt', 'memo_erased_on'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Transfers are never changed or removed: correct them with a reversal.'
        USING ERRCODE = 'restrict_violation';
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

-- Only the ledger's own triggers change a balance: no setting of a session lets anything else.
CREATE OR REPLACE FUNCTION timebank_guard_balance() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'timebank_account_tail' OR pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'A balance changes through transfers alone.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;

-- Whatever leaves the tail goes into its account, whoever takes it out: no sum can get lost.
CREATE OR REPLACE FUNCTION timebank_fold_tail() RETURNS trigger AS $$
BEGIN
    UPDATE timebank_account a SET balance_minutes = a.balance_minutes + summed.minutes
      FROM (SELECT account_id, sum(minutes)::int AS minutes FROM gone GROUP BY account_id) summed
     WHERE summed.account_id = a.id;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

-- Of which kind an account is, whose bank's, and which account a bank issues from, stays for ever.
CREATE OR REPLACE FUNCTION timebank_guard_account() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'An account stays of its kind and in its bank.' USING ERRCODE = 'restrict_violation';
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE FUNCTION timebank_guard_books() RETURNS trigger AS $$
BEGIN
    IF EXISTS (SELECT FROM timebank_transfer WHERE scheme_id = OLD.id) THEN
        RAISE EXCEPTION 'A bank keeps its accounts and its numbers.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;

DROP TRIGGER IF EXISTS timebank_keep ON timebank_transfer;
CREATE TRIGGER timebank_keep BEFORE UPDATE OR DELETE ON timebank_transfer
    FOR EACH ROW EXECUTE FUNCTION timebank_keep_transfer();
DROP TRIGGER IF EXISTS timebank_digest ON timebank_transfer;
CREATE TRIGGER timebank_digest BEFORE INSERT ON timebank_transfer
    FOR EACH ROW WHEN (NEW.memo IS NOT NULL) EXECUTE FUNCTION timebank_digest_memo();
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
CREATE TRIGGER timebank_guard BEFORE INSERT OR UPDATE ON timebank_account_tail
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_balance();
DROP TRIGGER IF EXISTS timebank_fold ON timebank_account_tail;
CREATE TRIGGER timebank_fold AFTER DELETE ON timebank_account_tail
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION timebank_fold_tail();

DROP TRIGGER IF EXISTS timebank_guard_kind ON timebank_account;
CREATE TRIGGER timebank_guard_kind BEFORE UPDATE OF kind, scheme_id ON timebank_account
    FOR EACH ROW WHEN ((OLD.kind, OLD.scheme_id) IS DISTINCT FROM (NEW.kind, NEW.scheme_id))
    EXECUTE FUNCTION timebank_guard_account();
DROP TRIGGER IF EXISTS timebank_guard ON timebank_scheme;
CREATE TRIGGER timebank_guard
    BEFORE UPDATE OF operating_account_id, sequence_id ON timebank_scheme
    FOR EACH ROW WHEN (OLD.operating_account_id <> NEW.operating_account_id
                       OR OLD.operating_account_id IS NOT NULL AND NEW.operating_account_id IS NULL
                       OR OLD.sequence_id <> NEW.sequence_id
                       OR OLD.sequence_id IS NOT NULL AND NEW.sequence_id IS NULL)
    EXECUTE FUNCTION timebank_guard_books();

DROP TRIGGER IF EXISTS timebank_keep ON timebank_seal_line;
CREATE TRIGGER timebank_keep BEFORE UPDATE OR DELETE ON timebank_seal_line
    FOR EACH ROW EXECUTE FUNCTION timebank_refuse_change();
DROP TRIGGER IF EXISTS timebank_keep ON timebank_seal;
CREATE TRIGGER timebank_keep BEFORE DELETE OR
    UPDATE OF hash, number, previous_id, scheme_id, transfer_count ON timebank_seal
    FOR EACH ROW EXECUTE FUNCTION timebank_refuse_change();
"""

DROP = """
DROP FUNCTION IF EXISTS timebank_fold_tail() CASCADE;
DROP FUNCTION IF EXISTS timebank_refuse_change() CASCADE;
DROP FUNCTION IF EXISTS timebank_apply_transfers() CASCADE;
DROP FUNCTION IF EXISTS timebank_digest_memo() CASCADE;
DROP FUNCTION IF EXISTS timebank_keep_transfer() CASCADE;
DROP FUNCTION IF EXISTS timebank_digest(text, text) CASCADE;
DROP FUNCTION IF EXISTS timebank_guard_balance() CASCADE;
DROP FUNCTION IF EXISTS timebank_guard_account() CASCADE;
DROP FUNCTION IF EXISTS timebank_guard_books() CASCADE;
"""
