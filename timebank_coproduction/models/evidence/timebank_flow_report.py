from odoo import fields, models
from odoo.tools import SQL

from ..common.verb import verb
from ..common.windows import open_form
from ..member.timebank_member import ROLES
from . import facts


class TimebankFlowReport(models.Model):
    """What moved in the ledger: a row for each transfer. A reversal is the negative of what it reverses, with
    all that says what that was, on the day of the reversal.

    The table is flat, its joins are on unique keys: a question is answered with those alone that it needs.
    """

    _name = "timebank.flow.report"
    _description = "Credits That Moved"
    _auto = False
    _rec_name = "transfer_id"
    _order = "date desc, id desc"

    transfer_id = fields.Many2one("timebank.transfer", readonly=True)
    date = fields.Date(readonly=True)
    scheme_id = fields.Many2one("timebank.scheme", string="Time bank", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    kind = fields.Selection(
        lambda self: self.env["timebank.transfer"]._fields["kind"]._description_selection(self.env),
        readonly=True,
        help="Of a reversal, what it has put back.",
    )
    direction = fields.Selection(
        [
            ("issued", "Issued by the bank"),
            ("exchanged", "Between members"),
            ("returned", "Returned to the bank"),
            ("given", "Given away"),
            ("expired", "Expired"),
            ("other", "Balances settled"),
        ],
        readonly=True,
    )
    is_reversal = fields.Boolean("Put back", readonly=True)
    minutes = fields.Integer(readonly=True, help="Below zero where something was put back.")
    hours = fields.Float(readonly=True)
    from_account_id = fields.Many2one("timebank.account", string="From", readonly=True)
    to_account_id = fields.Many2one("timebank.account", string="To", readonly=True)
    role = fields.Selection(ROLES, string="Role of the giver", readonly=True)
    category_id = fields.Many2one("timebank.category", readonly=True)
    project_id = fields.Many2one("project.project", readonly=True)
    activity_id = fields.Many2one("timebank.activity", readonly=True)
    session_id = fields.Many2one("timebank.session", readonly=True)
    grant_id = fields.Many2one("timebank.grant", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """SELECT m.id, m.id AS transfer_id, m.date, m.scheme_id, m.company_id, m.kind,
                      COALESCE(m.flow, 'other') AS direction, m.reversed AS is_reversal, m.minutes,
                      m.minutes::float / 60 AS hours, m.from_account_id, m.to_account_id, m.role,
                      m.category_id, m.project_id, m.activity_id, m.session_id, m.grant_id
                 FROM %s m""",
            facts.moved(facts.EVERYTHING),
        )

    @verb(single=True)
    def action_open_source(self):
        """The entry, session, claim or whatever else moved these credits; the transfer itself where there is
        nothing behind it.

        :return: an action for the client
        :raises AccessError: by whoever may not read it
        """
        self.ensure_one()
        self.check_access("read")
        transfer = self.transfer_id.reversal_of_id or self.transfer_id
        origin = transfer._get_origin() or transfer
        if origin._name == "timebank.attendance":
            origin = origin.session_id
        origin.check_access("read")
        return open_form(origin)
