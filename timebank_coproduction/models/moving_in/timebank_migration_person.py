from odoo import api, fields, models

from ..common.hours_field import hours_field
from ..common.personal import ABOUT, KEPT, NAMED, WORDS


class TimebankMigrationPerson(models.Model):
    """Somebody whom a move brings in, and what their balance is to be; minutes are kept."""

    _name = "timebank.migration.person"
    _description = "Person of a Move"
    _inherit = ["timebank.of.bank", "timebank.protected"]
    _order = "name, id"
    _allow_sudo_commands = False
    _personal_fields = {
        "name": WORDS,
        "key": KEPT,
        "email": WORDS,
        "phone": WORDS,
        "words": WORDS,
        "partner_id": ABOUT,
        "member_id": NAMED,
    }

    migration_id = fields.Many2one(
        "timebank.migration", "Move", required=True, readonly=True, ondelete="cascade", index=True
    )
    scheme_id = fields.Many2one(
        "timebank.scheme", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="scheme_id.company_id")
    # As the files have them
    key = fields.Char(required=True, readonly=True, index=True)
    name = fields.Char(readonly=True)
    email = fields.Char(readonly=True)
    phone = fields.Char(readonly=True)
    words = fields.Char("Note", readonly=True)
    joined_on = fields.Date(readonly=True)
    is_organisation = fields.Boolean(readonly=True)
    joining_state = fields.Selection(
        [("active", "Active"), ("paused", "Paused"), ("applicant", "Applicant")],
        "State",
        readonly=True,
        default="active",
    )
    is_known = fields.Boolean("Moved in before", readonly=True)
    # Their balance, in minutes
    is_declared = fields.Boolean(readonly=True, help="Whether the files say what the balance is.")
    declared_minutes = fields.Integer(readonly=True)
    declared_hours = hours_field("declared_minutes", "In the file")
    history_minutes = fields.Integer(readonly=True)
    history_hours = hours_field("history_minutes", "From the rows")
    opening_minutes = fields.Integer(readonly=True)
    opening_hours = hours_field("opening_minutes", "Opening")
    result_minutes = fields.Integer(readonly=True, aggregator="sum")
    result_hours = hours_field("result_minutes", "Will have", store=True, aggregator="sum")
    spent_minutes = fields.Integer(
        readonly=True, help="All that leaves the account while the move is carried out."
    )
    limit_minutes = fields.Integer(readonly=True, help="A limit of their own, as answered; 0 means none.")
    # What was made of them
    partner_id = fields.Many2one(
        "res.partner", "Contact", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    member_id = fields.Many2one("timebank.member", readonly=True, ondelete="restrict", index="btree_not_null")
    is_carried = fields.Boolean(readonly=True)
    is_new_contact = fields.Boolean(readonly=True)
    is_new_member = fields.Boolean(readonly=True)
    is_opened = fields.Boolean("Opening posted", readonly=True)
    is_settled = fields.Boolean("Limit and state set", readonly=True)
    had_paused = fields.Boolean(readonly=True)
    had_own_limit = fields.Boolean(readonly=True)
    had_limit_minutes = fields.Integer(readonly=True)
    moved_minutes = fields.Integer("Moved (minutes)", readonly=True)
    moved_hours = hours_field("moved_minutes", "In the ledger", store=True, aggregator="sum")
    agrees = fields.Boolean(compute="_compute_agrees")

    _once = models.UniqueIndex("(migration_id, key)", "That person is part of the move already.")

    @api.depends("name", "email", "key")
    def _compute_display_name(self):
        """Namesakes are told apart by their addresses, or their numbers there."""
        for person in self:
            told = person.email or person.key.rpartition(":")[2][:8]
            person.display_name = f"{person.name or ''} ({told})"

    @api.depends("moved_minutes", "result_minutes", "is_settled")
    def _compute_agrees(self):
        for person in self:
            person.agrees = not person.is_settled or person.moved_minutes == person.result_minutes
