"""What the tables of every subject have in common in PostgreSQL.

No table of the addon is ever emptied at one stroke: ``TRUNCATE`` asks no trigger of a row,
and so would pass by everything else that PostgreSQL guarantees.
"""

CREATE = """
CREATE OR REPLACE FUNCTION timebank_refuse_emptying() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'The table % is never emptied.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$ LANGUAGE plpgsql;

DO $$ DECLARE kept regclass; BEGIN
    FOR kept IN
        SELECT c.oid FROM pg_class c
         WHERE c.relkind = 'r' AND c.relnamespace = current_schema::regnamespace
           AND c.relname LIKE '%timebank\\_%'
           AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'timebank_keep_all'
                              AND t.tgfoid = 'timebank_refuse_emptying'::regproc)
    LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS timebank_keep_all ON %s', kept);
        EXECUTE format('CREATE TRIGGER timebank_keep_all BEFORE TRUNCATE ON %s
            FOR EACH STATEMENT EXECUTE FUNCTION timebank_refuse_emptying()', kept);
    END LOOP;
END $$;
"""

DROP = "DROP FUNCTION IF EXISTS timebank_refuse_emptying() CASCADE;"
