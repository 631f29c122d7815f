"""A grant with a year of people, a signed reconciliation, and a report on it."""

from datetime import date

from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import TimebankCase

#: The days that reports are about.
FIRST, LAST = date(2025, 12, 1), date(2026, 2, 28)
GROUP = "timebank_coproduction.group_timebank_"


class FunderReportCase(TimebankCase):
    """River Street from December to February: neighbours who give each other time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.credit_limit_minutes = 6000
        cls.funder = cls.env["res.partner"].create(
            {"name": "Harbour Foundation", "email": "reports@harbour.example.org"}
        )
        cls.grant = cls._open_grant(
            name="Neighbours Together",
            reference="NT-1",
            purpose="Neighbours who run a café.",
            reward_percentage=10,
            date_start=FIRST,
        )
        cls.finance2 = new_test_user(cls.env, "report_finance2", groups=GROUP + "finance", name="Fin Two")
        cls.manager2 = new_test_user(cls.env, "report_manager2", groups=GROUP + "manager", name="Mia Two")
        cls._live()

    @classmethod
    def _open_grant(cls, **vals):
        grant = cls.env["timebank.grant"].create(
            {
                "funder_id": cls.funder.id,
                "amount": 10_000,
                "date_end": date(2026, 11, 30),
                "scheme_ids": [Command.set(cls.scheme.ids)],
                "every_expense_counts": True,
                "sustained_minutes": 120,
                "sustained_months": 2,
                **vals,
            }
        )
        grant.with_user(cls.finance).action_open()
        return grant

    @classmethod
    def _live(cls):
        """Twelve people who give each other time in each of three months."""
        cls.people = [
            cls._make_member(
                f"Person {number}", ("beneficiary", "volunteer")[number % 2], joined_on=date(2025, 6, 1)
            )
            for number in range(12)
        ]
        vals = []
        for month, day in enumerate((FIRST, date(2026, 1, 1), date(2026, 2, 1))):
            for number, one in enumerate(cls.people):
                other = cls.people[(number + month + 1) % 12]
                vals.append(
                    cls._hours_vals(
                        one,
                        30 + 10 * (number % 3),
                        date=day.replace(day=2 + number),
                        receiver_id=other.partner_id.id,
                        grant_id=cls.grant.id,
                    )
                )
        vals.append(
            cls._hours_vals(
                cls.people[0], 60, date=date(2025, 10, 3), receiver_id=cls.people[1].partner_id.id
            )
        )
        entries = cls.env["timebank.hours"].create(vals)
        entries.action_submit()
        entries.with_user(cls.coordinator).action_approve()
        assert set(entries.mapped("state")) == {"approved"}

    def _more_hours(self):
        """Ten hours more, on the last of the days: what was kept of these isn't so any more."""
        entry = self._make_hours(
            self.people[0],
            600,
            state="approved",
            date=LAST,
            receiver_id=self.people[5].partner_id.id,
            grant_id=self.grant.id,
        )
        self.env.flush_all()
        return entry

    @classmethod
    def _reconcile(cls, first=FIRST, last=LAST):
        """A reconciliation that two people of finance have signed."""
        made = cls.env["timebank.reconciliation"].with_user(cls.finance)
        made = made.create({"grant_id": cls.grant.id, "date_from": first, "date_to": last})
        for line in made.line_ids.filtered(lambda line: line.status != "matched"):
            line.note = "Looked at"
        made.action_prepare()
        made.with_user(cls.finance2).action_review()
        return made

    @classmethod
    def _draft(cls, user=None, **vals):
        report = cls.env["timebank.funder.report"].with_user(user or cls.coordinator)
        return report.create(
            {
                "grant_id": cls.grant.id,
                "date_from": FIRST,
                "date_to": LAST,
                "learned_text": "Begin earlier in the year.",
                **vals,
            }
        )

    @classmethod
    def _agree(cls, report):
        report.with_user(cls.finance).action_check()
        report.with_user(cls.manager).action_agree()
        return report

    @classmethod
    def _send(cls, report, **how):
        cls._agree(report).with_user(cls.coordinator).action_send(**how)
        cls.env.flush_all()
        return report
