from dataclasses import replace
from fractions import Fraction

from odoo.tests import BaseCase, tagged

from odoo.addons.timebank_coproduction.tools.moving_in.opening import open_files
from odoo.addons.timebank_coproduction.tools.moving_in.plan import ANSWERS, Setting
from odoo.addons.timebank_coproduction.tools.moving_in.planner import make_plan
from odoo.addons.timebank_coproduction.tools.names import folded

from ..moving_in_common import LIMIT, MOVING_DAY, SAMPLES, SAMPLES_TO_TRY

ABOUT_PEOPLE = {"no_name", "banned", "shared_address", "limit", "applicant_balance"}


@tagged("post_install", "-at_install")
class TestSamples(BaseCase):
    """What must become of each record of the samples, and of everybody's balance."""

    def _plan(self, sample, **vals):
        vals = {"unit": Fraction(sample.unit) if sample.unit else None, **vals}
        return make_plan(
            sample.open(),
            Setting(today=MOVING_DAY, zone=sample.zone, limit=LIMIT, bank=sample.bank, **vals),
        )

    def test_fates(self):
        for sample in SAMPLES_TO_TRY:
            expected, _balances = sample.get_expected()
            self.assertTrue(expected)
            plan = self._plan(sample)
            self.assertEqual(plan.unknown, [])
            fates = {}
            for row in plan.rows:
                fates.setdefault((row.file, row.record), []).append(row.fate)
            for place, outcomes in expected.items():
                with self.subTest(sample=sample.name, place=place):
                    self.assertEqual(fates.pop(place, []), [fate for fate, _reason in outcomes])
            self.assertEqual(fates, {}, "every row that is read is expected")

    def test_balances(self):
        for sample in SAMPLES_TO_TRY:
            plan = self._plan(sample, answers=sample.get_answers())
            self.assertEqual([row.label for row in plan.rows if row.fate == "ask"], [])
            people = {(one.id or one.email or "(none)", folded(one.name)): one for one in plan.people}
            _fates, expected = sample.get_expected()
            self.assertEqual(len(people), len(expected))
            for (key, name), minutes in expected.items():
                with self.subTest(sample=sample.name, who=(key, name)):
                    person = people.get((key, folded(name or key)))
                    self.assertEqual(person and person.result, minutes)

    def test_every_answer_settles_its_question(self):
        """What is proposed, and of people whatever may be answered: in all samples, and of who was banned.
        Of a row another answer may not fit what its cell says, which then still waits."""
        banned = next(sample for sample in SAMPLES_TO_TRY if sample.folder == "nexus")
        banned = [(name, content.replace(b"suspended", b"banned")) for name, content in banned.get_files()]
        given = [sample.get_files() for sample in SAMPLES_TO_TRY] + [banned]
        for files in given:
            setting = Setting(today=MOVING_DAY, zone="UTC", limit=LIMIT, unit=Fraction(60))
            asked = {code for row in make_plan(open_files(files), setting).rows for code in row.asked}
            for code in asked:
                for answer in ANSWERS[code] if code in ABOUT_PEOPLE else ANSWERS[code][:1]:
                    with self.subTest(files=[name for name, _content in files], code=code, answer=answer):
                        plan = make_plan(open_files(files), replace(setting, answers={code: answer}))
                        waiting = [row for row in plan.rows if row.fate == "ask" and row.question == code]
                        self.assertEqual([row.label for row in waiting], [])
        self.assertIn("banned", asked)

    def test_again(self):
        """What has moved in is there, and moves nothing a second time."""
        for sample in SAMPLES_TO_TRY:
            with self.subTest(sample=sample.name):
                plan = self._plan(sample, answers=sample.get_answers())
                keys = {row.key for row in plan.rows if row.comes_in} | {one.key for one in plan.people}
                again = self._plan(sample, answers=sample.get_answers(), known=frozenset(keys))
                self.assertEqual([row.label for row in again.rows if row.comes_in], [])
                self.assertEqual([one.opening for one in again.people if one.opening], [])

    def test_reasons_with_days(self):
        """Hours of the day in the bank's zone: late in the evening there is another day in Greenwich."""
        for sample in SAMPLES_TO_TRY:
            expected, _balances = sample.get_expected()
            plan = self._plan(sample)
            days = {}
            for row in plan.rows:
                days.setdefault((row.file, row.record), []).append(row)
            for place, outcomes in expected.items():
                for row, (fate, reason) in zip(days[place], outcomes, strict=True):
                    if fate == "new" and reason.startswith("hours of "):
                        with self.subTest(sample=sample.name, place=place):
                            clock = f"{row.minutes // 60}:{row.minutes % 60:02d}"
                            self.assertEqual(
                                f"hours of {row.day}, {clock}",
                                reason.split(";")[0][: 20 + len(clock) + 1].split(", handed")[0],
                            )

    def test_order_of_files(self):
        """What comes of the rows of files depends on none standing before another."""
        sample = SAMPLES_TO_TRY[0]
        setting = Setting(today=MOVING_DAY, zone=sample.zone, limit=LIMIT, bank=sample.bank)
        fates = {(row.file, row.record): row.fate for row in make_plan(sample.open(), setting).rows}
        backwards = make_plan(open_files(sample.get_files()[::-1]), setting)
        self.assertEqual({(row.file, row.record): row.fate for row in backwards.rows}, fates)

    def test_secrets_are_not_read(self):
        """Digests of passwords are in no record."""
        files = [
            (
                "users.csv",
                b"email,name,status,passwordHash,language\na@example.org,Ana,active,$2a$secret,ca\n",
            )
        ]
        plan = make_plan(open_files(files), Setting(today=MOVING_DAY))
        [found] = plan.founds
        self.assertEqual(found.source.name, "komunitin")
        self.assertNotIn("$2a$secret", [found.records[0].get(name) for name in found.columns])

    def test_samples_are_ours(self):
        self.assertFalse((SAMPLES / "komunitin" / "example").exists())
        self.assertFalse((SAMPLES / "komunitin" / "demo").exists())
