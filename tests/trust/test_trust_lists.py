"""What a record lists, such as a bank's members, holds nothing that its reader can't read."""

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged

from odoo.addons.timebank_coproduction.models.common.readable import concerns_us

from .reachable import models_of_ours
from .trust_common import TrustCase


@tagged("post_install", "-at_install")
class TestTrustLists(TrustCase):
    @classmethod
    def _make_roles(cls):
        """And somebody who reads all banks for finance, and coordinates another one than the first."""
        roles = super()._make_roles()
        group = "timebank_coproduction.group_timebank_"
        both = new_test_user(
            cls.env, "trust_both", groups=f"{group}coordinator,{group}finance", company_id=cls.here.id
        )
        roles["coordinator elsewhere"].coordinated_scheme_ids.coordinator_ids += both
        return {**roles, "finance and coordinator elsewhere": both}

    def test_lists(self):
        """Not the number of what isn't theirs either: whether it is read alone or with all else."""
        tried = 0
        for role, user in self.roles.items():
            env = self.env(user=user, context={"allowed_company_ids": user.company_ids.ids})
            for model in sorted(self.world[self.here]):
                records = env[model]
                if not records.has_access("read"):
                    continue
                lists = [
                    name
                    for name, field in records._fields.items()
                    if field.type in ("one2many", "many2many") and field.comodel_name.startswith("timebank.")
                ]
                plain = self._get_plain(records) if lists else []
                for name in lists:
                    for together in ([name], [*plain, name]):
                        tried += 1
                        with self._trying(role=role, model=model, field=name, names=len(together)):
                            self._check_list(records.search([]), name, together)
        self.assertGreater(tried, 200)

    def test_searched_as_they_are_read(self):
        """Nobody learns what is behind a list by searching for any, for none, or for one number after the
        other, on other models and on the way to them either."""
        lists = [
            (name, field)
            for name, model in self.env.registry.items()
            if not model._abstract and not model._transient
            for field in model._fields.values()
            if concerns_us(field)
        ]
        self.assertLess(
            {"timebank.offer", "res.partner", "project.project"}, {name for name, _field in lists}
        )
        tried = set()
        for role, user in self.roles.items():
            env = self.env(user=user, context={"allowed_company_ids": user.company_ids.ids})
            for model, field in lists:
                records = env[model]
                if records.has_access("read") and records._has_field_access(field, "read"):
                    tried.add((model, field.name))
                    with self._trying(role=role, model=model, field=field.name):
                        self._check_searches(records, field)
        self.assertGreater(len(tried), 60)

    def _check_searches(self, records, field):
        others = self.env[field.comodel_name].sudo().with_context(active_test=False)
        every = others.search([]).ids
        self.env.invalidate_all()
        found = records.with_context(active_test=False).search([])
        shown = found.browse()
        if records.env[field.comodel_name].has_access("read"):
            shown = found.filtered(field.name)
        asked = [
            Domain(field.name, "!=", False),
            ~Domain(field.name, "=", False),
            Domain(field.name, "in", every),
            Domain(field.name, "in", [*every, False]) & Domain(field.name, "not in", [False]),
        ]
        if others._parent_store:
            asked.append(Domain(field.name, "child_of", every))
        for domain in asked:
            more = found.search(domain) - shown
            self.assertFalse(more, f"{domain} tells more than is read")

    def test_searched_on_the_way(self):
        """A contact's memberships, asked of their user's."""
        stranger = self.roles["no role"]
        users = self.env["res.users"].with_user(stranger)
        every = self.env["timebank.member"].search([]).ids
        for domain in (
            [("partner_id.timebank_member_ids", "!=", False)],
            [("timebank_member_ids", "!=", False)],
            [("partner_id", "any", [("timebank_member_ids", "in", every)])],
        ):
            with self.subTest(domain=domain):
                self.assertFalse(users.search(domain))

    def test_to_dos_are_not_named(self):
        """A to-do is called by all that waits: only a role that decides is told of it by a record."""
        for model in models_of_ours(self.env):
            for name, field in self.env[model]._fields.items():
                if field.comodel_name == "mail.activity" and field.type == "many2one":
                    for role in ("member", "no role"):
                        records = self.env[model].with_user(self.roles[role])
                        if records.has_access("read"):
                            with self.subTest(model=model, field=name, role=role):
                                self.assertNotIn(name, records.fields_get())

    def _get_plain(self, records):
        return [name for name in records.fields_get() if records._fields[name].type != "binary"]

    def _check_list(self, records, name, together):
        self.env.flush_all()
        self.env.invalidate_all()
        try:
            listed = {one for row in records.read(together) for one in row[name]}
        except AccessError:
            return
        there = records.env[records._fields[name].comodel_name].with_context(active_test=False)
        seen = there.search([("id", "in", list(listed))])._ids if there.has_access("read") else ()
        self.assertFalse(listed - set(seen))
