"""The books as text: programs that know nothing of Odoo come to the same balances."""

import re
import shutil
import subprocess
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

from beancount import loader
from beancount.core import realization

from odoo.tests import tagged

from dev.inside import plain_books

from ..grants_common import GrantCase

#: What people, banks and grants may be called, and what both programs have another meaning for.
AWKWARD = 'Ann "the; Cook" {O’Neill} | \\ (li)\n 李 伟 * ! = #tag ^link'


@tagged("post_install", "-at_install")
class TestAudit(GrantCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann.partner_id.name = AWKWARD
        cls.scheme.name = AWKWARD
        cls.claims = cls._claims(3)
        bill = cls._bill((f"Swim pass of {AWKWARD}", 13.01), ref=AWKWARD)
        cls._match(cls.claims[0], bill, 13.01)
        cls._bill(("Half of it back", 1.5), move_type="in_refund", day=date(2026, 3, 1))
        cls.claims[1].with_user(cls.finance).action_billing_done()
        account = cls.grant.analytic_account_id
        for cents, day in ((-333, date(2026, 1, 31)), (111, date(2026, 3, 2))):
            cls.env["account.analytic.line"].create(
                {
                    "name": AWKWARD,
                    account.root_plan_id._column_name(): account.id,
                    "amount": cents / 100,
                    "date": day,
                }
            )
        cls._make_grant(AWKWARD)
        cls.folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)

    def _export(self, **options):
        """Both books in both forms: file name → text."""
        self.assertEqual(plain_books.export(self.env, self.folder, **options), [])
        return {path.name: path.read_text() for path in self.folder.iterdir()}

    def _expect(self):
        """What the database has, by the end of each account's name."""
        minutes = {
            f":{account.id}": Decimal(account.balance_minutes)
            for account in self.env["timebank.account"].search([])
        }
        money = {}
        grants = self.env["timebank.grant"].search([])
        grants._refresh_figures()
        for grant in grants:
            for name, amount in {
                "Budget": -grant.reward_budget,
                "Left": grant.remaining_amount,
                "Awaited": grant.unbilled_amount,
                "Matched": grant.billed_matched_amount,
                "Other": grant.billed_unmatched_amount,
            }.items():
                money[f":Grant-{grant.id}:{name}"] = round(Decimal(amount), 2)
        return {"time": minutes, "grants": money}

    def test_beancount_comes_to_the_same(self):
        self._export()
        for name, expected in self._expect().items():
            entries, errors, _options = loader.load_file(str(self.folder / f"{name}.beancount"))
            self.assertEqual(errors, [])
            real, found = realization.realize(entries), {}
            for account in realization.iter_children(real, leaf_only=True):
                found[account.account] = sum(one.units.number for one in account.balance.get_positions())
            self.assertEqual(len(found), len(expected))
            for end, amount in expected.items():
                [account] = [account for account in found if account.endswith(end)]
                self.assertEqual(found[account], amount, account)
        [twelve] = [self.grant.remaining_amount]
        self.assertEqual(twelve, 100 - 13.01 + 1.5 - 3.33 + 1.11 - 12)

    def test_another_penny_is_told(self):
        self._export()
        for name in ("time", "grants"):
            path = self.folder / f"{name}.beancount"
            text = path.read_text()
            amount = re.search(r"^\d.* balance \S+  (-?[1-9]\S*) ~", text, re.MULTILINE)
            other = Decimal(amount[1]) + Decimal("0.01" if name == "grants" else "1")
            path.write_text(text[: amount.start(1)] + str(other) + text[amount.end(1) :])
            _entries, errors, _options = loader.load_file(str(path))
            self.assertEqual([type(error).__name__ for error in errors], ["BalanceError"])

    def test_hledger_comes_to_the_same(self):
        program = shutil.which("hledger")
        if not program:
            self.skipTest("hledger is not to hand")
        self._export()
        for name in ("time", "grants"):
            command = [program, "check", "--strict", "-f", str(self.folder / f"{name}.journal")]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_people_are_numbers(self):
        texts = self._export()
        self.assertEqual(self._export(), texts)
        self.assertIn(f":Member:{self.ben.account_id.id} ", texts["time.beancount"])
        for name in ("time.beancount", "time.journal"):
            self.assertNotIn(self.ben.partner_id.name, texts[name])
        first = self.ben.partner_id.name[0]
        with_initials = self._export(with_initials=True)["time.beancount"]
        self.assertIn(f":Member:{self.ben.account_id.id}-{first}", with_initials)
        self.assertEqual(loader.load_string(with_initials)[1], [])
