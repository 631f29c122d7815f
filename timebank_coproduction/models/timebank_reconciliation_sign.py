from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import canonical

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
    """Two signatures, and what has changed in the books since."""

    _inherit = "timebank.reconciliation"

    is_intact = fields.Boolean(compute="_compute_is_intact", help="The hash still fits the figures.")
    drift = fields.Text("Changed since", compute="_compute_drift")
    has_drift = fields.Boolean(compute="_compute_drift")

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

        def plain(record, name):
            value = record[name]
            if record._fields[name].type == "monetary":
                return f"{value:.{self.currency_id.decimal_places}f}"
            return str(value or "")

        return {
            "grant": self.grant_id.id,
            **{name: plain(self, name) for name in SIGNED},
            "lines": [
                {name: plain(line, name) for name in SIGNED_ON_LINES} for line in self.line_ids.sorted("id")
            ],
        }

    def _compute_is_intact(self):
        for reconciliation in self:
            signed = reconciliation.state != "draft"
            reconciliation.is_intact = not signed or reconciliation.hash == canonical.digest(
                reconciliation._get_signed()
            )

    def _compute_drift(self):
        """Compare what was signed with what the books and claims say now, line by line."""
        for reconciliation in self:
            changes = reconciliation._get_drift() if reconciliation.state != "draft" else []
            reconciliation.drift = "\n".join(changes) or False
            reconciliation.has_drift = bool(changes)

    def _get_drift(self):
        """Sentences, one for each line that is new, gone or different. Empty when nothing changed."""
        self.ensure_one()
        self = self.sudo()  # the same view of books and claims as when it was prepared
        before, after = {}, {}
        for line in self.line_ids:
            key = (line.claim_code or line.claim_name, line.bill_name)
            before.setdefault(key, []).append((line.status, line.billed_amount, line.cost_amount))
        for vals in self._prepare_lines():
            key = (vals["claim_code"] or vals["claim_name"], vals["bill_name"])
            after.setdefault(key, []).append((vals["status"], vals["billed_amount"], vals["cost_amount"]))
        changes = []
        for key in sorted({*before, *after}, key=str):
            old, new = sorted(before.get(key, [])), sorted(after.get(key, []))
            if [self._rounded(entry) for entry in old] != [self._rounded(entry) for entry in new]:
                changes.append(
                    self.env._(
                        "%(what)s: was %(old)s, is now %(new)s",
                        what=" / ".join(filter(None, key)) or self.env._("Analytic entry"),
                        old=self._describe(old),
                        new=self._describe(new),
                    )
                )
        return changes

    def _rounded(self, entry):
        status, billed, cost = entry
        return (
            status,
            round(billed, self.currency_id.decimal_places),
            round(cost, self.currency_id.decimal_places),
        )

    def _describe(self, entries):
        labels = dict(self.line_ids._fields["status"]._description_selection(self.env))
        return "; ".join(
            f"{labels[status].lower()} {self.currency_id.format(billed or cost)}"
            for status, billed, cost in entries
        ) or self.env._("not there")
