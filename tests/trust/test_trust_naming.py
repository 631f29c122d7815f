"""Who names a record can see it: each model, each field that names records, each way in."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TODAY, call_as
from ..exchange_common import ExchangeCase

REFUSAL = "There is no such record among those that you can see"


@tagged("post_install", "-at_install")
class TestTrustNaming(ExchangeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.secret = cls.env["res.partner"].create({"name": "Secret Name", "company_id": cls.elsewhere.id})
        cls.hidden = cls._make_member("Hidden Holly", name_shown="hidden")
        cls.roles = (cls.portal, cls.staff, cls.coordinator, cls.finance)

    def _models(self):
        return [
            self.env[name]
            for name in sorted(self.env.registry)
            if name.startswith("timebank.") and not self.env[name]._abstract
        ]

    def _rpc(self, user, model, method, *args, context=None):
        return call_as(self.env(user=user, su=False), model, method, *args, context=context or {})

    def _answer(self, call):
        """The sentence of a refusal, or what was answered instead."""
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            answer = call()
            self.env.flush_all()
            return answer
        except UserError as refusal:
            return str(refusal)
        finally:
            savepoint.close(rollback=True)
            self.env.transaction.clear()

    def test_every_model_asks(self):
        for model in self._models():
            self.assertTrue(getattr(type(model), "asks_whom_it_names", False), model._name)

    @mute_logger("odoo.models", "odoo.orm.models", "odoo.sql_db", "odoo.addons.base.models.ir_rule")
    def test_nothing_unseen_is_named(self):
        """What a user can't read is refused in the words for what isn't there, whichever way it is named."""
        unseen, tried = {}, 0
        for model in self._models():
            for role in self.roles:
                own = model.with_user(role)
                if not own.has_access("create"):
                    continue
                for field in model._fields.values():
                    if field.type not in ("many2one", "many2many") or not (field.store or field.inverse):
                        continue
                    key = role, field.comodel_name
                    if key not in unseen:
                        unseen[key] = self._find_unseen(*key)
                    if not unseen[key]:
                        continue
                    for name, call in self._ways(role, model, field).items():
                        with self._trying(model=model._name, field=field.name, role=role.login, way=name):
                            tried += 1
                            there, gone = (
                                self._answer(lambda one=one, call=call: call(one))
                                for one in (unseen[key], 2**30)
                            )
                            self.assertIn(REFUSAL, str(there))
                            self.assertEqual(there, gone)
        self.assertGreater(tried, 400)

    def _find_unseen(self, role, comodel):
        everything = self.env[comodel].sudo().with_context(active_test=False).search([], limit=500)
        if comodel == "res.partner" and not role.share:
            return self.secret.id
        seen = everything.browse()
        if everything.with_user(role).browse().has_access("read"):
            seen = everything.with_user(role)._filtered_access("read").sudo()
        return (everything - seen)[:1].id

    def _ways(self, role, model, field):
        def value(one):
            return one if field.type == "many2one" else [Command.link(one)]

        def default(one):
            return one if field.type == "many2one" else [one]

        ways = {
            "create": lambda one: self._rpc(role, model._name, "create", [{field.name: value(one)}]),
            "default_": lambda one: self._rpc(
                role, model._name, "create", [{}], context={f"default_{field.name}": default(one)}
            ),
            "onchange": lambda one: self._rpc(
                role,
                model._name,
                "onchange",
                [],
                {field.name: value(one)},
                [field.name],
                {field.name: {"fields": {"display_name": {}}}},
            ),
            "onchange default_": lambda one: self._rpc(
                role,
                model._name,
                "onchange",
                [],
                {},
                [],
                {field.name: {"fields": {"display_name": {}}}},
                context={f"default_{field.name}": default(one)},
            ),
        }
        own = model.with_user(role).search([], limit=1)
        if own and own.has_access("write"):
            ways["write"] = lambda one: self._rpc(
                role, model._name, "write", own.ids, {field.name: value(one)}
            )
        return ways

    def test_hours_tell_no_names(self):
        hours = self.env["timebank.hours"].with_user(self.portal)
        vals = {"scheme_id": self.scheme.id, "date": TODAY, "minutes": 5}
        elsewhere = self._make_member("Zed Zero", scheme=self._make_scheme("Hill Top"))
        for person in (self.secret, self.hidden.partner_id, elsewhere.partner_id):
            with self.assertRaisesRegex(AccessError, REFUSAL) as caught:
                hours.create({**vals, "receiver_id": person.id})
            self.assertNotIn(person.name, str(caught.exception))
        entry = hours.create({**vals, "receiver_id": self.ben.partner_id.id})
        self.env.invalidate_all()
        self.assertEqual(entry.read(["receiver_id"])[0]["receiver_id"][1], "Ben O.")
        self.ben.name_shown = "full"
        self.env.invalidate_all()
        self.assertEqual(entry.read(["receiver_id"])[0]["receiver_id"][1], "Ben Okoro")
        task = self.env["project.task"].create({"name": "Secret task", "project_id": self.project.id})
        theirs = self._make_request(self.ben)
        for name, record in (("task_id", task), ("request_id", theirs)):
            with self.assertRaisesRegex(AccessError, REFUSAL):
                entry.write({name: record.id})

    def test_who_knows_each_other(self):
        offer, wish = self._make_offer(self.hidden), self._make_request(self.ann)
        self._introduce(offer, wish)
        entry = (
            self.env["timebank.hours"]
            .with_user(self.portal)
            .create(
                {
                    "scheme_id": self.scheme.id,
                    "date": TODAY,
                    "minutes": 5,
                    "receiver_id": self.hidden.partner_id.id,
                }
            )
        )
        self.env.invalidate_all()
        self.assertEqual(entry.read(["receiver_id"])[0]["receiver_id"][1], "Hidden Holly")

    def test_nobody_hands_a_record_on(self):
        """Not to a bank, nor to a person, that the user has no say over."""
        offer = self._make_offer(self.ann)
        child = self.env["res.partner"].create({"name": "Joy Lee", "parent_id": self.ann.partner_id.id})
        self._make_member(child)
        with mute_logger("odoo.addons.base.models.ir_rule"):
            with self.assertRaises(AccessError):
                offer.with_user(self.portal).partner_id = child
        entry = self._make_hours(self.ben, 5)
        other = self._make_scheme("Hill Top")
        with self.assertRaises(AccessError):
            entry.with_user(self.coordinator2).write({"scheme_id": other.id})

    def test_a_gift_shows_no_balance(self):
        for user in (self.staff, self.coordinator2):
            gift = self.env["timebank.gift"].with_user(user)
            with self.assertRaises(AccessError):
                gift.create(
                    {"from_account_id": self.ann.account_id.id, "to_account_id": self.ann.account_id.id}
                )
            with self.assertRaises(AccessError):
                gift.with_context(default_from_account_id=self.ann.account_id.id).onchange(
                    {}, [], {"available_minutes": {}, "from_account_id": {"fields": {"display_name": {}}}}
                )

    def test_safeguards(self):
        """What protects others is for coordinators to say, in each model that asks for checks."""
        kind = self.env["timebank.check.type"].search([], limit=1)
        offer, wish = self._make_offer(self.ann), self._make_request(self.ann)
        for record in (offer, wish):
            record.check_type_ids = kind
            for user, command in ((self.portal, Command.clear()), (self.portal, Command.unlink(kind.id))):
                with self.assertRaisesRegex(AccessError, "for a coordinator to say"):
                    record.with_user(user).write({"check_type_ids": [command]})
            self.assertEqual(record.check_type_ids, kind)
            record.with_user(self.coordinator).check_type_ids = False
        own = self._make_offer(self._make_member(self.coordinator.partner_id))
        with self.assertRaisesRegex(AccessError, "own terms"):
            own.with_user(self.coordinator).check_type_ids = kind
        for model in self._models():
            asking = [
                name
                for name, field in model._fields.items()
                if field.comodel_name == "timebank.check.type" and field.store and not field.readonly
            ]
            if asking and any(
                model.with_user(user).has_access("write") for user in (self.portal, self.staff)
            ):
                self.assertGreaterEqual(model._safeguards, set(asking), model._name)

    def test_nobody_vouches_for_themselves(self):
        kind = self.env["timebank.check.type"].search([], limit=1)
        self._make_member(self.coordinator.partner_id)
        checks = self.env["timebank.check"].with_user(self.coordinator)
        with self.assertRaisesRegex(AccessError, "vouches for themselves"):
            checks.create({"partner_id": self.coordinator.partner_id.id, "type_id": kind.id})
        own = self.env["timebank.check"].create(
            {"partner_id": self.coordinator.partner_id.id, "type_id": kind.id, "expires_on": TODAY}
        )
        with self.assertRaisesRegex(AccessError, "vouches for themselves"):
            own.with_user(self.coordinator).expires_on = "2030-01-01"
        checks.create({"partner_id": self.ann.partner_id.id, "type_id": kind.id})

    def test_fields_that_are_left_alone(self):
        """A form sends what was there before, and who one is can be named."""
        entry = self._make_hours(self.ann, 5, receiver_id=self.hidden.partner_id.id).with_user(self.portal)
        entry.write({"receiver_id": self.hidden.partner_id.id, "minutes": 6})
        self.assertEqual(entry.minutes, 6)
        mine = (
            self.env["timebank.hours"]
            .with_user(self.portal)
            .create(
                {
                    "scheme_id": self.scheme.id,
                    "date": fields.Date.to_string(TODAY),
                    "minutes": 7,
                    "partner_id": self.ann.partner_id.id,
                }
            )
        )
        self.assertEqual(mine.partner_id, self.ann.partner_id)

    def test_whom_one_can_give_to(self):
        """A gift tells no name that its owner shows to nobody, nor whose account a number is."""
        mine = self.ann.account_id
        self._post(self.scheme.operating_account_id, mine, 60)
        mine = mine.with_user(self.portal)
        away = self._make_member("Zed Zero", scheme=self._make_scheme("Hill Top")).account_id
        sentences = set()
        for number in (self.hidden.account_id.id, away.id, 2**30):
            with self.assertRaises(AccessError) as caught:
                mine.action_give(number, 5)
            sentences.add(str(caught.exception))
        self.assertEqual(len(sentences), 1)
        given = mine.action_give(self.ben.account_id.id, 5)
        self.env.invalidate_all()
        self.assertEqual(
            given.with_user(self.portal).read(["to_account_id"])[0]["to_account_id"][1], "Ben O."
        )

    def test_to_dos_are_for_those_who_run_it(self):
        """Whoever reads a record without running it doesn't read what coordinators have to do there."""
        member = self._make_member(self.staff.partner_id)
        for record in (self.scheme, member):
            record.activity_schedule(
                "mail.mail_activity_data_todo", note="Ben owes ten hours", user_id=self.coordinator.id
            )
            todo = record.activity_ids
            self.env.flush_all()
            self.env.invalidate_all()
            theirs = record.with_user(self.staff)
            self.assertFalse(theirs.activity_ids)
            self.assertFalse(todo.with_user(self.staff).search([("res_model", "=", record._name)]) & todo)
            with self.assertRaises(AccessError):
                todo.with_user(self.staff).read(["note"])
            self.env.invalidate_all()
            self.assertEqual(record.with_user(self.manager).activity_ids, todo)
            self.assertTrue(todo.with_user(self.coordinator).note)
        own = member.activity_schedule("mail.mail_activity_data_todo", note="Mine", user_id=self.staff.id)
        self.assertTrue(own.with_user(self.staff).note)
