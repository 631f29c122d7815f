"""What is computed with more rights than the reader's tells nothing that they can't read: each field, role.

Found by looking, so that the next computed field is tried by itself.
"""

import json

from odoo.exceptions import UserError
from odoo.models import MAGIC_COLUMNS
from odoo.tools import mute_logger

from ..common import TODAY
from .trust_common import SECRET, TrustCase

QUIET = (
    "odoo.models",
    "odoo.orm.models",
    "odoo.sql_db",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.ir_model",
)
GONE = 2**30
#: What Odoo's own mixins compute.
ODOOS = ("message_", "website_message_", "rating_", "activity_", "my_activity_")
#: Who has a say over nothing that is asked for here.
ROLES = ("member", "member elsewhere", "no role", "coordinator elsewhere", "finance of another company")


class TestTrustComputed(TrustCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.env["res.partner"].search([("name", "like", f"% {SECRET}")])
        cls.scheme_here = cls.world[cls.here]["timebank.scheme"]
        # one of those without a say belongs to the bank, and has given time to somebody in it
        cls.member = cls._make_member(cls.roles["member elsewhere"].partner_id, scheme=cls.scheme_here)
        cls._make_hours(
            cls.member, 30, "submitted", scheme_id=cls.scheme_here.id,
            receiver_id=cls.world[cls.here]["res.partner"].id, date=TODAY.replace(day=3),
        )  # fmt: skip
        cls.world[cls.here]["timebank.session"].sign_up(cls.member.partner_id)
        cls.env.flush_all()

    def _models(self):
        return {**self._stored(), **self._dialogs()}

    def _computed(self, model):
        """What is computed when it is read, and what a form therefore shows of a record not yet saved."""
        return [
            name
            for name, field in model._fields.items()
            if field.compute and name not in MAGIC_COLUMNS and not name.startswith(ODOOS)
        ]

    def _spec(self, model, user):
        spec = {}
        for name in self._computed(model):
            if model.with_user(user)._has_field_access(model._fields[name], "read"):
                relational = model._fields[name].relational
                spec[name] = {"fields": {"display_name": {}}} if relational else {}
        return spec

    def _answer(self, user, model, ids, values, context=None):
        """What a form is told, or the sentence it is refused with."""
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            answer = self._rpc(
                user, model, "onchange", ids, values, list(values), self._spec(self.env[model], user),
                context=context,
            )  # fmt: skip
            return json.dumps(answer, default=str, sort_keys=True)
        except UserError as refusal:
            return str(refusal)
        finally:
            savepoint.close(rollback=True)
            self.env.transaction.clear()

    @mute_logger(*QUIET)
    def test_naming_tells_nothing(self):
        """A form that names what its user can't see is told what it would be of what isn't there."""
        tried = 0
        for name, model in self._models().items():
            for role in ROLES:
                user = self.roles[role]
                own = model.with_user(user)
                if not own.has_access("create"):
                    continue
                mine = own.search([("create_uid", "=", user.id)], limit=1)
                for field in model._fields.values():
                    if field.type != "many2one" or field.name in MAGIC_COLUMNS:
                        continue
                    unseen = self.world[self.here].get(field.comodel_name)
                    if not unseen or unseen.with_user(user).has_access("read"):
                        continue
                    for ids, way in (([], "typed in"), (mine.ids, "changed"), ([], "default")):
                        if way == "changed" and not mine:
                            continue
                        answers = []
                        for one in (unseen.id, GONE):
                            named = {field.name: one}
                            context = {f"default_{field.name}": one} if way == "default" else None
                            answers.append(
                                self._answer(user, name, ids, {} if context else named, context).replace(
                                    str(one), "N"
                                )
                            )
                        with self.subTest(model=name, field=field.name, role=role, way=way):
                            tried += 1
                            self.assertNotIn(SECRET, answers[0])
                            nameable = self._nameable(own, field.name, unseen)
                            if not nameable:
                                self.assertEqual(*answers)
        self.assertGreater(tried, 100)

    def _nameable(self, model, name, unseen):
        """Whether the model says that this may be named all the same, as a member does who got time."""
        return bool(model._get_nameable(name, unseen.sudo(), [{"scheme_id": self.scheme_here.id}]))

    @mute_logger(*QUIET)
    def test_reading_names_nobody(self):
        """Of what each may read, the computed fields call nobody by a name that isn't theirs to know."""
        tried = 0
        names = [person.name for person in self.people]
        for name, model in self._stored().items():
            for role in ROLES:
                user = self.roles[role]
                theirs = model.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
                if not theirs.has_access("read"):
                    continue
                self.env.invalidate_all()
                records = theirs.search([("id", "in", self._ids_here(name))])
                spec = self._spec(model, user)
                for field in spec if records else ():
                    row = self._rpc(user, name, "web_read", records.ids, {field: spec[field]})
                    with self.subTest(model=name, field=field, role=role):
                        tried += 1
                        text = json.dumps(row, default=str)
                        self.assertFalse([one for one in names if one in text])
        self.assertGreater(tried, 100)

    def _ids_here(self, name):
        records = self.env[name].with_context(active_test=False)
        return records.search([("create_date", ">=", "2000-01-01")] if records._log_access else []).ids

    @mute_logger(*QUIET)
    def test_another_company(self):
        """Those with every role in one company find, count, copy, export and change nothing of another."""
        for role in ("manager of another company", "finance of another company", "coordinator elsewhere"):
            user = self.roles[role]
            for name, records in self.world[self.here].items():
                model = self.env[name]
                mine = model.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
                if not name.startswith("timebank.") or records.with_user(user).has_access("read"):
                    continue  # such as kinds and words that all companies share
                domain = [("id", "in", records.ids)]
                with self.subTest(role=role, model=name):
                    if mine.has_access("read"):
                        self.assertFalse(mine.search(domain))
                        self.assertFalse(mine.search_count(domain))
                        self.assertFalse(mine._read_group(domain, [], ["__count"])[0][0])
                        self.assertFalse(mine.name_search(SECRET, domain))
                    calls = {
                        "read": (["display_name"],),
                        "web_read": ({"display_name": {}},),
                        "write": ({"display_name": "Mine"},),
                        "unlink": (),
                        "copy": (),
                        "export_data": (["display_name"],),
                        "get_formview_action": (),
                        "web_save": ({}, {"display_name": {}}),
                    }
                    for method, arguments in calls.items():
                        sentence = self._refusal(
                            lambda u=user, n=name, m=method, r=records, a=arguments: self._rpc(
                                u, n, m, r.ids, *a
                            )
                        )
                        if method != "get_formview_action":
                            self.assertTrue(sentence, method)
                            self.assertNotIn(SECRET, sentence)
