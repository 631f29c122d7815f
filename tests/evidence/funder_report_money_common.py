"""A grant whose money was spent, signed for and reported on, in Odoo's own books."""

from datetime import date, timedelta

from odoo.fields import Command

from ..grants_common import GrantCase

FIRST, MIDDLE, LAST = date(2026, 1, 1), date(2026, 2, 15), date(2026, 3, 31)


class FunderReportMoneyCase(GrantCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        account = cls.env["account.account"]
        cls.given = account.create({"name": "Grants", "code": "TB4000", "account_type": "income"})
        cls.cash = account.create({"name": "Cash", "code": "TB1000", "account_type": "asset_cash"})
        cls.general = cls.env["account.journal"].create({"name": "Entries", "code": "TBG", "type": "general"})
        cls.other = cls._make_grant("Second Harbour")

    def _live(self, deeds):
        for kind, pence, days in deeds:
            day, amount = FIRST + timedelta(days=days), pence / 100
            if kind in ("bill", "refund", "shared"):
                share = {self.grant: 40, self.other: 60} if kind == "shared" else {self.grant: 100}
                line = {"name": kind, "price_unit": amount, "share": share}
                self._bill(line, move_type="in_refund" if kind == "refund" else "in_invoice", day=day)
            elif kind == "salary":
                self._enter(self.salaries, amount, day)
            elif kind == "income":
                self._enter(self.given, -amount, day)
            else:
                self._enter(self.cash, amount, day)

    def _enter(self, account, amount, day):
        """An entry on the grant's own analytic account; what is against it is on none."""
        number = self.grant.sudo().analytic_account_id.id
        sides = {"debit": max(amount, 0), "credit": max(-amount, 0)}
        entry = self.env["account.move"].create(
            {
                "date": day,
                "journal_id": self.general.id,
                "line_ids": [
                    Command.create(
                        {"account_id": account.id, "analytic_distribution": {str(number): 100}, **sides}
                    ),
                    Command.create(
                        {
                            "account_id": self.cash.id,
                            "debit": sides["credit"],
                            "credit": sides["debit"],
                        }
                    ),
                ],
            }
        )
        entry.action_post()

    def _sign(self, first, last):
        made = self._reconcile(date_from=first, date_to=last)
        self._explain(made)
        made.action_prepare()
        made.with_user(self.finance2).action_review()
        return made

    def _draft(self):
        report = self.env["timebank.funder.report"].with_user(self.coordinator)
        return report.create({"grant_id": self.grant.id, "date_from": FIRST, "date_to": LAST})

    def _say(self, amount):
        sign = "−" if amount < 0 else ""
        return f"{sign}{self.env.company.currency_id.format(abs(float(amount)))}"

    def _sections(self, report):
        return {section["key"]: section for section in report._get_content()["sections"]}
