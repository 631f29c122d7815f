from odoo import fields, models
from odoo.tools import SQL

from ..common.verb import verb
from ..common.windows import open_form
from ..member.timebank_member import ROLES


class TimebankFactReport(models.AbstractModel):
    """A report whose rows are facts: when and where each was, what for, how long, and the record behind it.

    What inherits this selects its rows with :meth:`_select_facts`, and says in :meth:`_get_source` which
    record a row comes from. The table is flat, its joins are on unique keys: a question is answered with
    those alone that it needs.
    """

    _name = "timebank.fact.report"
    _inherit = "timebank.bank.report"
    _description = "Report of Facts"
    _order = "date desc, id desc"

    role = fields.Selection(ROLES, readonly=True)
    minutes = fields.Integer(readonly=True)
    hours = fields.Float(readonly=True)
    category_id = fields.Many2one("timebank.category", readonly=True)
    project_id = fields.Many2one("project.project", readonly=True)
    activity_id = fields.Many2one("timebank.activity", readonly=True)
    session_id = fields.Many2one("timebank.session", readonly=True)
    grant_id = fields.Many2one("timebank.grant", readonly=True)

    def _select_facts(self, columns, facts):
        """The query of a report's rows.

        :param columns: of the facts ``f``: the id, and the report's own fields
        :param facts: a sub-query with the fields above but the bank's company and the hours
        """
        return SQL(
            """SELECT %s, f.date, f.scheme_id, bank.company_id, f.role, f.minutes,
                      f.minutes::float / 60 AS hours, f.category_id, f.project_id, f.activity_id,
                      f.session_id, f.grant_id
                 FROM %s f
                 LEFT JOIN timebank_scheme bank ON bank.id = f.scheme_id""",
            columns,
            facts,
        )

    def _get_source(self):
        """The record that a row comes from."""
        raise NotImplementedError

    @verb(single=True)
    def action_open_source(self):
        """The record behind a row: an entry, a session with its register, a claim, a transfer.

        :return: an action for the client
        :raises AccessError: by whoever may not read it
        """
        self.ensure_one()
        self.check_access("read")
        source = self._get_source()
        source.check_access("read")
        return open_form(source)
