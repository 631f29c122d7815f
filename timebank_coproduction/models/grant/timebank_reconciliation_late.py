from odoo import models
from odoo.tools import SQL

from ...tools import late
from ..common.words import say_day
from .timebank_reconciliation_books import NAMELESS


class TimebankReconciliation(models.Model):
    """What came into signed periods since: a section of its own in the next reconciliation."""

    _inherit = "timebank.reconciliation"

    def _find_late(self):
        """Entries of signed periods that are not as they were signed: :class:`late.Late` ones."""
        self.ensure_one()
        signed = self._get_signed_before()
        if not signed:
            return []
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT status, is_late, move_line_id, bill_name, billed_on, billed_amount
                     FROM timebank_reconciliation_line
                    WHERE reconciliation_id IN %s AND billed_amount != 0 ORDER BY id""",
                tuple(signed.ids),
            )
        )
        lines = [
            late.Signed(
                item or (0 if status == "manual_entry" else name or 0), day, self._to_minor_units(amount)
            )
            for status, _is_late, item, name, day, amount in rows
        ]
        return late.find(
            self.date_from,
            min(signed.mapped("date_from")),
            self._to_minor_units(signed[0].to_date_amount) - sum(line.billed for line in lines),
            lines,
            self._get_entries(),
        )

    def _prepare_late_values(self):
        """Field values of the late lines, with what changed in words."""
        found = self._find_late()
        numbers = {entry.item for entry in found if isinstance(entry.item, int)}
        items = {
            item.id: item for item in self.env["account.move.line"].browse(sorted(numbers - {0})).exists()
        }
        claims = self._get_claims_paid(items)
        unit = 10**self.currency_id.decimal_places
        values = []
        for entry in found:
            item = items.get(entry.item)
            amount = (entry.now - entry.signed) / unit
            names = {"bill_name": entry.item or False}
            if item:
                names = self._prepare_bill_names(item)
            elif not entry.item and not entry.day:
                names = {"bill_name": self.env._("Before the first reconciliation")}
            values.append(
                {
                    **NAMELESS,
                    "redemption_id": False,
                    "move_line_id": item.id if item else False,
                    "status": self._get_late_status(entry),
                    "sequence": 0,
                    "billed_on": entry.day or False,
                    "cost_amount": 0.0,
                    "billed_amount": amount,
                    "matched_amount": 0.0,
                    "difference_amount": amount,
                    "is_late": True,
                    "change": self._say_change(entry, item),
                    "claim_name": claims.get(entry.item, False),
                    **names,
                }
            )
        return values

    def _get_late_status(self, entry):
        if entry.item or not entry.day:
            return "late_changed" if entry.signed or not entry.item else "late_new"
        return "manual_entry"

    def _say_change(self, entry, item):
        """What became of an entry since it was signed, or that it came in since."""
        was = {"before": self._money(entry.signed), "after": self._money(entry.now)}
        if entry.item and not entry.now:
            return self.env._("%(before)s was signed; %(why)s", why=self._why_gone(item, item and item.date >= self.date_from), **was)
        if entry.item and not entry.signed:
            return self.env._("Charged since")
        return self.env._("%(before)s was signed, and it is %(after)s now", **was)

    def _get_claims_paid(self, items):
        """The claims that these bill lines are matched with: dict of their number → names."""
        matches = self.env["timebank.reward.match"].search(
            [("grant_id", "=", self.grant_id.id), ("move_line_id", "in", list(items))], order="id"
        )
        return {
            item.id: ", ".join(match.redemption_id._prepare_names()["claim_name"] for match in group)
            for item, group in matches.grouped("move_line_id").items()
        }

    def _tell_of_late(self):
        """Late entries of a signed one that are not as it took them up."""
        now = {}
        for vals in self._prepare_late_values():
            key = (vals["move_line_id"], vals["bill_name"], vals["billed_on"])
            now[key] = now.get(key, 0) + vals["billed_amount"]
        before = {}
        for line in self.line_ids.filtered("is_late"):
            key = (line.move_line_id.id, line.bill_name, line.billed_on)
            before[key] = before.get(key, 0) + line.billed_amount
        for key in [*before, *(key for key in now if key not in before)]:
            was, then = before.get(key, 0), now.get(key, 0)
            if self.currency_id.compare_amounts(was, then):
                yield self.env._(
                    "%(entry)s: %(before)s was taken up late, and it is %(after)s now",
                    entry=key[1] or self.env._("Analytic entries of %s", say_day(self.env, key[2])),
                    before=self.currency_id.format(was),
                    after=self.currency_id.format(then),
                )
