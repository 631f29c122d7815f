"""One small bank, one user per role."""

from contextlib import contextmanager
from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import TransactionCase, new_test_user, tagged

#: Every test runs on this day.
TODAY = date(2026, 3, 18)


@contextmanager
def undone(env):
    """What the block does is undone at its end, and nothing of it remembered: who may see what neither."""
    savepoint, forgotten = env.cr.savepoint(), env.registry.cache_invalidated
    before = set(forgotten)
    forgotten.clear()
    try:
        yield
    finally:
        savepoint.close(rollback=True)
        env.transaction.clear()
        # what was remembered since then is about what is undone
        for name in tuple(forgotten):
            env.registry.clear_cache(name)
        forgotten.update(before)


def call_as(env, model, method, *args, **kwargs):
    """Call a public method as a request of the environment's user does, with all that it owes the database.

    The transaction is theirs as well: it is they who are asked about what is written on behalf of others.
    """
    transaction = env.transaction
    usual, transaction.default_env = transaction.default_env, env
    try:
        answer = call_kw(env[model], method, list(args), kwargs)
        env.flush_all()
        return answer
    finally:
        transaction.default_env = usual


#: What nobody who runs a time bank should have to read.
JARGON = (
    "timebank",
    "constraint",
    "violates",
    "null",
    "integer",
    "_",
    "traceback",
    "invalid",
    "False",
    "None",
)


