from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.moving_in import mapping
from ...tools.moving_in.sources import SOURCES
from ..common.personal import OURS, WORDS

MEANINGS = {
    "name": "Name (of who gave, or the member)",
    "first": "First name",
    "last": "Last name",
    "email": "Mail address (of who gave, or the member)",
    "phone": "Phone",
    "id": "Number of the row or member",
    "giver_id": "Number of who gave",
    "receiver": "Name of who received",
    "receiver_email": "Mail address of who received",
    "receiver_id": "Number of who received",
    "day": "Day",
    "time": "How long",
    "text": "What for",
    "category": "Category",
    "status": "Whether it is approved",
    "joined": "Member since",
    "balance": "Balance",
    "payee": "Who gave",
    "payee_id": "Number of who gave (there)",
    "payer": "Who received",
    "payer_id": "Number of who received (there)",
    "owner": "Whose it is",
    "owner_id": "Number of whose it is",
    "kind": "Offer or request",
    "title": "Title",
    "expires": "Until when",
    "posted": "Since when",
    "earned": "Hours earned, as a check",
    "role": "Role",
    "state": "State",
}


class TimebankMigrationColumn(models.Model):
    """A heading of a table, examples of its cells, and what it means."""

    _name = "timebank.migration.column"
    _description = "Column of a Table"
    _inherit = ["timebank.of.bank", "timebank.protected"]
    _order = "sheet_id, column_number"
    _allow_sudo_commands = False
    _personal_fields = {
        "heading_text": OURS,
        "examples": WORDS,
    }

    sheet_id = fields.Many2one(
        "timebank.migration.sheet", required=True, readonly=True, ondelete="cascade", index=True
    )
    scheme_id = fields.Many2one(related="sheet_id.scheme_id", store=True)
    company_id = fields.Many2one(related="sheet_id.company_id", store=True)
    column_number = fields.Integer(readonly=True, aggregator=None)
    heading_text = fields.Char("Heading", readonly=True)
    examples = fields.Char("For example", readonly=True)
    meaning = fields.Selection(
        lambda self: self._get_meanings(), "What it means", help="Empty: it is not read."
    )
    possible_meanings = fields.Char(compute="_compute_possible_meanings")

    @api.model
    def _get_meanings(self):
        """What a column may mean: what a charity's own tables have, and those whose headings are a guess."""
        tables = [table for source in SOURCES if source.is_conjecture for table in source.tables]
        names = dict.fromkeys(
            [
                *mapping.HOURS_MEANINGS,
                *mapping.MEMBERS_MEANINGS,
                *(name for table in tables for name in table.columns),
            ]
        )
        return [(name, MEANINGS.get(name, name.replace("_", " ").capitalize())) for name in names]

    @api.depends("sheet_id.known_as")
    def _compute_possible_meanings(self):
        usual = dict.fromkeys(mapping.HOURS_MEANINGS + mapping.MEMBERS_MEANINGS)
        for column in self:
            table = column.sheet_id._get_table()
            column.possible_meanings = ",".join(table.columns if table else usual)

    @api.constrains("meaning")
    def _check_once(self):
        for column in self.filtered("meaning"):
            others = column.sheet_id.column_ids - column
            if column.meaning in others.mapped("meaning"):
                words = dict(self._fields["meaning"]._description_selection(self.env))
                raise ValidationError(
                    self.env._("Two columns can't both be “%s”: empty one of them.", words[column.meaning])
                )

    def write(self, vals):
        if not self._is_in_verb():
            self.sheet_id.migration_id._take_answer()
        return super().write(vals)
