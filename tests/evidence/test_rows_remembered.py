"""What a page has read once is not read again for a part of its period, grant or project."""

from datetime import date

from odoo.tests import tagged

from ...models.evidence.facts import Scope
from ...models.evidence.timebank_measures_facts import Asked
from ..common import TODAY
from ..session_common import ClosingCase


@tagged("post_install", "-at_install")
class TestRowsRemembered(ClosingCase):
    def setUp(self):
        super().setUp()
        self._make_line(self.ann, role="attendee")
        self._close()
        for month, project in ((1, self.project.id), (2, False), (3, self.project.id)):
            self._make_hours(self.ben, state="approved", date=date(2026, month, 5), project_id=project)
        self.wide = Scope((self.scheme.id,), date(2026, 1, 1), TODAY)
        self.measures = self.env["timebank.measures"]
        self.page = self.measures.with_context(timebank_asked=Asked())

    def test_a_narrower_scope_is_taken_out_of_a_wider_one(self):
        """The same rows as those that are read anew, and without a question to the database."""
        narrower = [
            self.wide._replace(date_from=date(2026, 2, 1)),
            self.wide._replace(date_to=date(2026, 2, 28)),
            self.wide._replace(date_from=date(2026, 2, 5), date_to=date(2026, 2, 5)),
            self.wide._replace(project_id=self.project.id),
            self.wide._replace(project_id=self.project.id, date_to=date(2026, 2, 1)),
            self.wide._replace(grant_id=2**31 - 1),
        ]
        for read in ("_read_entries", "_read_attended"):
            self.assertTrue(len(getattr(self.page, read)(self.wide).date))
            for scope in narrower:
                with self.subTest(read=read, scope=scope):
                    anew = getattr(self.measures, read)(scope)
                    with self.assertQueryCount(0):
                        taken = getattr(self.page, read)(scope)
                    self.assertEqual(sorted(zip(*taken, strict=True)), sorted(zip(*anew, strict=True)))
        self.assertEqual(len(self.page._read_entries(narrower[2]).date), 1)

    def test_a_wider_scope_is_read(self):
        self.page._read_entries(self.wide._replace(date_from=date(2026, 2, 1), project_id=self.project.id))
        for scope in (
            self.wide._replace(project_id=self.project.id),
            self.wide._replace(date_from=date(2026, 2, 1)),
            self.wide._replace(date_from=date(2026, 2, 1), scheme_ids=()),
            self.wide._replace(date_from=None, date_to=None),
        ):
            with self.subTest(scope=scope):
                anew = self.measures._read_entries(scope)
                self.assertEqual(len(self.page._read_entries(scope).date), len(anew.date))

    def test_of_all_banks_no_row_is_asked_which_it_is_of(self):
        """The rows of all at once are those of each."""
        other = self._make_scheme("Other")
        every = self.env["timebank.scheme"].with_context(active_test=False).search([])
        self.assertIn(other, every)
        whole = self.wide._replace(scheme_ids=tuple(every.ids))
        self.assertIsNone(self.measures._without_banks_if_all(whole).scheme_ids)
        without = whole._replace(scheme_ids=tuple((every - other).ids))
        self.assertEqual(self.measures._without_banks_if_all(without), without)
        for read in ("_read_entries", "_read_attended", "_read_moves"):
            with self.subTest(read=read):
                found = getattr(self.measures, read)
                by_bank = [found(whole._replace(scheme_ids=(bank_id,))) for bank_id in every.ids]
                each = [row for rows in by_bank for row in zip(*rows, strict=True)]
                self.assertEqual(sorted(zip(*found(whole), strict=True)), sorted(each))
                self.assertTrue(each)
