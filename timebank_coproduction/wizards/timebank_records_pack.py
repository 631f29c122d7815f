from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb
from ..models.common.windows import hand_out
from ..models.common.words import say_day
from ..report.timebank_records_pack import RecordsPack

#: So many documents are listed; a number stands for the others.
TOLD = 40


class TimebankRecordsPack(models.TransientModel):
    """Ask for the records of what was billed to a grant, and see first which documents may name somebody."""

    _name = "timebank.records.pack"
    _description = "Records Pack"

    grant_id = fields.Many2one("timebank.grant", required=True, domain=[("state", "!=", "draft")])
    reconciliation_id = fields.Many2one(
        "timebank.reconciliation",
        domain="[('grant_id', '=', grant_id), ('state', '!=', 'draft')]",
        help="Its lines as they were signed. Without one, what the books say now of these days.",
    )
    date_from = fields.Date(
        "From", required=True, compute="_compute_dates", store=True, precompute=True, readonly=False
    )
    date_to = fields.Date(
        "To", required=True, compute="_compute_dates", store=True, precompute=True, readonly=False
    )
    what_text = fields.Char(compute="_compute_findings")
    has_lines = fields.Boolean(compute="_compute_findings")
    named_text = fields.Text("To be looked at", compute="_compute_findings")
    undocumented_text = fields.Text("Without a document", compute="_compute_findings")
    withheld_text = fields.Char("Not handed out", compute="_compute_findings")
    with_named = fields.Selection(
        [("kept", "Put in as they are"), ("left_out", "Leave out, and say so in the index")],
        "These documents",
        help="Unless somebody says that they go in, they are left out.",
    )

    _in_order = models.Constraint("CHECK (date_to >= date_from)", "The period can't end before it begins.")

    @api.depends("grant_id", "reconciliation_id")
    def _compute_dates(self):
        today = fields.Date.context_today(self)
        for pack in self:
            signed, grant = pack.reconciliation_id, pack.grant_id
            pack.date_from = signed.date_from or grant.date_start or today
            pack.date_to = signed.date_to or max(pack.date_from, min(grant.date_end or today, today))

    @api.depends("grant_id", "reconciliation_id", "date_from", "date_to")
    def _compute_findings(self):
        for asked in self:
            asked.update(asked._prepare_findings())

    def _prepare_findings(self):
        names = ("what_text", "has_lines", "named_text", "undocumented_text", "withheld_text")
        nothing = dict.fromkeys(names, False)
        if not (self.grant_id and self.date_from and self.date_to) or self.date_from > self.date_to:
            return nothing
        pack = self._make_pack()
        if not pack.money_lines:
            return {**nothing, "what_text": self.env._("Nothing was billed to the grant in this time.")}
        named = [f"{one['bill'].name}: {one['file'].name}, {why}" for one, why in pack.find_named()]
        return {
            "what_text": self.env._(
                "Billed: %(amount)s, of which paid so far: %(paid)s; lines: %(lines)s;"
                " bills and entries: %(bills)s; documents: %(documents)s.",
                lines=len(pack.money_lines),
                amount=pack.currency.format(pack.total),
                paid=pack.currency.format(pack.paid),
                bills=len(pack.moves),
                documents=len(pack.documents),
            ),
            "has_lines": True,
            "named_text": self._list(named),
            "undocumented_text": self._list(pack.find_undocumented().mapped("name")),
            "withheld_text": self._say_withheld(pack.count_withheld()),
        }

    def _say_withheld(self, count):
        if not count:
            return False
        return self.env._(
            "Documents that stay in the accounts: %s. Their bills aren’t matched with claims on who sent"
            " them: whoever reads the accounts makes a pack with them.",
            count,
        )

    def _list(self, lines):
        if len(lines) > TOLD:
            lines = [*lines[:TOLD], self.env._("… and %s more", len(lines) - TOLD)]
        return "\n".join(filter(None, lines)) or False

    def _make_pack(self):
        """What is asked for, after asking whether the user may have it."""
        self.ensure_one()
        self.grant_id._check_finance()
        self.grant_id.check_access("read")
        signed = self.reconciliation_id
        signed.check_access("read")
        if signed and (signed.grant_id != self.grant_id or signed.state == "draft"):
            raise UserError(self.env._("Choose a signed reconciliation of this grant."))
        return RecordsPack(
            # sudo: finance has the lines of what the grants that it reads have paid for, whoever keeps the
            # bills; what stands in them of people, the pack leaves out. The documents it hands out are
            # those of what was bought for the grant's claims, and those that the user reads anyway
            self.grant_id.sudo(),
            self.env,
            signed.date_from or self.date_from,
            signed.date_to or self.date_to,
            signed.sudo(),
            without_named=self.with_named != "kept",
        )

    def _make_filled_pack(self):
        """The same, where there is something in it.

        :raises UserError: where nothing was billed
        """
        pack = self._make_pack()
        if not pack.money_lines:
            raise UserError(self.env._("Nothing was billed to the grant in this time: choose other days."))
        return pack

    def _hand_out(self, target):
        """Write the pack into a file, with a note on the grant that it was taken out.

        :return: the pack
        :raises UserError: where nothing was billed
        """
        pack = self._make_filled_pack()
        pack.write_to(target)
        # sudo: that records were taken out is noted, whoever may write notes
        self.grant_id.sudo()._message_log(
            body=self.env._(
                "Records pack made: %(first)s to %(last)s",
                first=say_day(self.env, pack.date_from),
                last=say_day(self.env, pack.date_to),
            ),
            author_id=self.env.user.partner_id.id,
        )
        return pack

    @verb(single=True)
    def action_make(self):
        """:return: an action that downloads the pack
        :raises UserError: where nothing was billed
        """
        self.ensure_one()
        self._make_filled_pack()
        return hand_out(f"/timebank/records/{self.id}")
