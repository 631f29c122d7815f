from odoo import api, fields, models

from ..common.words import say_day


class AccountMove(models.Model):
    """Whoever posts into a period that was signed, or takes out of it, is told; nothing is forbidden."""

    _inherit = "account.move"

    timebank_signed_text = fields.Char(
        "Signed reconciliation", compute="_compute_timebank_signed_text", compute_sudo=True
    )

    @api.depends("state", "date", "invoice_date", "line_ids.analytic_distribution")
    def _compute_timebank_signed_text(self):
        for move in self:
            signed = move._find_timebank_signed() if move.state == "draft" else ()
            move.timebank_signed_text = "\n".join(map(self._say_timebank_late, signed)) or False

    # As account has it; the text is one more thing that alerts depend on.
    @api.depends("timebank_signed_text")
    def _compute_alerts(self):
        return super()._compute_alerts()

    def _get_alerts(self):
        alerts = super()._get_alerts()
        if self.timebank_signed_text:
            alerts["timebank_signed"] = {"level": "warning", "message": self.timebank_signed_text}
        return alerts

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._warn_timebank_signed(self._say_timebank_late)
        return posted

    def button_draft(self):
        self.filtered(lambda move: move.state == "posted")._warn_timebank_signed(self._say_timebank_taken)
        return super().button_draft()

    def _find_timebank_signed(self):
        """The signed reconciliations of the grants that this entry is charged to, over its day."""
        day = self.date or self.invoice_date or fields.Date.context_today(self)
        accounts = self.line_ids.distribution_analytic_account_ids._origin
        if not accounts:
            return self.env["timebank.reconciliation"]
        # sudo: whoever keeps the books is told that a period is signed, and of which grant
        return (
            self.env["timebank.reconciliation"]
            .sudo()
            .search(
                [
                    ("grant_id.analytic_account_id", "in", accounts.ids),
                    ("company_id", "=", self.company_id.id),
                    ("state", "!=", "draft"),
                    ("date_from", "<=", day),
                    ("date_to", ">=", day),
                ]
            )
        )

    def _say_timebank_late(self, signed):
        return self.env._(
            "“%(grant)s” was reconciled and signed up to %(day)s: what is dated before is taken up late,"
            " by its next reconciliation.",
            grant=signed.grant_id.name,
            day=say_day(self.env, signed.date_to),
        )

    def _say_timebank_taken(self, signed):
        return self.env._(
            "“%(grant)s” was reconciled and signed up to %(day)s with this entry in it:"
            " its next reconciliation takes up what changes.",
            grant=signed.grant_id.name,
            day=say_day(self.env, signed.date_to),
        )

    def _warn_timebank_signed(self, say):
        """Tell the user, and each entry's chatter, of the signed periods that these are dated into.

        :param say: what makes a sentence of a reconciliation
        """
        said = {}
        for move in self:
            sentences = [say(signed) for signed in move._find_timebank_signed()]
            if sentences:
                move._message_log(body="\n".join(sentences), author_id=self.env.user.partner_id.id)
                said.update(dict.fromkeys(sentences))
        if said:
            self.env.user._bus_send(
                "simple_notification",
                {
                    "type": "warning",
                    "sticky": True,
                    "title": self.env._("Signed already"),
                    "message": "\n".join(said),
                },
            )
