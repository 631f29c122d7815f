"""River Street, served by a grant, whose café sessions are over; and what reports have in common."""

from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command

from ..session_common import ClosingCase


class ReportCase(ClosingCase):
    #: The report's model, and a field that counts.
    model = None
    measure = "minutes:sum"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.write({"approve_at_closing": True, "credit_limit_minutes": 600})
        cls.grant = cls.env["timebank.grant"].create(
            {
                "name": "Neighbours Together",
                "funder_id": cls.env["res.partner"].create({"name": "Harbour Foundation"}).id,
                "amount": 1000,
                "date_start": date(2025, 1, 1),
                "date_end": date(2026, 12, 31),
                "scheme_ids": [Command.set(cls.scheme.ids)],
                "every_expense_counts": True,
            }
        )
        cls.grant.with_user(cls.finance).action_open()

    def _rows(self, domain=(), user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env[self.model].with_user(user or self.coordinator).search(list(domain))

    def _sums(self, *groupby, domain=(), user=None):
        """Figures as a pivot of the report shows them: key or keys → figure."""
        self.env.flush_all()
        self.env.invalidate_all()
        report = self.env[self.model].with_user(user or self.coordinator)
        rows = report._read_group(list(domain), list(groupby), [self.measure])
        return {row[:-1] if len(row) > 2 else row[0]: row[-1] for row in rows}

    def _attend(self, start, helper=None, attendee=None, minutes=120, **vals):
        """A session that is over and closed."""
        session = self._make_session(start=start, stop=start + timedelta(minutes=minutes), **vals)
        if helper:
            self._make_line(helper, session)
        if attendee:
            self._make_line(attendee, session, role="attendee")
        self._close(session)
        return session

    def check_rows_are_found_once(self):
        """Whether somebody may read what they have found is known without looking for it again."""
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env[self.model].with_user(self.coordinator).search_fetch([], ["date"])
        self.assertTrue(rows)
        with self.assertQueryCount(0):
            rows.check_access("read")

    def check_who_may_read(self, sees_all, nobody):
        """Each reader sees the rows of their banks alone; all others are refused."""
        other = self._make_scheme("Harbour", coordinator_ids=[Command.set(self.coordinator2.ids)])
        company = self.env["res.company"].create({"name": "Other charity"})
        far = self._make_scheme("Far away", company_id=company.id, coordinator_ids=[Command.clear()])
        for scheme in (other, far):
            scheme.credit_limit_minutes = 60
            giver = self._make_member(f"Gil {scheme.name}", scheme=scheme)
            taker = self._make_member(f"Tia {scheme.name}", scheme=scheme)
            entry = self._make_hours(giver, receiver_id=taker.partner_id.id)
            entry.action_submit()
            entry.with_user(self.env.ref("base.user_root")).sudo().action_approve()
        self._make_hours(self.ben, state="approved", receiver_id=self.ann.partner_id.id)
        banks = self.scheme | other | far  # besides those of the demo

        def seen(user, rows=None):
            return (self._rows(user=user) if rows is None else rows).sudo().scheme_id & banks

        self.assertEqual(seen(self.env.ref("base.user_root")), banks)
        self.assertEqual(self._rows(user=self.coordinator).sudo().scheme_id, self.scheme)
        self.assertEqual(self._rows(user=self.coordinator2).sudo().scheme_id, other)
        for user in sees_all:
            self.assertEqual(seen(user), self.scheme | other, "of the company that they work in")
        self.check_rows_are_found_once()
        self.manager.company_ids += company
        theirs = self.env[self.model].with_user(self.manager).with_context(allowed_company_ids=company.ids)
        self.assertEqual(seen(None, theirs.search([])), far)
        row = self._rows(user=self.coordinator2)[0]
        with self.assertRaises(AccessError):
            row.with_user(self.coordinator).action_open_source()
        for user in nobody:
            with self.assertRaises(AccessError):
                self._rows(user=user)
            with self.assertRaises(AccessError):
                row.with_user(user).action_open_source()
        for change in (lambda: row.write({"minutes": 1}), row.unlink, lambda: row.create({})):
            with self.assertRaises(AccessError):
                change()


def at(month, day, hour=10, minute=0, year=2026):
    return datetime(year, month, day, hour, minute)
