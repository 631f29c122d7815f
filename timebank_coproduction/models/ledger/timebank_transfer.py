from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import ledger_ddl
from ..common.hours_field import hours_of


class TimebankTransfer(models.Model):
    """Minutes moving from one account to another. Nothing else changes a balance.

    Append-only: made by :meth:`_post` alone, never changed, never removed; a
    correction is a reversal. PostgreSQL enforces the same (``tools/ledger_ddl.py``).
    """

    _name = "timebank.transfer"
    _description = "Time Credit Transfer"
    _order = "date desc, id desc"
    _rec_names_search = ["name", "memo"]
    _allow_sudo_commands = False

    name = fields.Char("Number", required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    scheme_id = fields.Many2one(
        "timebank.scheme", string="Time bank", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="scheme_id.company_id")
    from_account_id = fields.Many2one(
        "timebank.account", string="From", required=True, readonly=True, ondelete="restrict"
    )
    to_account_id = fields.Many2one(
        "timebank.account", string="To", required=True, readonly=True, ondelete="restrict"
    )
    minutes = fields.Integer(required=True, readonly=True)
    hours = hours_of("minutes", "Hours", store=True, aggregator="sum")
    kind = fields.Selection(
        [
            ("earn", "Earned"),
            ("exchange", "Exchange"),
            ("attend", "Attendance"),
            ("redeem", "Reward"),
            ("gift", "Gift"),
            ("voucher_issue", "Voucher issued"),
            ("voucher_return", "Voucher returned"),
            ("opening", "Opening balance"),
            ("adjustment", "Adjustment"),
            ("expiry", "Expiry"),
            ("reversal", "Reversal"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    memo = fields.Char(readonly=True)

    # Where it comes from: one origin each
    hours_id = fields.Many2one("timebank.hours", "Entry", readonly=True, ondelete="restrict")
    reversal_of_id = fields.Many2one(
        "timebank.transfer", string="Reversal of", readonly=True, ondelete="restrict"
    )
    reversal_ids = fields.One2many("timebank.transfer", "reversal_of_id")
    is_reversed = fields.Boolean("Reversed", compute="_compute_is_reversed", search="_search_is_reversed")

    _minutes_positive = models.Constraint("CHECK (minutes > 0)", "A transfer moves at least one minute.")
    _two_sided = models.Constraint(
        "CHECK (from_account_id != to_account_id)", "A transfer goes from one account to another."
    )
    _reversal_has_origin = models.Constraint(
        "CHECK ((kind = 'reversal') = (reversal_of_id IS NOT NULL))",
        "A reversal names the transfer that it reverses.",
    )
    _hours_have_origin = models.Constraint(
        "CHECK ((kind IN ('earn', 'exchange')) = (hours_id IS NOT NULL))",
        "Credits are earned by recorded hours.",
    )
    _number_unique = models.UniqueIndex("(scheme_id, name)", "That number is taken.")
    _hours_once = models.UniqueIndex(
        "(hours_id) WHERE hours_id IS NOT NULL", "These hours have been credited already."
    )
    _reversed_once = models.UniqueIndex(
        "(reversal_of_id) WHERE reversal_of_id IS NOT NULL", "This transfer has been reversed already."
    )
    _from_statement = models.Index("(from_account_id, date DESC, id DESC)")
    _to_statement = models.Index("(to_account_id, date DESC, id DESC)")
    # A statement's line by its id: see timebank.statement.line
    _line_in = models.Index("((2 * id))")
    _line_out = models.Index("((2 * id + 1))")

    def init(self):
        # Runs at each install and upgrade, once every table of the ledger is there.
        self.env.registry.post_init(self.env.cr.execute, ledger_ddl.CREATE)

    @api.depends("reversal_ids")
    def _compute_is_reversed(self):
        for transfer in self:
            transfer.is_reversed = bool(transfer.reversal_ids)

    def _search_is_reversed(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("reversal_ids", "!=" if True in value else "=", False)]

    # CRUD: the door inserts, nobody creates, changes or removes, whoever asks
    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise AccessError(
            self.env._(
                "Credits move through hours, gifts, rewards and reversals: transfers can't be typed in."
            )
        )

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(self.env._("A transfer is never changed: reverse it instead."))

    def unlink(self):  # pylint: disable=method-required-super
        raise AccessError(self.env._("A transfer is never removed: reverse it instead."))  # pylint: disable=no-raise-unlink

    # Actions
    def action_reverse(self, reason):
        """Undo transfers that have no record of their own to undo, such as gifts.

        :param str reason: why, in a few words; kept with the reversal
        :raises UserError: no reason, no right, reversed already, or made by a record
            whose own verb has to undo it
        """
        self.check_access("read")
        if not self.env.user.has_group("timebank_coproduction.group_timebank_manager"):
            raise AccessError(self.env._("Only a time bank manager can reverse a transfer."))
        for transfer in self:
            origin = transfer._get_origin()
            if origin:
                raise UserError(
                    self.env._(
                        "%(number)s was made by “%(origin)s”: reverse that, and the credits follow.",
                        number=transfer.name,
                        origin=origin.display_name,
                    )
                )
        self._reverse(reason)
        return True

    def _get_origin(self):
        """The record whose verb made this transfer, or an empty recordset."""
        self.ensure_one()
        return self.reversal_of_id or self.hours_id
