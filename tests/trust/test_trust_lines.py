"""Forms with lines that are typed in: what a browser sends is the form's record with its lines in it."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .trust_common import TrustCase

#: What everybody who may change one of a form's columns may change, by the model of the lines.
SURE = {
    "timebank.reconciliation.line": "note",
    "timebank.grant.line": "amount",
    "timebank.grant.deadline": "date",
}


class TestTrustLines(TrustCase):
    """Whatever a list in a form lets somebody type is saved with the form, in one call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        finance = cls.roles["finance"]
        grant = cls.world[cls.here]["timebank.grant"].copy({"name": "Draft"})
        grant.budget_line_ids = [(0, 0, {"name": "Swims", "amount": 5})]
        grant.deadline_ids = [(0, 0, {"name": "Report", "date": date(2026, 6, 1)})]
        expense = grant.reward_account_ids[:1]
        old = cls.world[cls.here]["timebank.reconciliation"]
        cls.env["account.analytic.line"].create(
            {
                "name": "Correction",
                "amount": -4,
                "date": date(2026, 4, 3),
                "company_id": cls.here.id,
                "general_account_id": expense.id,
                old.grant_id.analytic_account_id.plan_id._column_name(): old.grant_id.analytic_account_id.id,
            }
        )
        draft = cls.env["timebank.reconciliation"].with_user(finance)
        draft = draft.create(
            {"grant_id": old.grant_id.id, "date_from": date(2026, 4, 1), "date_to": date(2026, 4, 30)}
        )
        draft.action_refresh()
        cls.drafts = {"timebank.grant": grant, "timebank.reconciliation": draft}

    def _forms(self):
        """(view, model) of each form of the addon's models."""
        views = self.env["ir.ui.view"].search([("type", "=", "form"), ("inherit_id", "=", False)])
        return [(view, view.model) for view in views if view.model in self._stored()]

    def _typed(self, line, columns):
        """Type something into each column of a line that isn't readonly. Returns which."""
        done = []
        for name, info in columns.items():
            if line._get_modifier(name, "readonly") or line._get_modifier(name, "column_invisible"):
                continue
            value = line[name]
            if info["type"] in ("char", "text"):
                value = value or "Typed"
            elif info["type"] in ("many2one", "many2many", "one2many", "binary", "html"):
                continue
            line[name] = value
            line._values._changed.add(name)
            done.append(name)
        return done

    def _fill(self, line, columns):
        """What a line can't do without as it stands: the first of what it may name, as somebody picks it."""
        for name, info in columns.items():
            if line[name] or not line._get_modifier(name, "required"):
                continue
            if info["type"] == "many2one":
                known = self.world[self.here].get(info["relation"])
                line[name] = (known or self.env[info["relation"]].search([], limit=1))[:1]
            elif info["type"] == "date":
                line[name] = date(2026, 6, 1)

    def test_lines_are_saved_with_their_form(self):
        seen, self.lists, self.tried = {}, set(), set()
        for view, model in self._forms():
            for role in ("finance", "coordinator", "manager"):
                user = self.roles[role]
                for record in (self.world[self.here].get(model), self.drafts.get(model)):
                    if record:
                        self._try(view, record.with_user(user), role, seen)
        for model, column in SURE.items():
            self.assertIn(column, seen.get(model, ()), f"nobody typed into {model}")
        self.assertGreater(len(self.tried), 10)
        self.assertEqual(self.lists - self.tried, set(), "lists to type into that nobody typed into")

    def _try(self, view, record, role, seen):
        if not (record.has_access("read") and record.has_access("write")):
            return
        form = Form(record[:1], view=view)
        for name, info in form._view["fields"].items():
            if info["type"] != "one2many" or "edition_view" not in info:
                continue
            if form._get_modifier(name, "readonly") or form._get_modifier(name, "invisible"):
                continue
            tree, columns = info["edition_view"]["tree"], info["edition_view"]["fields"]
            if not tree.get("editable"):
                continue
            self.lists.add((view.xml_id, name))
            form = Form(record[:1], view=view)
            if len(form[name]):
                with form[name].edit(0) as line:
                    typed = self._typed(line, columns)
                    self._fill(line, columns)  # one answer asks for the next
            elif tree.get("create", "1") in ("1", "true", "True"):
                with form[name].new() as line:
                    self._fill(line, columns)
                    typed = self._typed(line, columns)
                    self._fill(line, columns)
            else:
                continue
            self.tried.add((view.xml_id, name))
            with self.subTest(form=view.xml_id, lines=name, role=role), self.env.cr.savepoint():
                try:
                    form.save()
                except (AccessError, UserError) as refusal:
                    self.fail(f"{typed}: {refusal}")
                seen.setdefault(info["relation"], set()).update(typed)
