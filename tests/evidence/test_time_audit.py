"""The figures of a month's audit, and which months are looked at again."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError

from ..common import TODAY
from .audit_common import DECEMBER, FEBRUARY, JANUARY, MARCH, AuditCase


class TestTimeAudit(AuditCase):
    def _make_history(self):
        self._give(self.ben, date(2025, 12, 10), 600)
        self._give(self.ben, date(2026, 1, 10), 600)
        self._give(self.ann, date(2026, 2, 3), 120, receiver_id=self.ben.partner_id.id)
        self.ben.account_id.with_user(self.coordinator).action_give(self.ann.account_id, 30, "For the lift")

    def test_each_month_begins_where_the_last_one_ended(self):
        self._make_history()
        with freeze_time("2026-01-20"):
            self._return(self.ben, "in January", 240)
        self._run_job()
        audits = self.env["timebank.time.audit"].search([("scheme_id", "=", self.scheme.id)])
        self.assertEqual(audits.mapped("audited_month"), [MARCH, FEBRUARY, JANUARY, DECEMBER])
        self.assertEqual(audits.mapped("state"), ["running", "open", "past", "past"])
        self.assertEqual(audits.mapped("issued_minutes"), [0, 0, 600, 600])
        self.assertEqual(audits.mapped("returned_minutes"), [0, 0, 240, 0])
        self.assertEqual(audits.mapped("exchanged_minutes"), [0, 120, 0, 0])
        self.assertEqual(audits.mapped("given_minutes"), [30, 0, 0, 0])
        self.assertEqual(audits.mapped("outstanding_minutes"), [960, 960, 960, 600])
        self.assertEqual(audits.mapped("opening_minutes"), [960, 960, 600, 0])
        self.assertEqual(audits[0].outstanding_minutes, self.scheme.outstanding_minutes)

    def test_figures_are_those_of_the_measures(self):
        self._make_history()
        with freeze_time("2026-02-20"):
            self._return(self.ben, "in February", 240)
        self._run_job()
        audit = self._audit(FEBRUARY)
        measures = self.scheme.get_measures(DECEMBER, date(2026, 2, 28))
        self.assertEqual(audit.cover_months, round(measures["cover_months"], 1))
        self.assertEqual(audit.top_percent, round(100 * measures["top_tenth_share"]))
        self.assertEqual(audit.outstanding_minutes, measures["outstanding_minutes"])
        self.assertEqual(audit.recent_issued_minutes, measures["issued_minutes"])
        self.assertEqual(audit.recent_returned_minutes, measures["returned_minutes"])
        month = self.scheme.get_measures(FEBRUARY, date(2026, 2, 28))
        for flow in ("issued", "exchanged", "returned", "given", "expired"):
            self.assertEqual(audit[f"{flow}_minutes"], month[f"{flow}_minutes"], flow)

    def test_what_is_approved_late_changes_its_month_and_all_since(self):
        self._make_history()
        late = self._make_hours(self.ben, 90, "submitted", date=date(2026, 1, 15))
        self._run_job()
        before = {audit: audit.counted_on for audit in self.env["timebank.time.audit"].search([])}
        with freeze_time(TODAY + timedelta(days=1)):
            late.with_user(self.coordinator).action_approve()
            self._run_job()
        self.assertEqual(self._audit(JANUARY).issued_minutes, 690)
        self.assertEqual(self._audit(FEBRUARY).outstanding_minutes, 1290)
        anew = [audit.audited_month for audit, moment in before.items() if audit.counted_on != moment]
        self.assertEqual(set(anew), {JANUARY, FEBRUARY, MARCH})

    def test_a_reversal_is_of_the_day_on_which_it_was_made(self):
        self._make_history()
        self._run_job()
        entry = self.env["timebank.hours"].search([("date", "=", "2026-01-10")])
        entry.with_user(self.coordinator).action_reverse("Entered twice")
        self._run_job()
        self.assertEqual(self._audit(JANUARY).issued_minutes, 600)
        self.assertEqual(self._audit(MARCH).issued_minutes, -600)
        self.assertEqual(self._audit(MARCH).outstanding_minutes, self.scheme.outstanding_minutes)

    def test_run_twice_it_changes_nothing(self):
        self._make_history()
        self._run_job()
        audits = self.env["timebank.time.audit"].search([])
        names = [name for name, field in audits._fields.items() if field.store and name != "counted_on"]
        before = audits.read(names)
        todos = self.env["mail.activity"].search_count([("res_model", "=", audits._name)])
        self._run_job()
        again = self.env["timebank.time.audit"].search([])
        self.assertEqual(again, audits)
        running = {"write_date"}
        self.assertEqual(
            [{key: value for key, value in row.items() if key not in running} for row in again.read(names)],
            [{key: value for key, value in row.items() if key not in running} for row in before],
        )
        self.assertEqual(self.env["mail.activity"].search_count([("res_model", "=", audits._name)]), todos)

    def test_a_month_without_anything_has_its_audit_too(self):
        self._give(self.ben, date(2025, 12, 10), 600)
        self._run_job()
        self.assertEqual(self._audit(JANUARY).issued_minutes, 0)
        self.assertEqual(self._audit(FEBRUARY).outstanding_minutes, 600)

    def test_a_bank_where_nothing_moved_has_none(self):
        other = self._make_scheme("Hill Top")
        self._run_job()
        self.assertFalse(other.audit_ids)

    def test_a_closed_bank_gets_no_new_ones(self):
        self._make_history()
        self._run_job()
        self.scheme.action_close()
        with freeze_time("2026-04-20"):
            self._run_job()
        self.assertFalse(self._audit(date(2026, 4, 1)))
        self.assertNotEqual(self._audit(MARCH).state, "running", "its last month was under way")

    # ------------------------------------------------------------
    # People
    # ------------------------------------------------------------

    def test_dormant_is_who_has_credits_and_spent_none(self):
        self._give(self.ben, date(2025, 7, 10), 600)
        self._give(self.ann, date(2026, 2, 3), 60, receiver_id=self.ben.partner_id.id)
        self._run_job()
        self.assertEqual(self._audit(JANUARY).dormant_count, 1)
        self.assertEqual(self._audit(JANUARY).member_count, 3, "the agency is no person")
        self.assertEqual(
            self._audit(FEBRUARY).dormant_count, 1, "Ann has an hour since February; Ben spent one"
        )
        self.assertEqual(
            self._find(FEBRUARY, "dormant"), self.ann, "who had nothing to spend before is waited for"
        )

    def _find(self, month, kind):
        return self._audit(month)._find(kind)[1]

    def test_dormant_is_nobody_who_joined_of_late(self):
        new = self._make_member("Dan Hill")
        new.joined_on = date(2026, 1, 15)
        self._give(new, date(2026, 2, 3), 60)
        self._run_job()
        self.assertFalse(self._audit(FEBRUARY).dormant_count)

    def test_a_claim_that_was_called_off_is_no_spending(self):
        self._give(self.ben, date(2025, 7, 10), 600)
        with freeze_time("2026-02-10"):
            claim = self._return(self.ben, "in February", 60)
        with freeze_time("2026-02-11"):
            claim.with_user(self.coordinator).action_cancel("Not wanted after all")
        self._run_job()
        self.assertEqual(self._find(FEBRUARY, "dormant"), self.ben)

    def test_only_receiving(self):
        self._give(self.ben, date(2026, 1, 10), 600)
        self.ann.account_id.write({"has_own_limit": True, "credit_limit_minutes": 600})
        self._give(self.ben, date(2026, 2, 3), 60, receiver_id=self.ann.partner_id.id)
        self._run_job()
        audit = self._audit(FEBRUARY)
        self.assertEqual((audit.active_count, audit.receiving_count), (2, 1))
        self.assertEqual(self._find(FEBRUARY, "receiving"), self.ann)
        self.assertFalse(self._audit(JANUARY).receiving_count)

    def test_who_left_is_looked_at_until_then(self):
        self._give(self.ben, date(2025, 7, 10), 600)
        with freeze_time("2026-02-20"):
            self._leave(self.ben)
        self._run_job()
        self.assertEqual(self._audit(JANUARY).dormant_count, 1)
        self.assertFalse(self._audit(FEBRUARY).dormant_count)

    def test_skills_are_those_wanted_when_the_month_ended(self):
        archery = self.env.ref("timebank_coproduction.skill_archery")
        wish = {"scheme_id": self.scheme.id, "skill_id": archery.id}
        self._give(self.ben, date(2026, 2, 10), 60)
        self.env["timebank.request"].create({**wish, "partner_id": self.ann.partner_id.id}).action_publish()
        self._run_job()
        self.assertEqual(self._audit(FEBRUARY).missing_ids, archery)
        self.env["timebank.offer"].create({**wish, "partner_id": self.ben.partner_id.id}).action_publish()
        self._give(self.ben, date(2026, 2, 11), 60)
        self._run_job()
        self.assertEqual(self._audit(FEBRUARY).issued_minutes, 120, "counted anew")
        self.assertEqual(self._audit(FEBRUARY).missing_ids, archery, "as it was")
        self.assertFalse(self._audit(MARCH).missing_ids, "as it is")

    # ------------------------------------------------------------
    # Who may
    # ------------------------------------------------------------

    def test_coordinators_read_those_of_their_banks(self):
        self._make_history()
        self._run_job()
        audit = self._audit(FEBRUARY)
        self.assertTrue(audit.with_user(self.coordinator).display_name)
        self.assertTrue(audit.with_user(self.manager).warning_ids.mapped("sentence"))
        for user in (self.coordinator2, self.finance, self.staff, self.portal):
            with self.assertRaises(AccessError):
                audit.with_user(user).read(["issued_minutes"])
            with self.assertRaises(AccessError):
                audit.warning_ids.with_user(user).action_list()

    def test_nobody_types_figures_in(self):
        self._make_history()
        self._run_job()
        audit = self._audit(FEBRUARY).with_user(self.coordinator)
        for record, vals in ((audit, {"issued_minutes": 5}), (audit, {"state": "done"})):
            with self.assertRaises(AccessError):
                record.write(vals)
        with self.assertRaises(AccessError):
            audit.warning_ids[0].write({"figure": 1})
        with self.assertRaises(AccessError):
            audit.create({"scheme_id": self.scheme.id, "audited_month": MARCH})
        with self.assertRaises(AccessError):
            audit.unlink()

    def test_opening_the_list_counts_the_month_that_runs(self):
        self._make_history()
        self._run_job()
        self._give(self.ben, TODAY, 45)
        action = self.env["timebank.time.audit"].with_user(self.coordinator).action_open()
        self.assertEqual(action["res_model"], "timebank.time.audit")
        self.assertEqual(self._audit(MARCH).issued_minutes, 45)
        with self.assertRaises(AccessError):
            self.env["timebank.time.audit"].with_user(self.finance).action_open()
