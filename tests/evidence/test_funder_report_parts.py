"""What a report says month by month, of sessions, of who is new, and against a year before: worked out of the
records in plain Python, and read back from the page, from paper and from the workbook."""

import random
from datetime import date, datetime, timedelta

import networkx
from lxml import html

from odoo.tests import tagged

from ..common import TODAY
from .funder_report_common import FIRST, FunderReportCase
from .funder_report_expected import YEAR, Expected
from .funder_report_reading import ReadBack, hours, plain, tenth
from .witness_parts import PartsWitness

#: The first days of the months that are looked at, and that the last one is not over.
MONTHS = (FIRST, date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))


@tagged("post_install", "-at_install")
class TestFunderReportParts(Expected, ReadBack, FunderReportCase):
    @classmethod
    def _live(cls):
        """Two winters of sessions and of help between neighbours, of people enough that little is hidden."""
        cls.chance, cls.vals = random.Random(16), []
        cls.scheme.approve_at_closing = True
        cls.grant = cls._open_grant(name="Two Winters", date_start=date(2024, 9, 1))

        def people(count, role):
            vals = {"joined_on": date(2024, 3, 1)}
            return [cls._make_member(f"{role} {number}", role, **vals) for number in range(count)]

        cls.supported, cls.volunteers = people(22, "beneficiary"), people(30, "volunteer")
        cls.paid, cls.guests = people(9, "professional"), people(14, "beneficiary")
        cls.kinds = cls.env["timebank.category"].create([{"name": "Meals"}, {"name": "Gardens"}])
        cls.activities = cls.env["timebank.activity"].create(
            [
                {
                    "name": name,
                    "scheme_id": cls.scheme.id,
                    "project_id": cls.project.id,
                    "category_id": category.id,
                    "planned_by": planned,
                }
                for name, category, planned in (
                    ("Café", cls.kinds[0], "jointly"),
                    ("Beds", cls.kinds[1], "community"),
                )
            ]
        )
        for number, month in enumerate(MONTHS):
            cls._meet(month - YEAR, fewer=2)
            cls._meet(month, fewer=0)
            cls._help(month - YEAR, cls.volunteers[2:12], cls.supported[:9])
            cls._help(month, cls.volunteers[: 13 - number], cls.supported[:14])
            # who is there for the first time: some of them once, others in each month
            cls._help(month, cls.volunteers[16 : 30 if number == 1 else 23], cls.supported[2:9])
        entries = cls.env["timebank.hours"].create(cls.vals)
        entries.action_submit()
        entries.with_user(cls.coordinator).action_approve()
        assert set(entries.mapped("state")) == {"approved"}

    @classmethod
    def _help(cls, month, givers, takers):
        for giver in givers:
            taker = cls.chance.choice(takers)
            for one, other in ((giver, taker), (taker, giver))[: cls.chance.choice((1, 1, 2))]:
                cls.vals.append(
                    cls._hours_vals(
                        one,
                        cls.chance.randrange(20, 150),
                        date=month + timedelta(days=cls.chance.randrange(16)),
                        receiver_id=other.partner_id.id,
                        grant_id=cls.grant.id,
                        category_id=cls.category.id,
                    )
                )

    @classmethod
    def _meet(cls, month, fewer):
        """A session of each activity, whose registers are closed."""
        café, beds = cls.activities
        sample = cls.chance.sample
        cls._close(
            café,
            month + timedelta(days=5),
            {
                "professional": sample(cls.paid, 8 - fewer),
                "helper": sample(cls.supported[:10], 9 - fewer),
                "attendee": sample(cls.guests, 12 - fewer) + sample(cls.volunteers[:10], 6),
            },
        )
        cls._close(
            beds,
            month + timedelta(days=9),
            {
                "helper": sample(cls.volunteers[:14], 8 - fewer),
                "attendee": sample(cls.guests, 9) + sample(cls.supported[10:], 7 - fewer),
            },
        )

    @classmethod
    def _close(cls, activity, day, register):
        start = datetime.combine(day, datetime.min.time()) + timedelta(hours=10)
        session = cls.env["timebank.session"].create(
            {
                "activity_id": activity.id,
                "start": start,
                "stop": start + timedelta(hours=3),
                "grant_id": cls.grant.id,
            }
        )
        session.action_open()
        cls.env["timebank.attendance"].create(
            [
                {
                    "session_id": session.id,
                    "partner_id": member.partner_id.id,
                    "role": role,
                    "minutes": cls.chance.randrange(60, 181),
                    "state": "attended",
                }
                for role, members in register.items()
                for member in members
            ]
        )
        session.with_user(cls.coordinator).action_close()
        assert session.state == "done"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls._draft(date_to=TODAY)
        cls.env.flush_all()
        cls.now = PartsWitness(cls.scheme, FIRST, TODAY, grant=cls.grant)
        cls.before = PartsWitness(cls.scheme, FIRST - YEAR, TODAY - YEAR, grant=cls.grant)

    # ------------------------------------------------------------
    # Worked out of the records
    # ------------------------------------------------------------

    def _expect(self):
        """By section: what figures say, by their keys, and rows of its table."""
        return {
            "hours": self._expect_hours(),
            "involvement": self._expect_involvement(),
            "work": self._expect_work(),
            "reciprocity": self._expect_reciprocity(),
            "newcomers": self._expect_newcomers(),
        }

    def _expect_involvement(self):
        whole, months = self.now.taken_whole(), self.now.taken_by_month()
        self.assertEqual(tuple(sorted(months)), MONTHS)
        rows = [
            [words, str(row["people"]), str(row["attendances"]), hours(row["minutes"])]
            for words, row in (
                *((month.strftime("%b %Y"), months[month]) for month in MONTHS),
                ("Whole period", whole),
            )
        ]
        sustained = self.now.sustained()
        return {
            "head_count": str(whole["people"]),
            "attendances": str(whole["attendances"]),
            "given_by_people": hours(whole["minutes"]),
            "sustained_people": str(sustained["people"]),
            "sustained_minutes": hours(sustained["minutes"]),
        }, rows

    def _order_kinds(self):
        work = self.now.work()
        return sorted((*self.kinds.ids, self.category.id), key=lambda one: -work[None, one][0])

    def _measure_all(self, witness):
        """Figure's key → pair of its number and how that is said, where it is held against a year before."""
        involvement, sustained, network = witness.taken_whole(), witness.sustained(), witness.network()
        ways, forms = self._count_ways(witness), witness.forms()["forms"]
        together = {"jointly": 0, "community": 0}
        for cell in forms:  # the beds are planned and delivered by the community alone
            together[cell["planned_by"]] += cell["minutes"]
        self.assertEqual([cell["delivered_by"] for cell in forms], ["jointly", "community"])
        points = self._points
        return {
            "head_count": (involvement["people"], str),
            "attendances": (involvement["attendances"], str),
            "given_by_people": (involvement["minutes"], hours),
            "sustained_people": (sustained["people"], str),
            "sustained_minutes": (sustained["minutes"], hours),
            "coproductive": (together["jointly"] / sum(together.values()), points),
            **{key: (count, str) for key, count in ways.items() if key != "people"},
            "partners_per_person": (network["partners_per_person"], self._number),
            "density": (network["density"], points),
            "arc_reciprocity": (network["arc_reciprocity"], points),
        }

    def _number(self, number):
        return tenth(number).removesuffix(".0")

    def _points(self, share):
        return f"{self._number(100 * share)} points"

    def _say_change(self, now, before, say):
        if now == before:
            return "as before"
        return f"{say(abs(now - before))} {'more' if now > before else 'less'} than before"

    # ------------------------------------------------------------
    # Read back
    # ------------------------------------------------------------

    def test_page_paper_and_workbook_say_what_the_records_say(self):
        sections = self._check_said(self.report, self._expect())
        attendees = self.now.taken_whole()["attendees"]
        notes = {one["key"]: plain(one["note"]) for one in sections["involvement"]["figures"]}
        self.assertEqual(notes["attendances"], f"n = {attendees} people")
        drawn = sections["work"]["chart"]["series"]
        for series, kind in zip(drawn, self._order_kinds(), strict=True):
            minutes = [self.now.work()[month, kind][0] for month in MONTHS]
            self.assertEqual(series["values"], [round(one / 60, 1) for one in minutes])

    def test_changes_against_a_year_before(self):
        """By how much more or less each figure is than on the same days a year before."""
        now, before = self._measure_all(self.now), self._measure_all(self.before)
        sections = {one["key"]: one for one in self.report._get_content()["sections"]}
        figures = {
            one["key"]: one
            for key in ("involvement", "forms", "reciprocity", "network")
            for one in sections[key]["figures"]
        }
        page, paper = self.report.sudo()._make_page(), self._read_paper(self.report)
        page = plain(html.fromstring(page).text_content())
        book = self._read_workbook(self.report)
        beside = {}
        for label, *cells in (row for sheet in book.values() for row in sheet[None] if row):
            beside.setdefault(label, " ".join(cells))  # figures stand above their table
        changed = set()
        for key, (number, say) in now.items():
            was, figure = before[key][0], figures[key]
            said = self._say_change(number, was, say)
            with self.subTest(figure=key):
                self.assertEqual(plain(figure["change"]), said)
                way = "up" if number > was else "down" if number < was else "same"
                self.assertEqual(figure["direction"], way)
                self.assertIn(said, page)
                self.assertIn("".join(said.split()), paper)
                self.assertIn(said, beside[plain(figure["label"])])
            changed.add(way)
        self.assertLessEqual({"up", "down"}, changed)
        notes = {one["title"]: one["text"] for one in sections["method"]["parts"]}
        self.assertIn("1 December 2024 to 18 March 2025", notes["More or less than before"])
        with self.subTest(figure="others"):
            told = {key for key, one in figures.items() if one["change"]}
            self.assertLessEqual(told - set(now), {"largest_strong_part", "isolated", "bridges"})
        for key in ("largest_strong_part", "isolated"):
            if figures[key]["change"]:
                numbers = [self._count_network(witness)[key] for witness in (self.now, self.before)]
                self.assertEqual(plain(figures[key]["change"]), self._say_change(*numbers, str))

    def _count_network(self, witness):
        graph = networkx.DiGraph()
        graph.add_nodes_from(person.id for _scheme, person, _day, _giving in witness._facts())
        graph.add_edges_from(arc[:2] for arc in witness.arcs_in())
        return {
            "isolated": len(list(networkx.isolates(graph))),
            "largest_strong_part": max(map(len, networkx.strongly_connected_components(graph))),
        }
