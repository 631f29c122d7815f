"""No protected field takes a value from outside: each model, each field, each way in, each role."""

from collections import Counter

from odoo.exceptions import UserError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..api_common import ApiCase
from .trust_common import TrustCase

OWN_DEFAULT = "own default"


class TestTrustProtected(TrustCase):
    """Which models and fields there are, and who may, is looked up: new ones are in by themselves."""

    takes_long = True

    def _protected(self, model):
        """Its protected fields, by the rule that the model itself should follow."""
        return [
            name
            for name, field in model._fields.items()
            if name not in MAGIC_COLUMNS
            and field.store
            and (field.readonly or name in model._protected_fields)
        ]

    def test_every_stored_model_has_the_mechanism(self):
        for name, model in self._stored().items():
            with self.subTest(model=name):
                self.assertIn("timebank.protected", [getattr(cls, "_name", "") for cls in type(model).mro()])
                self.assertTrue(getattr(type(model).create, "reads_defaults", False))
                self.assertTrue(self.world[self.here].get(name), "Give the tests' world a record of it.")

    def test_readonly_fields_are_protected_and_no_field_stands_for_one(self):
        """No writable related field, of any model, leads to a protected one, and nobody inherits one."""
        stored = self._stored()
        for name, model in stored.items():
            for field_name in self._protected(model):
                self.assertTrue(model._is_protected(field_name), (name, field_name))
        for name in self.env.registry:
            self.assertFalse(stored.keys() & self.env[name]._inherits.keys(), name)
            for field in self.env[name]._fields.values():
                target = field.related and not field.readonly and field.related_field
                if target and target.model_name in stored:
                    self.assertFalse(self.env[target.model_name]._is_protected(target.name), field)

    @mute_logger("odoo.models", "odoo.orm.models")
    def test_nothing_gets_in(self):
        tried, refused, fields = Counter(), Counter(), set()
        self.own_defaults = set()
        for name, model in self._stored().items():
            for role, user in self.roles.items():
                record = self.world[user.company_id][name]
                ways = self._ways(record, user)
                values = {}
                for field in self._protected(model) if ways else ():
                    value = self._some(model._fields[field], user.company_id)
                    if not self._is_like(record.sudo().read([field], load="")[0][field], value):
                        values[field] = value
                fields.update((name, field) for field in values)
                # a default of one's own last: it empties what is known of rights
                for way in sorted(ways, key=OWN_DEFAULT.__eq__):
                    for field, value in values.items():
                        tried[way] += 1
                        with self._trying(model=name, role=role, way=way, field=field):
                            got_in = self._gets_in(record, field, value, ways[way])
                            self.assertFalse(got_in, "A protected field took a value.")
                            refused[way] += got_in is None
        self.assertGreater(len(fields), 120)
        self.assertGreater(sum(tried.values()), 5_000)
        self.assertGreater(sum(refused.values()), 0.8 * sum(tried.values()))

    def _ways(self, record, user):
        """The ways in that a user has at all: dict of name → function of a field and a value."""
        name, own = record._name, record.with_user(user)
        usual = self._usual(record)
        ways = {}

        def call(method, *args, **kwargs):
            return self._rpc(user, name, method, *args, **kwargs)

        if own.browse().has_access("create"):
            ways |= {
                "create": lambda field, value: call("create", [{**usual, field: value}]),
                "default_": lambda field, value: call("create", [usual], context={f"default_{field}": value}),
                "web_save": lambda field, value: call("web_save", [], {**usual, field: value}, {}),
                "name_create": lambda field, value: call(
                    "name_create", "A name", context={f"default_{field}": value}
                ),
                "load": lambda field, value: self._load(call, record, {**usual, field: value}),
                "copy": lambda field, value: call("copy", record.ids, {field: value}),
            }
        if "create" in ways and name not in self.own_defaults:
            self.own_defaults.add(name)  # the same for everybody, and slow: it empties all caches
            ways[OWN_DEFAULT] = lambda field, value: (
                self.env["ir.default"].sudo().set(name, field, value, user_id=user.id),
                call("create", [usual]),
            )
        if own.has_access("write"):
            ways |= {
                "write": lambda field, value: call("write", record.ids, {field: value}),
                "web_save over": lambda field, value: call("web_save", record.ids, {field: value}, {}),
                "load over": lambda field, value: self._load(call, record, {".id": record.id, field: value}),
            }
        for parent, lines in self._parents(record):
            above = self.world[user.company_id][parent]
            if above.with_user(user).has_access("write"):
                for what, command in (
                    ("line", lambda field, value: (0, 0, {**usual, field: value})),
                    ("line over", lambda field, value: (1, record.id, {field: value})),
                ):
                    ways[f"{what} of {parent}.{lines}"] = (
                        lambda field, value, parent=parent, lines=lines, above=above, command=command: (
                            self._rpc(user, parent, "write", above.ids, {lines: [command(field, value)]})
                        )
                    )
        return ways

    def _usual(self, record):
        """What somebody would type in for another record like that one."""
        return {
            name: value
            for name, value in record.with_context({}).copy_data()[0].items()
            if not record._is_protected(name) and record._fields[name].type != "one2many"
        }

    def _parents(self, record):
        """The one2many fields, of whatever model, through which a record can be reached."""
        return [
            (model, field.name)
            for model in self.world[self.here]
            for field in self.env[model]._fields.values()
            if field.type == "one2many" and field.comodel_name == record._name
        ]

    def _load(self, call, record, vals):
        names, row = [], []
        for name, value in vals.items():
            if isinstance(value, list):
                continue
            many2one = name != ".id" and record._fields[name].type == "many2one"
            names.append(f"{name}/.id" if many2one else name)
            row.append(str(value or ""))
        answer = call("load", names, [row])
        if not answer["ids"]:
            raise UserError(str(answer["messages"]))

    def _gets_in(self, record, field, value, call):
        """None where it was refused, else whether the value is in the database."""
        model = self.env[record._name].with_context(active_test=False).sudo()
        self.env.cr.execute(f'SELECT COALESCE(MAX(id), 0) FROM "{model._table}"')
        [last] = self.env.cr.fetchone()
        found = []

        def attempt():
            call(field, value)
            self.env.flush_all()
            self.env.invalidate_all()
            rows = record.sudo() | model.search([("id", ">", last)])
            found.extend(row[field] for row in rows.read([field], load=""))

        sentence = self._refusal(attempt)
        if sentence:
            return None
        return any(self._is_like(one, value) for one in found)

    def _is_like(self, there, value):
        if isinstance(value, list):
            return value[0][1] in (there or [])
        return str(there) == str(value) or bool(there) and there == value

    def test_reviewed_figures(self):
        """Signatures are over who signed and when; those of earlier versions stay good."""
        signed = self.world[self.here]["timebank.reconciliation"]
        other = self.env["timebank.reconciliation"].with_user(self.roles["finance"]).browse(signed.id)
        other.action_review()
        self.assertTrue(signed.is_intact)
        self.assertTrue(signed.hash.startswith("4:"))
        for name, value in (
            ("reviewed_by", self.finance.id),
            ("prepared_on", "2026-03-01 10:00:00"),
            ("spent_percentage", 3),
            ("spent_amount", 3),
            ("late_amount", 3),
            ("terms_end", "2030-01-01"),
        ):
            with self._undone():
                self.env.flush_all()
                self.env.cr.execute(
                    f"UPDATE timebank_reconciliation SET {name} = %s WHERE id = %s", [value, signed.id]
                )
                self.env.invalidate_all()
                self.assertFalse(signed.is_intact, name)
        for form in ("", "2:", "3:"):
            older = signed._digest(form)
            self.env.cr.execute(
                "UPDATE timebank_reconciliation SET hash = %s WHERE id = %s", [older, signed.id]
            )
            self.env.invalidate_all()
            self.assertTrue(older.startswith(form))
            self.assertTrue(signed.is_intact)

    def test_a_verb_opens_one_step(self):
        """Whatever a verb sets off finds the fields closed, and defaults from outside stay outside."""
        hours = self.env["timebank.hours"].with_context(default_state="approved", default_earns_credit=True)
        vals = {"partner_id": self.ann.partner_id.id, "scheme_id": self.scheme.id, "date": "2026-03-03"}
        entry = hours._in_verb().create({**vals, "minutes": 60})
        self.assertNotIn("timebank_in_verb", entry.env.context)
        self.assertEqual((entry.state, entry.earns_credit), ("draft", False))
        self.assertFalse(self.env["timebank.account"].with_env(hours._in_verb().env)._is_in_verb())


@tagged("post_install", "-at_install")
class TestTrustProtectedApi(ApiCase):
    def test_a_claim_for_nothing(self):
        reward = self.env["timebank.reward"].create(
            {"name": "Bicycle", "scheme_id": self.scheme.id, "minutes": 600, "stock": 8, "has_stock": True}
        )
        reward.action_publish()
        vals = {"reward_id": reward.id, "partner_id": self.ann.partner_id.id}
        born = {"default_state": "approved", "default_code": "FREE-FREE-FREE"}
        for user in self.keys:
            self._check_refused(user, "timebank.redemption", "create", vals_list=[vals], context=born)
            self.assertFalse(self.env["timebank.redemption"].search([("reward_id", "=", reward.id)]))
        entry = {**self._hours_vals(self.ann, 5), "date": "2026-03-18"}
        self._check_refused(
            self.portal, "timebank.hours", "create", vals_list=[entry], context={"default_state": "approved"}
        )
        idea = {"name": "Mine", "scheme_id": self.scheme.id}
        self._check_refused(
            self.portal, "timebank.activity", "create", vals_list=[idea], context={"default_state": "running"}
        )
