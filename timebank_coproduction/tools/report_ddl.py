"""What PostgreSQL itself guarantees about reports to funders, whoever writes to them.

What was sent stays as it was sent: its figures, its hashes and who signed it never change, and it is never
removed. A later version is a report of its own.
"""

CREATE = """
CREATE OR REPLACE FUNCTION timebank_guard_funder_report() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'DELETE' OR
       (NEW.state, NEW.kind, NEW.grant_id, NEW.company_id, NEW.date_from, NEW.date_to, NEW.version,
        NEW.supersedes_id, NEW.content, NEW.content_hash, NEW.pdf_hash, NEW.xlsx_hash, NEW.hash,
        NEW.drafted_by, NEW.checked_by, NEW.checked_on, NEW.agreed_by, NEW.agreed_on,
        NEW.sent_by, NEW.sent_on)
       IS DISTINCT FROM
       (OLD.state, OLD.kind, OLD.grant_id, OLD.company_id, OLD.date_from, OLD.date_to, OLD.version,
        OLD.supersedes_id, OLD.content, OLD.content_hash, OLD.pdf_hash, OLD.xlsx_hash, OLD.hash,
        OLD.drafted_by, OLD.checked_by, OLD.checked_on, OLD.agreed_by, OLD.agreed_on,
        OLD.sent_by, OLD.sent_on)
    THEN
        RAISE EXCEPTION 'A report that was sent stays as it is: make a new version.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;

DROP TRIGGER IF EXISTS timebank_guard ON timebank_funder_report;
CREATE TRIGGER timebank_guard BEFORE UPDATE OR DELETE ON timebank_funder_report
    FOR EACH ROW WHEN (OLD.state = 'sent') EXECUTE FUNCTION timebank_guard_funder_report();
"""

DROP = "DROP FUNCTION IF EXISTS timebank_guard_funder_report() CASCADE;"
