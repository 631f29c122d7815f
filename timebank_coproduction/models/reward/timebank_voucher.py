from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...tools import qr, voucher_ddl
from ..common.hours_field import hours_of


class TimebankVoucher(models.Model):
    """One paper note. Whoever holds it can hand it in, once.

    The bank sees what flows out on notes and back in, not who gave which note to whom:
    a note remembers the day it came back, neither the account that it went to nor who
    took it in, and a transfer remembers how many came, not which.
    """

    _name = "timebank.voucher"
    _description = "Voucher"
    _inherit = ["timebank.verbs"]
    _order = "id"
    _rec_name = "code"
    _log_access = False
    _allow_sudo_commands = False

    batch_id = fields.Many2one(
        "timebank.voucher.batch", required=True, readonly=True, ondelete="restrict", index=True
    )
    scheme_id = fields.Many2one(
        "timebank.scheme", string="Time bank", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    code = fields.Char(required=True, readonly=True)
    minutes = fields.Integer(required=True, readonly=True)
    hours = hours_of("minutes", "Worth", aggregator=None)
    expires_on = fields.Date("Valid until", readonly=True)
    state = fields.Selection(
        [
            ("issued", "In circulation"),
            ("returned", "Handed in"),
            ("cancelled", "Cancelled"),
            ("expired", "Expired"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    number = fields.Integer(
        "No.", compute="_compute_number", aggregator=None, help="Which of its batch it is, as printed on it."
    )
    ended_on = fields.Date("Handed in or ended on", readonly=True)

    _code_unique = models.UniqueIndex("(code)", "That code is taken.")
    _worth_something = models.Constraint("CHECK (minutes > 0)", "A voucher is worth at least one minute.")
    _ended_when = models.Constraint(
        "CHECK ((state = 'issued') = (ended_on IS NULL))", "A voucher that came back says when."
    )
    _expiring = models.Index("(expires_on) WHERE state = 'issued'")

    def init(self):
        self.env.registry.post_init(self.env.cr.execute, voucher_ddl.CREATE)

    @api.depends("batch_id")
    def _compute_number(self):
        """Vouchers are numbered in the order in which their batch made them."""
        numbers = dict(
            self.env.execute_query(
                SQL(
                    """SELECT id, row_number() OVER (PARTITION BY batch_id ORDER BY id)
                         FROM timebank_voucher WHERE batch_id IN %s""",
                    tuple(self.batch_id.ids) or (0,),
                )
            )
        )
        for voucher in self:
            voucher.number = numbers.get(voucher.id, 0)

    # CRUD: batches make them, and the verbs end them in SQL
    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise AccessError(self.env._("Vouchers are issued as a batch."))

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(self.env._("A voucher is handed in or cancelled, and never changed."))

    def unlink(self):  # pylint: disable=method-required-super
        raise AccessError(self.env._("A voucher is never removed: cancel it instead."))  # pylint: disable=no-raise-unlink

    def _get_qr(self):
        """The code as a picture, for the sheet."""
        self.ensure_one()
        return Markup(qr.svg(self.code))
