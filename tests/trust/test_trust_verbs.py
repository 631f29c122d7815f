"""Every public method, found by looking, called by every role on what it can't read, and with nonsense."""

import inspect
from collections import Counter
from functools import partial
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from . import reachable
from .trust_common import SECRET, TrustCase

#: What nobody means, whatever is asked for.
HOSTILE = (7, -1, 0, 2**70, 1.5, float("nan"), "\0", "x" * 100_000, [7], [[]], {"a": 1}, {}, [None], True)
#: Odd, but words.
ODD_WORDS = ("%s %(x)s {0} {x}", "<b>&nbsp;</b>", "'; --", "💚\u202e", None, False, "")
ODD_IDS = ([2**70], ["x"], [None], [[1]], [-1], [0], [2**31 - 1], [])


class TestTrustVerbs(TrustCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reachable = reachable.reachable(cls.env)
        cls.taken = {}

    def _records(self, model, company):
        return self.world[company].get(model) or self.env[model].browse()

    def _values(self, function, company):
        """Arguments that a method takes, by name; found once, whoever is to call it."""
        if (function, company) not in self.taken:
            self.taken[function, company] = {
                name: self._value(reader, name, company) for name, reader in function.timebank_readers.items()
            }
        return self.taken[function, company]

    def _value(self, reader, name, company):
        """The first of some plain values that a reader takes."""
        ids = self.world[company][reader.model].ids if hasattr(reader, "model") else [5]
        for value in (
            *ids,
            ids,
            "words",
            True,
            "2026-04-01",
            [],
            {},
            "helper",
            "weekly",
            "price",
            "xlsx",
            "well",
            "person",
            "projects",
            "coordinator",
            "people",
        ):
            try:
                reader(self.env(su=True), name, value)
            except UserError:
                continue
            return value
        raise AssertionError(f"Nothing that {name} takes")

    def test_every_public_method_is_marked(self):
        for model, found in self.reachable.items():
            for name, function in found.items():
                with self._trying(model=model, method=name):
                    self.assertTrue(
                        hasattr(function, "timebank_readers"),
                        "Mark it @verb (models/common/verb.py), or start its name with an underscore.",
                    )

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_calls_what_they_cannot_read(self):
        tried, roles = set(), Counter()
        for model, found in self.reachable.items():
            records = self._records(model, self.here)
            for role, user in self.roles.items():
                if not records or records.with_user(user).has_access("read"):
                    continue
                for name, function in found.items():
                    if getattr(function, "_api_model", False):
                        continue
                    values = self._values(function, self.here)
                    with self._trying(model=model, method=name, role=role):
                        sentence = self._refusal(
                            lambda u=user, m=model, n=name, r=records, v=values: self._rpc(
                                u, m, n, r.ids, **v
                            )
                        )
                        self.assertTrue(sentence, "Called on records that the user can't read.")
                        self.assertNotIn(SECRET, sentence)
                        tried.add((model, name))
                        roles[role] += 1
        self.assertGreater(len(tried), 120)
        self.assertEqual(roles.keys(), self.roles.keys())

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_names_what_they_cannot_read(self):
        """On records of one's own, with those of others as arguments."""
        tried = 0
        for model, name, function, role, user in self._calls():
            if not user.company_id == self.there:
                continue
            own, others = self._values(function, self.there), self._values(function, self.here)
            for argument, value in others.items():
                named = getattr(function.timebank_readers[argument], "model", None)
                if not named or self.world[self.here][named].with_user(user).has_access("read"):
                    continue
                tried += 1
                with self._trying(model=model, method=name, role=role, argument=argument):
                    sentence = self._refusal(
                        lambda u=user, m=model, f=function, n=name, v={**own, argument: value}: self._call(
                            u, m, n, f, self.there, v
                        )
                    )
                    self.assertTrue(sentence)
                    self.assertNotIn(SECRET, sentence)
        self.assertGreater(tried, 20)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nonsense_is_answered_with_a_sentence(self):
        """Who can't read the records is turned away whatever they say: they say something else each time."""
        tried, nonsense = Counter(), (*HOSTILE, *ODD_WORDS)
        for model, name, function, role, user in self._calls():
            values = self._values(function, user.company_id)
            bare = getattr(function, "_api_model", False)
            heard = bare or self._records(model, user.company_id).with_user(user).has_access("read")
            for argument, reader in function.timebank_readers.items():
                said = nonsense if heard else [nonsense[tried[role] % len(nonsense)]]
                for value in said:
                    tried[role] += 1
                    with self._trying(
                        model=model, method=name, role=role, argument=argument, value=repr(value)[:40]
                    ):
                        sentence = self._refusal(
                            lambda u=user, m=model, f=function, n=name, v={**values, argument: value}: (
                                self._call(u, m, n, f, u.company_id, v)
                            )
                        )
                        self.assertTrue(sentence or self._is_taken(reader, argument, value))
                        if user.company_id != self.here:
                            self.assertNotIn(SECRET, sentence or "")
        self.assertGreater(sum(tried.values()), 3_000)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nonsense_for_records(self):
        """Whoever can read none of a model's records is turned away whichever they name: one is enough."""
        tried = 0
        for model, found in self.reachable.items():
            for role in ("manager", "finance", "member"):
                user = self.roles[role]
                reads = self.env[model].with_user(user).has_access("read")
                for name, function in found.items():
                    if getattr(function, "_api_model", False):
                        continue
                    values = self._values(function, self.here)
                    for ids in ODD_IDS if reads else [ODD_IDS[tried % len(ODD_IDS)]]:
                        tried += 1
                        with self._trying(model=model, method=name, role=role, ids=ids):
                            sentence = self._refusal(
                                lambda u=user, m=model, n=name, i=ids, v=values: self._rpc(u, m, n, i, **v)
                            )
                            if ids and not name.startswith("action_view"):
                                self.assertTrue(sentence)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_too_many_arguments(self):
        user, tried = self.roles["manager"], 0
        for model, found in self.reachable.items():
            records = self._records(model, self.here)
            for name, function in found.items():
                ids = [] if getattr(function, "_api_model", False) else [records.ids]
                with self._trying(model=model, method=name):
                    call = partial(self._rpc, user, model, name, *ids, *range(1, 20))
                    self.assertTrue(self._refusal(call))
                    tried += 1
        self.assertGreater(tried, 300)

    def _is_taken(self, reader, argument, value):
        try:
            reader(self.env, argument, value)
        except UserError:
            return value in (None, False, "")  # the parameter's own default, where it has one
        return True

    def _calls(self):
        """Each method with arguments, and each role."""
        for model, found in self.reachable.items():
            for name, function in found.items():
                if function.timebank_readers:
                    for role, user in self.roles.items():
                        yield model, name, function, role, user

    def _call(self, user, model, name, function, company, values):
        ids = [] if getattr(function, "_api_model", False) else [self._records(model, company).ids]
        return self._rpc(user, model, name, *ids, **values)

    def test_company_cases(self):
        """Finance of another company neither takes matches apart nor moves claims to other grants."""
        mine = self.world[self.here]
        user = self.roles["finance of another company"]
        claim, match = mine["timebank.redemption"], mine["timebank.reward.match"]
        grant = self.world[self.there]["timebank.grant"]
        before = claim.sudo().read(["grant_id", "billing_done", "matched_amount"])
        for model, method, record, values in (
            ("timebank.reward.match", "action_undo", match, {}),
            ("timebank.redemption", "action_set_grant", claim, {"grant": grant.id}),
            ("timebank.redemption", "action_billing_done", claim, {}),
            ("timebank.redemption", "action_billing_open", claim, {}),
            ("timebank.grant", "action_auto_match", mine["timebank.grant"], {}),
        ):
            with self.subTest(method=method), self.assertRaises(UserError):
                self._rpc(user, model, method, record.ids, **values)
        self.assertTrue(match.exists())
        self.assertEqual(claim.sudo().read(["grant_id", "billing_done", "matched_amount"]), before)

    def test_the_page(self):
        page = Path(inspect.getfile(reachable)).resolve().parents[2] / "docs" / "reachable_methods.md"
        self.assertEqual(
            page.read_text(), reachable.page(self.env), "Methods have changed: `make reachable`."
        )
