"""What mails for each month and quarter say, against what is worked out of the records in plain Python."""

from datetime import date

from freezegun import freeze_time
from lxml import html

from odoo.tests import tagged

from ..common import TODAY
from .audit_common import AuditCase
from .funder_report_reading import plain
from .witness_parts import PartsWitness

APRIL = TODAY.replace(month=4, day=3)
MARCH = date(2026, 3, 1), date(2026, 3, 31)
QUARTER = date(2026, 1, 1), date(2026, 3, 31)
YEAR_BEFORE = date(2025, 1, 1), date(2025, 3, 31)


def say(minutes):
    """1 hour, 1:30 hours, 1,200 hours."""
    whole, rest = divmod(abs(minutes), 60)
    sign = "-" * (minutes < 0)
    if rest:
        return f"{sign}{whole}:{rest:02} hours"
    return f"{sign}1 hour" if whole == 1 else f"{sign}{whole:,} hours"


def whole(minutes):
    return say(round(minutes / 60) * 60)


def count(number):
    return "hidden" if 0 < number < 5 else f"{number:,}"


@tagged("post_install", "-at_install")
class TestMailingFigures(AuditCase):
    """Neighbours and staff over two years: of each mail every figure."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._give_addresses()
        cls.scheme.write({"credit_limit_minutes": 6000, "sustained_minutes": 120, "sustained_months": 2})

        def people(name, role, many, joined_on=date(2024, 6, 1)):
            return [cls._make_member(f"{name} {one}", role, joined_on=joined_on) for one in range(many)]

        cls.volunteers, cls.supported = people("Vol", "volunteer", 14), people("Sup", "beneficiary", 9)
        cls.paid = people("Paid", "professional", 6)
        cls.activity = cls.env["timebank.activity"].create(
            {"name": "Café", "scheme_id": cls.scheme.id, "planned_by": "jointly"}
        )
        for year, involved, gave in ((2025, 3, 8), (2026, 7, 12)):
            cls._live(year, involved, gave)
        people("New", "volunteer", 6, date(2026, 3, 10))
        cls._leave(cls.env["timebank.member"].union(*people("Gone", "volunteer", 5)))
        cls._live_as_ann()

    @classmethod
    def _live(cls, year, involved, gave):
        """From January to March: some beside staff, some for each other, and some who spend."""
        vals = []

        def give(member, month, day, minutes, **more):
            vals.append(cls._hours_vals(member, minutes, date=date(year, month, day), **more))

        for month in (1, 2, 3):
            for number, one in enumerate(cls.supported[:involved]):
                give(one, month, 5, 65 + 5 * number + month, activity_id=cls.activity.id)
            for one in cls.paid:
                give(one, month, 5, 90, activity_id=cls.activity.id)
            for number, one in enumerate(cls.volunteers[:gave]):
                receiver = cls.supported[number % 6].partner_id
                give(one, month, 9, 40 + 7 * number + month, receiver_id=receiver.id)
                give(one, month, 10, 125)
        for number, one in enumerate(cls.supported[:6]):
            give(one, 2, 20, 30 + number, receiver_id=cls.volunteers[number].partner_id.id)
        entries = cls.env["timebank.hours"].create(vals)
        entries.action_submit()
        entries.with_user(cls.coordinator).action_approve()
        reward = cls.env["timebank.reward"].create(
            {"name": f"Swim {year}", "scheme_id": cls.scheme.id, "minutes": 35, "approval": "auto"}
        )
        reward.action_publish()
        with freeze_time(date(year, 3, 12)):
            for one in cls.volunteers[: gave - 3]:
                claims = cls.env["timebank.redemption"]
                claims.create({"reward_id": reward.id, "partner_id": one.partner_id.id}).action_request()

    @classmethod
    def _live_as_ann(cls):
        cls.ann.write({"statement_mails": True, "statement_pace": "quarter"})
        ben = cls.ben.partner_id
        for member, minutes, day, more in (
            (cls.ann, 200, date(2025, 12, 4), {"description": "Before"}),
            (cls.ann, 60, date(2026, 1, 7), {"description": "Shopping"}),
            (cls.ann, 45, date(2026, 2, 7), {"description": "A lift", "receiver_id": ben.id}),
            (cls.ben, 390, date(2026, 3, 8), {"receiver_id": cls.ann.partner_id.id, "description": "Roof"}),
        ):
            cls._make_hours(member, minutes, "approved", date=day, **more)

    def _send(self):
        """What each is sent in April: by address."""
        before = self.env["mail.mail"].search([], order="id desc", limit=1).id or 0
        with freeze_time(APRIL):
            self._run_job()
            with self.enter_registry_test_mode():
                self.env.ref("timebank_coproduction.cron_mailings").method_direct_trigger()
            self.env.invalidate_all()
        mails = self.env["mail.mail"].search([("id", ">", before)])
        return {mail.recipient_ids.email or mail.email_to: mail for mail in mails}

    def _read_rows(self, mail):
        """Of each row the head, and what stands in its cells, in words."""
        return [
            [plain(" ".join(cell.itertext())) for cell in row.xpath("./th | ./td")]
            for row in html.fromstring(str(mail.body_html)).xpath("//table[*/th or */*/th]//tr")
        ]

    def _get_content(self, kind):
        mailing = self.env["timebank.mailing"].search([("kind", "=", kind)])
        self.assertEqual(len(mailing), 1)
        return getattr(mailing, f"_get_{kind}")()

    def _find_trustees(self, first, last):
        """Figures of three months, as they are said."""
        found = PartsWitness(self.scheme, first, last)
        taken, given, moved = found.involvement(), found.volunteers(), found.flows()
        return {
            "People who took part": count(taken["people"]),
            "Of them, gave and received": count(taken["both"]),
            "Stayed involved beside professionals": count(found.sustained()["people"]),
            "Volunteers": count(given["people"]),
            "Hours that volunteers gave": whole(given["minutes"]),
            "Credits issued": whole(moved["issued"]),
            "Credits exchanged": whole(moved["exchanged"]),
            "Credits spent on rewards and courses": whole(moved["returned"]),
            "Credits outstanding at the end": whole(found.position()["outstanding_minutes"]),
        }

    def test_trustees_read_both_years_as_they_were(self):
        now, before = self._find_trustees(*QUARTER), self._find_trustees(*YEAR_BEFORE)
        hidden = [label for said in (now, before) for label, words in said.items() if words == "hidden"]
        self.assertEqual(hidden, ["Stayed involved beside professionals"], "of three people, a year before")
        self.assertTrue(all(now[label] != before[label] for label in now), "each column is told apart")
        expected = [[label, now[label], before[label]] for label in now]
        mail = self._send()["tessa@example.org"]
        shown = self._get_content("trustees")["rows"]
        self.assertEqual([[label, *map(plain, columns)] for label, columns in shown], expected)
        rows = [row for row in self._read_rows(mail) if len(row) == 3]
        self.assertEqual(rows, [["Figure", "Now", "A year before"], *expected])

    def test_coordinators_read_the_month_as_it_was(self):
        found = PartsWitness(self.scheme, *MARCH)
        moved = found.moved_by_month()[MARCH[0]]
        names = {
            "issued": "Issued",
            "exchanged": "Exchanged",
            "returned": "Returned",
            "given": "Given away",
            "expired": "Expired",
        }
        expected = [
            [name, "hidden" if 0 < moved[flow]["people"] < 5 else say(moved[flow]["minutes"])]
            for flow, name in names.items()
        ]
        self.assertGreaterEqual(sum(flow["people"] >= 5 for flow in moved.values()), 3)
        outstanding = found.position()["outstanding_minutes"]
        members = self.env["timebank.member"].search([("scheme_id", "=", self.scheme.id)])
        joined, left = (
            sum(MARCH[0] <= (one[name] or date.max) <= MARCH[1] for one in members)
            for name in ("joined_on", "left_on")
        )
        self.assertEqual((joined, left), (6, 5))
        expected += [["Outstanding at the end", say(outstanding)]]
        expected += [["New members", "6"], ["Members who left", "5"]]
        mail = self._send()["cora@example.org"]
        self.assertEqual(
            [list(map(plain, row)) for row in self._get_content("coordinators")["figures"]], expected
        )
        self.assertEqual([row for row in self._read_rows(mail) if len(row) == 2], expected)

    def test_a_statement_is_what_moved_on_the_account(self):
        account = self.ann.account_id
        moved = []
        for one in self.env["timebank.transfer"].search([("scheme_id", "=", self.scheme.id)]):
            for side, other, sign in (
                (one.to_account_id, one.from_account_id, 1),
                (one.from_account_id, one.to_account_id, -1),
            ):
                if side == account:
                    moved.append(
                        (one.date, sign * one.minutes, other.sudo().partner_id.name or self.scheme.name)
                    )
        first, last = QUARTER
        opening = sum(minutes for day, minutes, _who in moved if day < first)
        rows = sorted(one for one in moved if first <= one[0] <= last)
        words = {60: "Shopping", 45: "A lift", -390: "Roof"}
        self.assertEqual([minutes for _day, minutes, _who in rows], list(words))
        mail = self._send()["ann@example.org"]
        expected = [
            ["What", "Credits"],
            ["Before", say(opening)],
            *(
                [
                    f"{words[minutes]} {day:%b} {day.day}, {day.year}, {who}",
                    "+" * (minutes > 0) + say(minutes),
                ]
                for day, minutes, who in rows
            ),
            ["At the end", say(opening + sum(minutes for _day, minutes, _who in rows))],
        ]
        self.assertEqual(expected[-1][1], "-1:25 hours")
        self.assertEqual(self._read_rows(mail), expected)