@tagged("post_install", "-at_install")
class TimebankCase(TransactionCase):
    """River Street, a bank with a coordinator, and people in every role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        # what the class makes stands at the same time as what its requests make
        cls.startClassPatcher(patch.object(type(cls.cr), "now", lambda cursor: datetime.now()))
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, no_reset_password=True))
        group = "timebank_coproduction.group_timebank_"
        cls.coordinator = new_test_user(
            cls.env, "tb_coordinator", groups=group + "coordinator", name="Cora Hart"
        )
        cls.coordinator2 = new_test_user(
            cls.env, "tb_coordinator2", groups=group + "coordinator", name="Cole Dunn"
        )
        cls.manager = new_test_user(cls.env, "tb_manager", groups=group + "manager", name="Mona Reed")
        cls.finance = new_test_user(cls.env, "tb_finance", groups=group + "finance", name="Finn Ward")
        cls.staff = new_test_user(cls.env, "tb_staff", groups="base.group_user", name="Stella Fox")
        cls.portal = new_test_user(cls.env, "tb_member", groups="base.group_portal", name="Ann Lee")
        cls.portal2 = new_test_user(cls.env, "tb_member2", groups="base.group_portal", name="Ben Okoro")
        cls.project = cls.env["project.project"].create({"name": "Community café"})
        cls.scheme = cls._make_scheme("River Street", project_ids=[Command.set(cls.project.ids)])
        cls.ann = cls._make_member(cls.portal.partner_id, "beneficiary")
        cls.ben = cls._make_member(cls.portal2.partner_id, "volunteer")
        cls.cat = cls._make_member("Cat Evans", "professional")
        cls.agency = cls._make_member("Harbour Trust", "organisation")
        cls.category = cls.env.ref("timebank_coproduction.category_neighbour")

    @classmethod
    def _make_scheme(cls, name, **vals):
        vals = {"name": name, "tz": "UTC", "coordinator_ids": [Command.set(cls.coordinator.ids)], **vals}
        return cls.env["timebank.scheme"].create(vals)

    @classmethod
    def _make_member(cls, partner, role="volunteer", scheme=None, **vals):
        if isinstance(partner, str):
            partner = cls.env["res.partner"].create({"name": partner})
        member = cls.env["timebank.member"].create(
            {"partner_id": partner.id, "scheme_id": (scheme or cls.scheme).id, "role": role, **vals}
        )
        member.action_activate()
        return member

    @classmethod
    def _hours_vals(cls, member, minutes=60, **vals):
        return {
            "scheme_id": member.scheme_id.id,
            "partner_id": member.partner_id.id,
            "date": TODAY,
            "minutes": minutes,
            **vals,
        }

    @classmethod
    def _make_hours(cls, member, minutes=60, state="draft", **vals):
        hours = cls.env["timebank.hours"].create(cls._hours_vals(member, minutes, **vals))
        if state in ("submitted", "approved"):
            hours.action_submit()
        if state == "approved":
            hours.with_user(cls.coordinator).action_approve()
        return hours.with_env(cls.env)

    @classmethod
    def _make_double(cls, one, other):
        """A row of the list of those who may be the same person."""
        doubles = cls.env["timebank.double"]
        doubles._insert({(one.id, other.id): ("mail", "name")})
        return doubles.search([("partner_id", "=", one.id), ("other_id", "=", other.id)])

    @classmethod
    def _leave(cls, members, **vals):
        """End memberships as the dialog does, unless said otherwise with the credits left where they are."""
        leaving = members.env["timebank.leaving"].create(
            {"member_ids": [Command.set(members.ids)], "credit_to": "keep", "debt_by": "keep", **vals}
        )
        return leaving.action_confirm()

    def _post(self, source, target, minutes=60, **vals):
        """One adjustment, posted as verbs do."""
        values = {
            "from_account_id": source.id,
            "to_account_id": target.id,
            "minutes": minutes,
            "kind": "adjustment",
            **vals,
        }
        return self.env["timebank.transfer"]._post([values])

    def _fund(self, member, minutes):
        """Give a member credits to spend."""
        return self._post(member.scheme_id.operating_account_id, member.account_id, minutes)

    def _counts(self):
        """How much is written down: entries, transfers, members, accounts."""
        self.env.flush_all()
        return [
            self.env[model].with_context(active_test=False).search_count([])
            for model in ("timebank.hours", "timebank.transfer", "timebank.member", "timebank.account")
        ]

    @contextmanager
    def assertRefused(self, *words, error=UserError):
        """The block is refused with a sentence that holds ``words``, and writes nothing."""
        before = self._counts()
        with self.assertRaises(error) as caught:
            yield caught
        self.env.invalidate_all()
        self.assertEqual(self._counts(), before)
        self._check_sentence(str(caught.exception), *words)

    def _check_sentence(self, sentence, *words):
        """It names what it is about, and a volunteer can read it."""
        for word in words:
            self.assertIn(word, sentence)
        for word in JARGON:
            self.assertNotIn(word, sentence)
        self.assertRegex(sentence, r"^[A-Z“].*[.?]$")

    def _as(self, user, records):
        """``records`` as ``user`` sees them, nothing being remembered from others."""
        self.env.flush_all()
        self.env.invalidate_all()
        return records.with_user(user)

    def _tamper(self, query, *params):
        """Change the database behind the ledger's back, as its owner can in PostgreSQL."""
        self.env.flush_all()
        tables = (
            "account",
            "account_tail",
            "bill_line",
            "hours",
            "redemption",
            "reward_match",
            "scheme",
            "seal",
            "seal_line",
            "transfer",
        )
        for switch in ("DISABLE", "ENABLE"):
            for table in tables:
                self.env.cr.execute(f"ALTER TABLE timebank_{table} {switch} TRIGGER USER")
            if switch == "DISABLE":
                self.env.cr.execute(query, params)
        self.env.invalidate_all()

    @classmethod
    def _drop_foreign_keys(cls):
        """Let what the ledger refers to be removed, too."""
        cls.env.flush_all()
        cls.env.cr.execute(
            """SELECT conrelid::regclass::text, conname FROM pg_constraint
                WHERE contype = 'f' AND confrelid::regclass::text LIKE 'timebank_%'"""
        )
        for table, name in cls.env.cr.fetchall():
            cls.env.cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    @contextmanager
    def _trying(self, **what):
        """One of thousands of tries: a failure is reported as that of a `subTest`, of the rest nothing is.

        To report each takes longer than to make it.
        """
        try:
            yield
        except Exception:
            with self.subTest(**what):
                raise

    def _undone(self):
        """What the block does is undone at its end."""
        return undone(self.env)

    def _balances(self, *members):
        return [member.account_id.balance_minutes for member in members]
