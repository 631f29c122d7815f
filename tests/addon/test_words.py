"""What is said on screens: one way for an amount of time, one or many things, and one word for each."""

import re
from pathlib import Path

from lxml import etree

from odoo.tests import tagged

from odoo.addons.timebank_coproduction.models.common.hours_field import Hours

from ..common import TimebankCase

MODULE = "timebank_coproduction"
ADDON = Path(__file__).parents[2] / MODULE
#: What is shown to people: in Python's translated sentences, in views, papers and mails, in the browser.
SHOWN = ("models", "wizards", "controllers", "report", "views", "data", "static/src")


@tagged("post_install", "-at_install")
class TestWords(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        data = cls.env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.ui.view")])
        cls.views = cls.env["ir.ui.view"].browse(data.mapped("res_id"))

    def _shown(self, view):
        """Each field that a view shows, with its node and model."""
        arch = etree.fromstring(view.arch)
        for node in arch.iter("field"):
            model = self.env[view.model]
            for outer in reversed(list(node.iterancestors("field"))):
                field = model._fields.get(outer.get("name"))
                model = self.env.get(field.comodel_name) if field is not None and field.comodel_name else None
                if model is None:
                    break
            field = model._fields.get(node.get("name")) if model is not None else None
            hidden = {node.get("invisible"), node.get("column_invisible")} & {"1", "True"}
            if field is not None and not hidden and node.getroottree().getroot().tag != "search":
                yield field, node

    def test_one_way_to_show_an_amount_of_time(self):
        """1:30, wherever a field of hours is shown: not 01:30 here and 1.5 there."""
        wrong, seen = [], 0
        for view in self.views.filtered("model"):
            for field, node in self._shown(view):
                if not isinstance(field, Hours):
                    continue
                seen += 1
                if node.get("widget") != "timebank_hours" and not node.get("invisible"):
                    wrong.append(f"{view.name}: {field}")
        self.assertGreater(seen, 60)
        self.assertEqual(wrong, [])

    def test_nothing_may_be_one_or_many(self):
        """Neither “entry(ies)” nor “problem(s)”."""
        found = []
        for folder in SHOWN:
            for path in sorted((ADDON / folder).rglob("*")):
                if path.suffix in (".py", ".xml", ".js"):
                    text = re.sub(r"%\(\w+\)s", "", path.read_text())
                    found += [f"{path.name}: {match}" for match in re.findall(r"\w+\((?:s|es|ies)\)", text)]
        self.assertEqual(found, [])

    def test_one_word_for_one_thing(self):
        """What is handed over is so in each list, filter and button."""
        claims = self.env["timebank.redemption"]
        states = dict(claims._fields["state"]._description_selection(self.env))
        self.assertEqual(states["fulfilled"], "Handed over")
        shown = " ".join(self.views.mapped("arch"))
        for word in ("Fulfilled", "Fulfil", "In circulation"):
            self.assertNotIn(f'"{word}"', shown)
            self.assertNotRegex(shown, rf">\s*{word}\s*<")

    def test_a_label_fits_what_is_put_around_it(self):
        """Odoo makes sentences of labels: “Search … for”, not “Search For for”."""
        wrong, seen = [], 0
        for view in self.views.filtered(lambda view: view.type == "search"):
            for node in etree.fromstring(view.arch).iter("field"):
                field = self.env[view.model]._fields[node.get("name")]
                label = node.get("string") or field._description_string(self.env)
                seen += 1
                if re.search(r"\bfor$", label, re.IGNORECASE):
                    wrong.append(f"{view.name}: {label}")
        self.assertGreater(seen, 60)
        self.assertEqual(wrong, [])

    def test_no_name_is_a_word_of_the_database(self):
        """Neither “River Street: operating” nor a score of 77.5."""
        account = self.scheme.operating_account_id
        self.assertNotIn("operating", account.display_name.lower())
        self.assertIn(self.scheme.name, account.display_name)
        introduction = self.env["timebank.introduction"].new({"score": 77.5})
        self.assertEqual(introduction.fit, "78 of 100")
