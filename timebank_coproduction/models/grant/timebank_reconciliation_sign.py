from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools import canonical

#: What the signatures stand for.
SIGNED = (
    "date_from",
    "date_to",
    "award_amount",
    "budget_amount",
    "opening_amount",
    "spent_amount",
    "to_date_amount",
    "ledger_amount",
    "other_amount",
    "gap_amount",
    "draft_amount",
    "unbilled_amount",
    "closing_amount",
    "exposure_minutes",
    "exposure_amount",
    "expected_amount",
    "variance_amount",
    "note",
)
SIGNED_ON_LINES = (
    "status",
    "claim_name",
    "claim_code",
    "claimed_on",
    "supplier_name",
    "bill_name",
    "billed_on",
    "cost_amount",
    "billed_amount",
    "matched_amount",
    "difference_amount",
    "found_by",
    "note",
)


class TimebankReconciliation(models.Model):
    """Two signatures over the figures and lines."""

    _inherit = "timebank.reconciliation"

    #: A draft's own, for finance to write; all other figures come from the books.
    _written = frozenset({"date_from", "date_to", "note"})

    is_intact = fields.Boolean(
        "Figures as signed", compute="_compute_is_intact", help="The hash still fits the figures."
    )

    @property
    def _protected_fields(self):
        return super()._protected_fields | {"inputs_digest", *SIGNED} - self._written

    def action_prepare(self):
        """Sign as preparer: the figures are brought up to date, and then kept.

        :raises UserError: while a difference has no explanation, or the lines don't add up
        """
        self.grant_id._check_finance()
        for reconciliation in self:
            if reconciliation.state != "draft":
                raise UserError(self.env._("“%s” has been prepared already.", reconciliation.display_name))
            reconciliation._refresh()
            reconciliation.invalidate_recordset(["unexplained_count"])
            if reconciliation.unexplained_count:
                raise UserError(
                    self.env._(
                        "%s differences have no explanation yet: write a note on each, then sign.",
                        reconciliation.unexplained_count,
                    )
                )
            if not reconciliation.currency_id.is_zero(reconciliation.gap_amount):
                raise UserError(
                    self.env._(
                        "The lines and the books are %s apart: refresh, and ask the administrator"
                        " if it stays so.",
                        reconciliation.currency_id.format(reconciliation.gap_amount),
                    )
                )
            reconciliation._through_door().write(
                {
                    "state": "prepared",
                    "prepared_by": self.env.user.id,
                    "prepared_on": fields.Datetime.now(),
                    "hash": canonical.digest(reconciliation._get_signed()),
                }
            )
        return True

    def action_review(self):
        """Sign as reviewer.

        :raises UserError: by the one who prepared it, or after somebody tampered with it
        """
        self.grant_id._check_finance()
        for reconciliation in self:
            if reconciliation.state != "prepared":
                raise UserError(self.env._("“%s” has to be prepared first.", reconciliation.display_name))
            if reconciliation.prepared_by == self.env.user:
                raise UserError(self.env._("You prepared it yourself: a second person has to review it."))
            if not reconciliation.is_intact:
                raise UserError(self.env._("The figures are not those that were prepared: prepare it again."))
            reconciliation._through_door().write(
                {"state": "reviewed", "reviewed_by": self.env.user.id, "reviewed_on": fields.Datetime.now()}
            )
        return True

    def action_back_to_draft(self):
        """Give a prepared one back to its preparer. What was reviewed stays as it is."""
        self.grant_id._check_finance()
        for reconciliation in self:
            if reconciliation.state != "prepared":
                raise UserError(self.env._("“%s” can't go back to draft.", reconciliation.display_name))
        self._through_door().write(
            {"state": "draft", "prepared_by": False, "prepared_on": False, "hash": False}
        )
        return True

    def _get_signed(self):
        """The figures under the signatures, as plain values."""
        self.ensure_one()

        def plain(name, value):
            if self._fields[name].type == "monetary":
                return self._plain_amount(value)
            return str(value or "")

        return {
            "grant": self.grant_id.id,
            **{name: plain(name, self[name]) for name in SIGNED},
            "lines": self._get_signed_lines(),
        }

    def _get_signed_lines(self):
        """What is signed of each line, straight from the table: there may be thousands."""
        lines = self.env["timebank.reconciliation.line"]
        lines.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT %s FROM timebank_reconciliation_line WHERE reconciliation_id = %s ORDER BY id",
                SQL(", ").join(map(SQL.identifier, SIGNED_ON_LINES)),
                self.id,
            )
        )
        as_text = [
            self._plain_amount if lines._fields[name].type == "monetary" else lambda value: str(value or "")
            for name in SIGNED_ON_LINES
        ]
        return [
            {name: text(value) for name, text, value in zip(SIGNED_ON_LINES, as_text, row, strict=True)}
            for row in rows
        ]

    def _plain_amount(self, amount):
        return f"{amount or 0:.{self.currency_id.decimal_places}f}"

    def _compute_is_intact(self):
        for reconciliation in self:
            signed = reconciliation.state != "draft"
            reconciliation.is_intact = not signed or reconciliation.hash == canonical.digest(
                reconciliation._get_signed()
            )
