"""Days that nobody means, in every field of one; what members do with their own hours; a bank's figures."""

import re

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.models import MAGIC_COLUMNS
from odoo.tools import mute_logger

from ..common import TODAY
from .trust_common import TrustCase

ABSURD = (
    "0001-01-01",
    "0202-03-18",
    "1899-12-31",
    "2200-01-01",
    "9999-12-31",
    "yesterday",
    "2026-13-01",
    7,
    [1],
)

#: The names of what is counted in units of time that lead to a day.
LENGTH = re.compile(r"(^|_)(months|days|hours)$|^days_")

#: What figures of a bank alone depend on.
KNOWN = {"operating_account_id.balance_minutes", "member_ids.state"}


class TestTrustDays(TrustCase):
    @mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_days_within_reason(self):
        """Each field, each model, the dialogs included; typed in or by a default of the context."""
        tried, manager = 0, self.roles["manager"]
        for name, model in {**self._stored(), **self._dialogs()}.items():
            record = self.world[self.here].get(name, model)
            for field in model._fields.values():
                if (
                    field.type not in ("date", "datetime")
                    or field.name in MAGIC_COLUMNS
                    or not (field.store or field.inverse)
                ):
                    continue
                for value in ABSURD:
                    ways = {
                        "create": lambda n=name, f=field, v=value: self._rpc(
                            manager, n, "create", [{f.name: v}]
                        ),
                        "write": lambda n=name, f=field, v=value, r=record: self._rpc(
                            manager, n, "write", r.ids, {f.name: v}
                        ),
                    }
                    for way, call in ways.items():
                        if way == "write" and not record:
                            continue
                        with self.subTest(model=name, field=field.name, value=value, way=way):
                            self.assertTrue(self._refusal(call))
                            tried += 1
        self.assertGreater(tried, 300)
        hours = self.env["timebank.hours"].with_user(self.portal)
        for day in ("0001-01-01", "0202-03-18", "1949-01-01"):
            vals = {"scheme_id": self.scheme.id, "minutes": 30}
            with self.assertRaisesRegex(UserError, "check the year"):
                hours.create({**vals, "date": day})
            with self.assertRaisesRegex(UserError, "check the year"):
                hours.with_context(default_date=day).create(vals)
        with self.assertRaisesRegex(UserError, "as a date"):
            hours.create({"scheme_id": self.scheme.id, "minutes": 30, "date": "tomorrow"})

    def test_what_a_form_asks_as_a_day_is_typed(self):
        """A day that nobody means is refused as it is typed; one that is taken out breaks nothing."""
        tried, manager = 0, self.roles["manager"]
        for name, model in {**self._stored(), **self._dialogs()}.items():
            simple = {
                field.name: {}
                for field in model._fields.values()
                if field.type not in ("one2many", "many2many", "properties") and not field.groups
            }
            days = [
                one
                for one in simple
                if model._fields[one].type in ("date", "datetime") and one not in MAGIC_COLUMNS
            ]
            for field in days if model.with_user(manager).has_access("create") else ():
                for value in (False, *ABSURD):
                    with self.subTest(model=name, field=field, value=value):
                        refusal = self._refusal(
                            lambda n=name, f=field, v=value, s=simple: self._rpc(
                                manager, n, "onchange", [], {f: v}, [f], s
                            )
                        )
                        self.assertEqual(bool(refusal), bool(value), refusal)
                        tried += 1
        self.assertGreater(tried, 200)

    @mute_logger("odoo.sql_db")
    def test_lengths_within_reason(self):
        """What is counted in months, days or hours leads to no day beyond the calendar's end: the jobs that
        go through all banks would stop at the first such bank."""
        tried = []
        for name, model in self._stored().items():
            record = self.world[self.here].get(name, model)
            if name == "timebank.grant":
                record = record.copy()  # a draft, of which nothing is agreed yet
            for field in model._fields.values():
                if (
                    field.type != "integer" or not field.store or field.readonly
                    or not LENGTH.search(field.name)
                ):  # fmt: skip
                    continue
                self.assertTrue(record, name)
                for value in (10_000, 100_000, 2**31 - 1):
                    with self.subTest(field=str(field), value=value):
                        self.assertFalse(self._takes(record, field.name, value))
                tried.append(field.name)
        self.assertGreater(len(tried), 8, tried)

    def _takes(self, record, name, value):
        try:
            with self.env.cr.savepoint():
                record[name] = value
                self.env.flush_all()
        except (UserError, CheckViolation):
            return False
        return True

    def test_a_session_of_another_day(self):
        """An entry that was handed in says no session that it can't have been given in."""
        activity = self.env["timebank.activity"].create(
            {"name": "Lunch", "scheme_id": self.scheme.id, "state": "running"}
        )
        days = {day: f"2026-03-{day:02} 10:00:00" for day in (10, 11)}
        sessions = self.env["timebank.session"].create(
            [
                {"activity_id": activity.id, "start": start, "stop": start.replace("10:", "12:"), "tz": "UTC"}
                for start in days.values()
            ]
        )
        sessions.action_open()
        entry = self._make_hours(self.ann, 60, "submitted", date=TODAY.replace(day=10)).with_user(self.portal)
        with self.assertRaisesRegex(UserError, "was on another day"):
            entry.session_id = sessions[1]
        entry.invalidate_recordset()
        entry.session_id = sessions[0]
        self.assertEqual(entry.activity_id, activity)

    def test_a_member_copies_what_a_coordinator_entered(self):
        entry = self._make_hours(
            self.ann, 60, date=TODAY.replace(day=10), source="coordinator", role="professional"
        )
        again = entry.with_user(self.portal).copy()
        self.assertEqual((again.source, again.role, again.date), ("portal", "beneficiary", TODAY))
        entry = self._make_hours(self.ben, 60, date=TODAY.replace(day=10), source="session")
        again = entry.with_user(self.coordinator).copy()
        self.assertEqual(again.source, "coordinator")

    def test_figures_of_a_bank(self):
        """Whoever reads a bank without a role is told nothing of its members' hours, claims and seals."""
        scheme = self.world[self.here]["timebank.scheme"]
        self._make_member(self.roles["member elsewhere"].partner_id, scheme=scheme)
        self.env["timebank.hours"].search(
            [("scheme_id", "=", scheme.id), ("state", "=", "draft")]
        ).action_submit()
        figures = [
            name
            for name, field in scheme._fields.items()
            if field.compute and not field.store and field.type in ("integer", "float", "monetary")
            and not name.startswith(("message_", "activity_", "rating_"))
            and not set(field.get_depends(scheme)[0]) - KNOWN
        ]  # fmt: skip
        self.assertGreater(len(figures), 3)
        told = scheme.with_user(self.roles["manager"]).read(figures)[0]
        self.assertGreater(sum(bool(told[name]) for name in figures), 2)
        for role in ("no role", "member elsewhere"):
            row = self._rpc(self.roles[role], "timebank.scheme", "read", scheme.ids, figures)[0]
            for name in figures:
                with self.subTest(role=role, figure=name):
                    own = 1 if (role, name) == ("member elsewhere", "member_count") else 0
                    self.assertLessEqual(row[name], own)
