def migrate(cr, version):
    """Of a section that stands twice in a report, or among a funder's headings, the first stays.

    A later one that somebody has given a heading or words becomes a question of their own, as which all of
    it stays to be seen; one that says nothing goes. What was sent is kept apart from its sections, whole.
    """
    cr.execute("SELECT to_regclass('timebank_funder_report_section')")
    if not cr.fetchone()[0]:
        return
    cr.execute(
        """WITH later AS (
               SELECT id FROM (
                   SELECT id, row_number() OVER (
                              PARTITION BY report_id, template_id, key ORDER BY sequence, id) AS place
                     FROM timebank_funder_report_section WHERE key != 'question') numbered
                WHERE place > 1),
           gone AS (
               DELETE FROM timebank_funder_report_section
                WHERE id IN (SELECT id FROM later)
                  AND COALESCE(title, '') = '' AND COALESCE(text, '') = '')
           UPDATE timebank_funder_report_section
              SET title = COALESCE(NULLIF(title, ''), initcap(replace(key, '_', ' '))), key = 'question'
            WHERE id IN (SELECT id FROM later)
              AND (COALESCE(title, '') != '' OR COALESCE(text, '') != '')"""
    )
