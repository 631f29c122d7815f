"""Every dialog is its creator's: found by looking, so that the next one is tried by itself."""

from functools import partial
from itertools import product

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS

from .reachable import methods
from .trust_common import TrustCase


class TestTrustDialogs(TrustCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.author, cls.other = cls.roles["manager"], cls.env["res.users"]
        groups = [
            cls.env.ref(f"timebank_coproduction.group_timebank_{name}").id for name in ("manager", "finance")
        ]
        cls.author.group_ids = [Command.link(group) for group in groups]
        cls.other = cls.author.copy({"login": "trust_other", "name": "Another with all roles"})
        cls.scheme_here = cls.world[cls.here]["timebank.scheme"]
        cls.scheme_here.coordinator_ids |= cls.author | cls.other

    def _vals(self, model):
        """Values for the required fields, and for lines."""
        vals = {}
        for name, field in model._fields.items():
            if not field.store or name in MAGIC_COLUMNS:
                continue
            if field.required:
                vals[name] = self.here.id if name == "company_id" else self._some(field, self.here)
        return vals

    def _make(self, name):
        """One open dialog of the author's, as the client saves it; lines get a dialog around them."""
        model = self.env[name].with_user(self.author)
        vals = self._vals(model)
        for field_name, field in model._fields.items():
            if field.type == "many2one" and field.required and self.env[field.comodel_name]._transient:
                vals[field_name] = self._make(field.comodel_name).id
        return model.sudo().create(vals).sudo(False)

    def test_nobody_else_gets_at_one(self):
        tried = 0
        for name in self._dialogs():
            dialog = self._make(name)
            self.env.flush_all()
            self.env.invalidate_all()
            foreign = dialog.with_user(self.other)
            if dialog.has_access("read"):
                self.assertIn(dialog, self.env[name].with_user(self.author).search([]), name)
            self.assertNotIn(dialog.id, foreign.search([]).ids, name)
            for operation in ("read", "write", "unlink"):
                with self.subTest(dialog=name, operation=operation):
                    self.assertFalse(foreign.has_access(operation))
            calls = {
                "read": (["display_name"],),
                "web_read": ({"display_name": {}},),
                "write": ({"display_name": "Mine"},),
                "unlink": (),
                **{
                    button: ()
                    for button, function in methods(dialog).items()
                    if not getattr(function, "_api_model", False)
                },
            }
            for method, arguments in calls.items():
                tried += 1
                call = partial(self._rpc, self.other, name, method, dialog.ids, *arguments)
                with self.subTest(dialog=name, method=method):
                    self.assertIsNotNone(self._refusal(call), "Somebody else got at a dialog.")
        self.assertGreater(tried, 80)

    def test_opened_from_nonsense(self):
        """The client says which records a dialog is opened from: whatever it says."""
        refused = 0
        for name, model in self._dialogs().items():
            chosen = {field.comodel_name for field in model._fields.values() if field.relational}
            names = list(model._fields)
            for of, ids in product(sorted(chosen), ("x", ["x"], [2**70], {"a": 1}, 5, [None])):
                context = {"active_model": of, "active_ids": ids, "active_id": ids}
                call = partial(self._rpc, self.author, name, "default_get", names, context=context)
                with self.subTest(dialog=name, chosen=of, ids=ids):
                    refused += bool(self._refusal(call))
        self.assertGreater(refused, 50)

    def test_its_author_goes_on_with_it(self):
        gift = (
            self.env["timebank.gift"]
            .with_user(self.author)
            .create(
                {
                    "from_account_id": self.scheme_here.pot_account_id.id,
                    "to_account_id": self.world[self.here]["timebank.account"].id,
                    "hours": 1,
                }
            )
        )
        gift.memo = "For the roof"
        self.assertEqual(gift.memo, "For the roof")
        with self.assertRaises(UserError):
            gift.with_user(self.other).memo = "For me"
