from odoo.tools import SQL

from odoo.addons.timebank_coproduction.models.grant.timebank_grant_time import TABLES, grant_of_time


def migrate(cr, version):
    """What counts for another grant than the rule finds was chosen by somebody, for all that is known."""
    for table, without_session in TABLES:
        cr.execute(
            SQL(
                """WITH found AS (
                       SELECT d.scheme_id, d.project_id, d.date, %(rule)s AS grant_id
                         FROM (SELECT DISTINCT scheme_id, project_id, date
                                 FROM %(table)s t WHERE %(without_session)s) d)
                   UPDATE %(table)s t
                      SET grant_chosen = TRUE
                     FROM found
                    WHERE found.scheme_id = t.scheme_id AND found.date = t.date
                      AND found.project_id IS NOT DISTINCT FROM t.project_id
                      AND found.grant_id IS DISTINCT FROM t.grant_id AND %(without_session)s""",
                table=SQL.identifier(table),
                without_session=without_session,
                rule=grant_of_time(SQL("d.scheme_id"), SQL("d.project_id"), SQL("d.date")),
            )
        )
