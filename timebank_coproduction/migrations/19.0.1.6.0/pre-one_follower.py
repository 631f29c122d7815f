def migrate(cr, version):
    """Of two reports that take the place of one, the later takes that of the earlier: what was sent goes
    before what wasn't.

    It only says what follows what; neither figures nor hashes of what was sent change, and so the guard of
    what was sent is asleep meanwhile.
    """
    cr.execute("SELECT to_regclass('timebank_funder_report')")
    if not cr.fetchone()[0]:
        return
    cr.execute(
        """SELECT 1 FROM timebank_funder_report WHERE supersedes_id IS NOT NULL
            GROUP BY supersedes_id HAVING COUNT(*) > 1"""
    )
    if not cr.fetchone():
        return
    cr.execute("ALTER TABLE timebank_funder_report DISABLE TRIGGER USER")
    cr.execute(
        """WITH RECURSIVE following AS (
               SELECT id AS first_id, id FROM timebank_funder_report WHERE supersedes_id IS NULL
                UNION
               SELECT before.first_id, report.id
                 FROM following before
                 JOIN timebank_funder_report report ON report.supersedes_id = before.id),
           doubled AS (
               SELECT DISTINCT first_id FROM following
                WHERE id IN (SELECT supersedes_id FROM timebank_funder_report WHERE supersedes_id IS NOT NULL
                              GROUP BY supersedes_id HAVING COUNT(*) > 1)),
           in_line AS (
               SELECT report.id,
                      LAG(report.id) OVER line AS before_id,
                      ROW_NUMBER() OVER line AS place
                 FROM following JOIN doubled USING (first_id)
                 JOIN timebank_funder_report report ON report.id = following.id
               WINDOW line AS (PARTITION BY first_id
                               ORDER BY report.id != first_id, report.state != 'sent', report.sent_on,
                                        report.id))
           UPDATE timebank_funder_report report
              SET supersedes_id = in_line.before_id,
                  version = CASE WHEN report.state = 'draft' THEN in_line.place ELSE report.version END
             FROM in_line
            WHERE in_line.id = report.id AND in_line.before_id IS NOT NULL"""
    )
    cr.execute("ALTER TABLE timebank_funder_report ENABLE TRIGGER USER")
