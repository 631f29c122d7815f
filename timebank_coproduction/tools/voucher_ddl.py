"""What PostgreSQL itself guarantees about paper vouchers, whoever writes to them.

A voucher leaves ``issued`` once and for ever, keeps its code, its value and its batch,
and is never removed: nothing can be handed in twice.
"""

CREATE = """
CREATE OR REPLACE FUNCTION timebank_guard_voucher() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'issued'
       OR (NEW.code, NEW.minutes, NEW.batch_id, NEW.scheme_id)
          IS DISTINCT FROM (OLD.code, OLD.minutes, OLD.batch_id, OLD.scheme_id) THEN
        RAISE EXCEPTION 'A voucher is handed in, cancelled or expires once.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;

DROP TRIGGER IF EXISTS timebank_guard ON timebank_voucher;
CREATE TRIGGER timebank_guard BEFORE UPDATE OR DELETE ON timebank_voucher
    FOR EACH ROW EXECUTE FUNCTION timebank_guard_voucher();
"""

DROP = "DROP FUNCTION IF EXISTS timebank_guard_voucher() CASCADE;"
