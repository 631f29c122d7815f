"""An amount of time is read the same way in forms, over the external API and in files."""

import re

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.timebank_coproduction.models.common.hours_field import Hours, read_minutes
from odoo.addons.timebank_coproduction.tools import minutes

from ..durations import UNREADABLE, UNREADABLE_WITH_COMMA, WRITTEN, WRITTEN_WITH_COMMA
from ..exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestDurations(ExchangeCase):
    def test_one_table(self):
        for decimal, written in ((".", WRITTEN), (",", WRITTEN_WITH_COMMA)):
            for text, expected in written.items():
                with self.subTest(text=text, decimal=decimal):
                    self.assertEqual(minutes.read(text, decimal), expected)
        for decimal, unreadable in ((".", UNREADABLE), (",", UNREADABLE_WITH_COMMA)):
            for text in unreadable:
                with self.subTest(text=text, decimal=decimal), self.assertRaises(ValueError):
                    minutes.read(text, decimal)

    def test_words_over_the_external_api(self):
        hours = self.env["timebank.hours"].with_user(self.coordinator)
        entry = hours.create({**self._hours_vals(self.ben), "hours": "1h15"})
        self.assertEqual(entry.minutes, 60)  # minutes, where both are given
        vals = self._hours_vals(self.ben)
        del vals["minutes"]
        entry = hours.create({**vals, "hours": "1h15"})
        self.assertEqual(entry.minutes, 75)
        entry.hours = "90 min"
        self.assertEqual((entry.minutes, entry.hours), (90, 1.5))
        with self.assertRefused("“soon”", "45 min"):
            entry.hours = "soon"
        self.scheme.with_user(self.manager).warn_limit_hours = "2:30"
        self.assertEqual(self.scheme.warn_limit_minutes, 150)

    def test_the_readers_own_sign(self):
        """A point before three digits is a decimal point in London, and a thousand in Berlin."""
        self.env["res.lang"]._activate_lang("de_DE")
        wish = self._make_request(self.ann, hours="1.125")
        self.assertEqual(wish.minutes, 68)
        wish.with_context(lang="de_DE").hours = "1,125"
        self.assertEqual(wish.minutes, 68)
        with self.assertRaises(UserError):
            wish.with_context(lang="de_DE").hours = "1.125"

    def _load(self, *times):
        return (
            self.env["timebank.hours"]
            .with_user(self.coordinator)
            .load(
                ["scheme_id", "partner_id/.id", "date", "hours"],
                [
                    ["River Street", str(self.ben.partner_id.id), f"2026-03-{day}", time]
                    for day, time in enumerate(times, 10)
                ],
            )
        )

    def test_words_in_a_file(self):
        result = self._load("1:15", "1,5", "90 min", "2")
        self.assertFalse(result["messages"])
        entries = self.env["timebank.hours"].browse(result["ids"])
        self.assertEqual(entries.mapped("minutes"), [75, 90, 90, 120])

    def test_unreadable_words_in_a_file(self):
        result = self._load("1:15", "100% sure")
        self.assertFalse(result["ids"])
        self.assertEqual(
            {message["message"] for message in result["messages"]},
            {
                "“100% sure” is not an amount of time that can be recorded."
                " Write it like 45 min, 2 hours or 1:30."
            },
        )

    def test_too_many_minutes_are_told_of(self):
        for text in ("1:75", "25:99", "1h60"):
            with self.subTest(text), self.assertRaises(UserError) as caught:
                read_minutes(self.env, text)
            self.assertIn("minutes go up to 59", str(caught.exception))

    def test_words_in_a_file_brought_through_the_browser(self):
        """Odoo's own preparation of a file leaves the words alone, and still makes numbers of others."""
        importer = (
            self.env["base_import.import"]
            .with_user(self.coordinator)
            .create(
                {
                    "res_model": "timebank.hours",
                    "file": f"{self.ben.partner_id.id},2026-03-17,1h15\n".encode(),
                    "file_name": "hours.csv",
                    "file_type": "text/csv",
                }
            )
        )
        options = {"quoting": '"', "separator": ",", "has_headers": False, "date_format": "%Y-%m-%d"}
        result = importer.execute_import(["partner_id/.id", "date", "hours"], [], options)
        self.assertFalse(result["messages"])
        self.assertEqual(self.env["timebank.hours"].browse(result["ids"]).minutes, 75)

    def test_too_much_for_one_request(self):
        with self.assertRefused("90:00", "90 min"):
            self._make_request(self.ann, hours="90")
        wish = self._make_request(self.ann, hours="90 min")
        with self.assertRefused("25:00"):
            wish.hours = 25

    def test_every_place_to_type_it(self):
        """Whatever may be typed as hours is typed into the widget that reads the words."""
        found = 0
        views = self.env["ir.ui.view"].search(
            [("model", "like", "timebank."), ("type", "in", ("form", "list")), ("mode", "=", "primary")]
        )
        for view in views:
            for node in etree.fromstring(view.arch).iter("field"):
                field = self._get_field(view.model, node)
                if not isinstance(field, Hours) or field.readonly or node.get("readonly") == "1":
                    continue
                with self.subTest(view=view.xml_id, field=node.get("name")):
                    found += 1
                    self.assertEqual(node.get("widget"), "timebank_hours")
        self.assertGreater(found, 15)

    def _get_field(self, model, node):
        """The field that a node of a view shows, in the model of the list that it may stand in."""
        way = [above.get("name") for above in node.iterancestors("field")][::-1]
        for name in way:
            model = self.env[model]._fields[name].comodel_name
        return self.env[model]._fields.get(node.get("name"))

    def test_no_other_number_of_hours(self):
        """A field of hours made without the reader would not understand the words."""
        for name, model in self.env.registry.models.items():
            if not name.startswith("timebank.") or model._abstract:
                continue
            for field in model._fields.values():
                if field.type == "float" and not field.readonly and re.search(r"(^|_)hours($|_)", field.name):
                    with self.subTest(model=name, field=field.name):
                        self.assertIsInstance(field, Hours)
