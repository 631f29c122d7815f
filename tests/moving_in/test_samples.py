import re
from dataclasses import replace
from fractions import Fraction

from odoo.tests import BaseCase, tagged

from odoo.addons.timebank_coproduction.tools.moving_in import mapping
from odoo.addons.timebank_coproduction.tools.moving_in.opening import open_files
from odoo.addons.timebank_coproduction.tools.moving_in.plan import ANSWERS, Setting
from odoo.addons.timebank_coproduction.tools.moving_in.planner import make_plan
from odoo.addons.timebank_coproduction.tools.names import folded

from ..moving_in_common import LIMIT, MOVING_DAY, SAMPLES, SAMPLES_TO_TRY

#: A part of what ``expected.md`` says of a row that brings nothing, or waits; and the plan's code for it.
REASONS = (
    (r"less than nothing", "negative"),
    (r"no time moves", "no_time_moves"),
    (r"no time given", "no_time"),
    (r"of a day to come", "to_come"),
    (r"to oneself", "to_oneself"),
    (r"never took place|not done", "undone"),
    (r"was not there", "not_there"),
    (r"nobody was assigned", "nobody_assigned"),
    (r"nobody named", "nobody"),
    (r"a total", "total"),
    (r"between two accounts of one person", "own_accounts"),
    (r"a category, not a post", "post_heading"),
    (r"deleted, and owed nothing|in the bin there", "was_deleted"),
    (r"deleted there", "post_deleted"),
    (r"of a contact in the bin", "in_bin"),
    (r"erased there: no contact|removed there", "was_erased"),
    (r"erased there: leave it", "erased"),
    (r"to the minute|to the second", "same_cells"),
    (r"(same|has been) .*(above|read)|Nr\. \d+ has been read", "read_above"),
    (r"once more, and no time of day", "repeated"),
    (r"the same time twice", "worked_twice"),
    (r"two people\?", "shared_address"),
    (r"people are called", "namesakes"),
    (r"an address of \d people", "shared"),
    (r"people in one cell", "several"),
    (r"of another exchange", "foreign"),
    (r"who\?$", "gone"),
    (r"(is|are) not (among|in) the|nobody has this address", "unknown"),
    (r"no name in this file", "no_name"),
    (r"or a pot\?", "fund"),
    (r"below the bank's limit", "limit"),
    (r"h:mm in a column of units", "clock_in_units"),
    (r"fraction in a column of minutes", "fraction"),
    (r"completed without a time", "no_time_done"),
    (r"an error of the spreadsheet", "cell_error"),
    (r"longer than a day|hours in a day", "over_day"),
    (r"is no date", "day_order"),
    (r"9 March or 3 September|\d or \d+ \w+\?|March or \d", "day_order"),
    (r"^\d,\d+: ", "thousand"),
)
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

    def test_reasons(self):
        """Why a row brings nothing or is asked about; whose an offer is and how it stands; who is paused."""
        for sample in SAMPLES_TO_TRY:
            expected, _balances = sample.get_expected()
            rows = {}
            for row in self._plan(sample).rows:
                rows.setdefault((row.file, row.record), []).append(row)
            for place, outcomes in expected.items():
                for row, (fate, reason) in zip(rows[place], outcomes, strict=True):
                    with self.subTest(sample=sample.name, place=place, reason=reason):
                        if fate not in ("new", "joined"):
                            code = next(code for pattern, code in REASONS if re.search(pattern, reason))
                            self.assertEqual(row.question if fate == "ask" else row.code, code)
                        elif row.what == "post":
                            said = f"{row.kind} of {row.person.name}, {row.post.state}"
                            self.assertEqual(said, reason.partition(";")[0])
                        elif row.what == "member":
                            state = re.match(r"(paused|applicant)?", reason)[0] or "active"
                            self.assertEqual(row.person.state, state)
                            self.assertEqual("organisation" in reason, row.person.is_company)
                            self.assertEqual("namesake" in reason, "namesake" in row.notes)
                            self.assertEqual("to ring" in reason, "to_ring" in row.notes)
                        else:
                            kind = re.match(r"(opening|reversal)?", reason)[0] or "hours"
                            self.assertEqual(row.kind, kind)

    def test_openings(self):
        """What a balance is made of: declared, from the rows, and the opening over them."""
        for sample in SAMPLES_TO_TRY:
            plan = self._plan(sample, answers=sample.get_answers())
            people = {(one.id or one.email or "(none)", folded(one.name)): one for one in plan.people}
            for (key, name), (declared, history, opening) in sample.get_openings().items():
                with self.subTest(sample=sample.name, who=(key, name)):
                    one = people[key, folded(name or key)]
                    self.assertEqual(
                        (one.declared, one.history, one.opening), (declared, history, opening or 0)
                    )

    def test_order_of_files(self):
        """What comes of the rows of files depends on none standing before another."""
        sample = SAMPLES_TO_TRY[0]
        setting = Setting(today=MOVING_DAY, zone=sample.zone, limit=LIMIT, bank=sample.bank)
        fates = {(row.file, row.record): row.fate for row in make_plan(sample.open(), setting).rows}
        backwards = make_plan(open_files(sample.get_files()[::-1]), setting)
        self.assertEqual({(row.file, row.record): row.fate for row in backwards.rows}, fates)

    def _plan_files(self, files, **vals):
        sheets = open_files([(name, text.encode()) for name, text in files.items()])
        return make_plan(sheets, Setting(today=MOVING_DAY, limit=LIMIT, **vals))

    def test_limits_of_their_own(self):
        """How far below zero somebody may go comes along where it isn't as far as here; -1 says nothing."""
        rows = (
            "A1,Ann,personal,active\nA2,Ben,personal,active\nA3,Cat,personal,active\nA4,Dan,personal,active\n"
        )
        plan = self._plan_files(
            {
                "members.csv": f"code,name,type,status\n{rows}",
                "accounts.csv": "code,balance,creditLimit\nA1,0,50\nA2,0,200.00\nA3,0,-1\nA4,-300,250\n",
            },
            unit=Fraction(6),
        )
        self.assertEqual([one.limit for one in plan.people], [300, None, None, 1500])
        self.assertIn("own_limit", plan.people[0].row.notes)
        asked = plan.people[3].row
        self.assertEqual((asked.fate, asked.question), ("ask", "limit"))

    def test_list_of_cyclos(self):
        """Balances in a currency of its own: what a unit is worth is asked, never taken for an hour."""
        text = (
            "name,username,email,creationdate,balance,creditlimit,uppercreditlimit\n"
            "Ann Lee,ann,ann@example.org,2020-05-01,12.5,100,\n"
            ",ben,,2020-05-02,-2,,\n"
        )
        plan = self._plan_files({"users.csv": text})
        self.assertEqual((plan.source.name, plan.asks_unit), ("cyclos", True))
        plan = self._plan_files({"users.csv": text}, unit=Fraction(10))
        ann, ben = plan.people
        self.assertEqual((ann.declared, ann.limit, ann.joined.year), (125, 1000, 2020))
        self.assertEqual((ben.name, ben.declared, ben.limit), ("ben", -20, None))

    def test_exchanges_of_hourworld(self):
        """No file of hOurworld is documented: what it says to hold is proposed to be read as time."""
        headings = ["Provider", "Receiver", "Hours", "Date", "Category", "Service", "Comment"]
        cells = [["Ann Lee"], ["Ben Fox"], ["1.5"], ["2026-03-04"], ["Home"], ["Painting"], ["Thanks"]]
        meanings = mapping.propose_meanings(headings, cells)
        self.assertEqual(meanings, ["name", "receiver", "time", "day", "category", "text", ""])
        self.assertEqual(mapping.propose_table(meanings), "hours")
        self.assertTrue(mapping.is_complete("hours", meanings))

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
