"""Who gave and received, only gave or only received: of whatever period the search shows."""

from datetime import date

from ...models.common.days import LATEST
from ...models.common.verb import LARGEST_SHOWN
from ...models.evidence.timebank_reciprocity_report import MONTH_BITS, _number_period, _read_period
from .report_common import ReportCase, at

JANUARY = [("date", ">=", "2026-01-01"), ("date", "<", "2026-02-01")]
YEAR = [("date", ">=", "2026-01-01"), ("date", "<=", "2026-12-31")]


class TestReciprocityReport(ReportCase):
    model = "timebank.reciprocity.report"
    measure = "partner_id:count_distinct"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dee = cls._make_member("Dee Sand")
        give = {"receiver_id": cls.ann.partner_id.id}
        cls._make_hours(cls.ben, 60, state="approved", date=date(2026, 1, 5), **give)
        cls._make_hours(cls.dee, 30, state="approved", date=date(2026, 1, 31), **give)
        cls._make_hours(
            cls.ann, 45, state="approved", date=date(2026, 2, 1), receiver_id=cls.ben.partner_id.id
        )

    def test_both_is_said_of_the_period_that_is_searched_for(self):
        self.assertEqual(self._sums("reciprocity", domain=YEAR), {"both": 2, "giving": 1})
        self.assertEqual(self._sums("reciprocity", domain=JANUARY), {"giving": 2, "receiving": 1})
        self.assertEqual(self._sums("reciprocity"), {"both": 2, "giving": 1})
        since = [("date", ">=", "2026-02-01")]
        self.assertEqual(self._sums("reciprocity", domain=since), {"giving": 1, "receiving": 1})

    def test_months_of_a_year_and_the_list_behind_a_cell_keep_to_the_year(self):
        self.assertEqual(
            self._sums("date:month", "reciprocity", domain=YEAR),
            {
                (date(2026, 1, 1), "both"): 2,
                (date(2026, 1, 1), "giving"): 1,
                (date(2026, 2, 1), "both"): 2,
            },
        )
        cell = ["&", *YEAR[:1], "&", *YEAR[1:], "&", "&", *JANUARY, ("reciprocity", "=", "both")]
        rows = self._rows(cell)
        self.assertEqual(rows.partner_id, self.ben.partner_id | self.ann.partner_id)
        self.assertEqual(set(rows.mapped("reciprocity")), {"both"})

    def test_a_row_says_the_same_whoever_reads_it_later(self):
        """Read again, opened or exported by its number, without the search that found it."""
        self.coordinator.group_ids += self.env.ref("base.group_allow_export")
        report = self.env[self.model].with_user(self.coordinator)
        for domain, said in ((JANUARY, {"giving", "receiving"}), (YEAR, {"both", "giving"}), ([], None)):
            rows = report.search(domain)
            found = {row.id: (row.reciprocity, row.partner_count) for row in rows}
            self.env.invalidate_all()
            again = report.browse(found)
            self.assertEqual({row.id: (row.reciprocity, row.partner_count) for row in again}, found)
            exported = again.export_data(["reciprocity"])["datas"]
            names = dict(report._fields["reciprocity"]._description_selection(self.env))
            self.assertEqual([one for [one] in exported], [names[found[row.id][0]] for row in again])
            if said:
                self.assertEqual({reciprocity for reciprocity, _count in found.values()}, said)

    def test_the_largest_number_is_one_that_a_browser_holds(self):
        largest = ((2**31 - 1) << 2 * MONTH_BITS) + _number_period(LATEST, date(2100, 1, 1))
        self.assertLessEqual(largest, LARGEST_SHOWN)
        for first, last in ((None, None), (date(1950, 1, 1), date(2100, 12, 1)), (None, date(2026, 3, 1))):
            self.assertEqual(_read_period(_number_period(first, last)), (first, last))

    def test_alternatives_and_ranges(self):
        report = self.env[self.model]
        for domain, period in (
            ([], (None, None)),
            (JANUARY, (date(2026, 1, 1), date(2026, 1, 31))),
            ([("date", ">", "2026-01-31")], (date(2026, 2, 1), None)),
            ([("date", "=", "2026-02-01")], (date(2026, 2, 1), date(2026, 2, 28))),
            (["|", *JANUARY], (None, None)),
            (
                ["|", "&", *JANUARY, "&", ("date", ">=", "2026-03-01"), ("date", "<", "2026-04-01")],
                (date(2026, 1, 1), date(2026, 3, 31)),
            ),
            (
                ["&", ("reciprocity", "=", "both"), "&", *YEAR],
                (date(2026, 1, 1), date(2026, 12, 31)),
            ),
            ([("partner_id.name", "ilike", "ann")], (None, None)),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(report._read_period(domain), period)

    def test_minutes_and_partners(self):
        self._attend(at(1, 20), helper=self.ben, attendee=self.dee, minutes=100)
        [row] = self._rows([*JANUARY, ("partner_id", "=", self.ben.partner_id.id)])
        self.assertEqual((row.gave_minutes, row.received_minutes, row.gave_hours), (160, 0, 160 / 60))
        self.assertEqual(row.partner_count, 2)
        [row] = self._rows([*JANUARY, ("partner_id", "=", self.dee.partner_id.id)])
        self.assertEqual((row.gave_minutes, row.received_minutes, row.reciprocity), (30, 100, "both"))

    def test_each_bank_for_itself(self):
        harbour = self._make_scheme("Harbour")
        harbour.credit_limit_minutes = 60
        dee = self._make_member(self.dee.partner_id, scheme=harbour)
        gus = self._make_member("Gus Park", scheme=harbour)
        self._make_hours(gus, 30, state="approved", receiver_id=dee.partner_id.id)
        self.assertEqual(
            self._sums("scheme_id", "reciprocity"),
            {
                (self.scheme, "both"): 2,
                (self.scheme, "giving"): 1,
                (harbour, "giving"): 1,
                (harbour, "receiving"): 1,
            },
        )

    def test_a_row_leads_to_what_is_behind_it(self):
        [row] = self._rows([*JANUARY, ("partner_id", "=", self.ann.partner_id.id)])
        action = row.action_open_source()
        behind = self.env[action["res_model"]].with_user(self.coordinator).search(action["domain"])
        self.assertEqual(sorted(behind.mapped("minutes")), [30, 60])

    def test_a_period_from_outside_is_taken_from_nobody(self):
        report = self.env[self.model].with_user(self.coordinator)
        for period in ("2026-01-01", ["2026-01-01", "2026-01-31"], 5, {}):
            rows = report.with_context(timebank_period=period).search([])
            self.assertEqual(len(rows), 5)
            rows.invalidate_recordset()
            self.assertEqual(len(rows.with_context(timebank_period=period).read(["reciprocity"])), 5)

    def test_a_search_reaches_the_ends_of_the_calendar(self):
        report = self.env[self.model].with_user(self.coordinator)
        every = {("0001-01-01", ">"), ("0001-01-01", ">="), ("9999-12-31", "<"), ("9999-12-31", "<=")}
        for day in ("0001-01-01", "9999-12-31"):
            for operator in (">", ">=", "<", "<=", "="):
                with self.subTest(operator=operator, day=day):
                    found = report.search([("date", operator, day)])
                    self.assertEqual(len(found), 5 if (day, operator) in every else 0)

    def test_who_may_read_it(self):
        self.check_who_may_read([self.manager], [self.finance, self.portal, self.staff])
