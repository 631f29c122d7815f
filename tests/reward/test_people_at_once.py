"""People are merged, leave and are forgotten while others decide about the same people."""

import subprocess

from freezegun.api import real_monotonic

from odoo import api
from odoo.fields import Command
from odoo.tools.misc import exec_pg_environ, find_pg_tool

from ..concurrency_common import GROUP
from .test_reward_faults import HOURS, RewardConcurrencyCase

MERGING = "base.partner.merge.automatic.wizard"
#: No test here takes longer, however the connections get into each other's way.
SECONDS = 30


class TestPeopleAtOnce(RewardConcurrencyCase):
    written = ("timebank_erasure", "timebank_merge", "timebank_words", *RewardConcurrencyCase.written)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._connection() as env:
            users = env["res.users"].browse(cls.coordinator_ids)
            users.group_ids |= env.ref("base.group_partner_manager")
            cls.manager_id = users[1].id
            users[1].group_ids |= env.ref(GROUP + "manager")

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            members = env["timebank.member"].browse(self.member_ids)
            self.person_ids = members.partner_id.ids
            self.account_ids = members.account_id.ids
            self.reward_id = self._reward(env, name="Coffee").id
            self.minutes = [30 + number for number in range(len(members))]
            self.entry_ids = [
                self._hours(env, member, minutes).id
                for member, minutes in zip(members, self.minutes, strict=True)
            ]
            self.before = self._sum(env)
        self.started = real_monotonic()

    def tearDown(self):
        self.assertLess(real_monotonic() - self.started, SECONDS)
        super().tearDown()

    def _sum(self, env):
        return sum(env["timebank.account"].browse(self.account_ids).mapped("balance_minutes"))

    # What is done at once
    def _merge(self, kept, *gone):
        """With the dialog open already."""
        people = [self.person_ids[number] for number in (kept, *gone)]
        vals = {"partner_ids": [Command.set(people)], "dst_partner_id": people[0], "state": "selection"}
        with self._connection() as env:
            dialog_id = env[MERGING].with_user(self.coordinator_ids[0]).create(vals).id

        def merge(env):
            env[MERGING].browse(dialog_id).action_merge()
            return "merged"

        return self.coordinator_ids[0], merge

    def _approve(self, number):
        def approve(env):
            env["timebank.hours"].browse(self.entry_ids[number]).action_approve()
            return "approved"

        return self.coordinator_ids[1], approve

    def _claim(self, number):
        def claim(env):
            vals = {"reward_id": self.reward_id, "partner_id": self.person_ids[number]}
            env["timebank.redemption"].create(vals).action_request()
            return "claimed"

        return self.coordinator_ids[1], claim

    def _give(self, source, target):
        def give(env):
            account = env["timebank.account"].browse(self.account_ids[source])
            account.action_give(self.account_ids[target], 15, "A gift")
            return "given"

        return self.coordinator_ids[0], give

    def _forget(self, number):
        def forget(env):
            env["timebank.member"].browse(self.member_ids[number]).action_forget("Asked by letter")
            return "forgotten"

        return self.manager_id, forget

    def _come_back(self, number):
        def come_back(env):
            env["timebank.member"].browse(self.member_ids[number]).action_activate()
            return "came back"

        return self.coordinator_ids[0], come_back

    def _check(self, results):
        """Nothing lost, nothing twice, nothing with somebody who isn't there; refusals are sentences."""
        for sentence in self._refused(results):
            self.assertRegex(sentence, r"(?s)^[A-Z“].*[.)]\s*$")
            self.assertNotRegex(sentence, "serializ|deadlock|violates|constraint")
        with self._connection() as env:
            self._check_books(env)
            entries = env["timebank.hours"].browse(self.entry_ids)
            approved = entries.filtered(lambda entry: entry.state == "approved")
            self.assertEqual(len(approved), results.count("approved"))
            given = sum(approved.mapped("minutes"))
            self.assertEqual(self._sum(env), self.before + given - 60 * results.count("claimed"))
            members = env["timebank.member"].browse(self.member_ids).exists()
            self.assertEqual(sum(members.mapped("given_minutes")), given)
            for account in env["timebank.account"].browse(self.account_ids):
                if account.merged_into_id:
                    self.assertEqual((account.balance_minutes, account.state), (0, "closed"))

    # The tests
    def test_merging_while_others_decide(self):
        results = self._at_once(
            self._merge(0, 1), self._approve(1), self._claim(1), self._give(1, 2),
            self._merge(3, 4), self._approve(4), self._claim(4), self._give(2, 4),
        )  # fmt: skip
        self.assertEqual(results.count("merged"), 2)
        self._check(results)

    def test_merging_the_same_people_in_every_direction(self):
        results = self._at_once(
            self._merge(0, 1), self._merge(1, 0), self._merge(0, 2), self._merge(2, 1),
            self._merge(0, 1, 2), self._approve(0), self._approve(1), self._approve(2),
        )  # fmt: skip
        self.assertGreater(results.count("merged"), 0)
        self._check(results)
        with self._connection() as env:
            people = env["res.partner"].browse(self.person_ids[:3]).exists()
            self.assertEqual(people.timebank_member_ids.mapped("state"), ["active"])

    def test_undoing_while_others_decide(self):
        with self._connection() as env:
            merging = self._merge(0, 1)[1]
            merging(env)
            merge_id = env["timebank.merge"].search([], limit=1).id
            self.before = self._sum(env)

        def undo(env):
            env["timebank.merge"].browse(merge_id).action_undo()
            return "undone"

        coordinator = self.coordinator_ids[0]
        results = self._at_once(
            (coordinator, undo), (coordinator, undo), self._approve(0), self._approve(1),
            self._claim(0), self._give(0, 2), self._give(2, 0), self._merge(0, 2),
        )  # fmt: skip
        self.assertLessEqual(results.count("undone"), 1)
        self._check(results)

    def test_forgetting_while_others_decide(self):
        """Either somebody is forgotten, with nothing new of theirs, or they are as they were."""
        with self._connection() as env:
            member = env["timebank.member"].browse(self.member_ids[0])
            env["timebank.hours"].browse(self.entry_ids[0]).action_refuse("Not that day")
            leaving = {"member_ids": [Command.set(member.ids)], "credit_to": "bank", "debt_by": "bank"}
            env["timebank.leaving"].create({**leaving, "reason": "Moved"}).action_confirm()
            self.before -= HOURS * 60
        results = self._at_once(
            self._forget(0), self._forget(0), self._come_back(0), self._claim(0),
            self._give(1, 0), self._merge(1, 0), self._merge(0, 1), self._approve(1),
        )  # fmt: skip
        self._check(results)
        with self._connection() as env:
            member = env["timebank.member"].browse(self.member_ids[0]).exists()
            self.assertLessEqual(results.count("forgotten"), 1)
            if "forgotten" in results:
                self.assertTrue(not member or member.forgotten_on or "merged" in results)
                self.assertNotIn("came back", results)
                self.assertFalse(env["res.partner"].search([("name", "=", "Person 0")]))

    # When all is committed
    def _dump(self):
        """The database as a backup holds it: plain SQL, every schema, large objects too."""
        command = [find_pg_tool("pg_dump"), "--format=plain", "--blobs", self.registry.db_name]
        return subprocess.run(command, env=exec_pg_environ(), check=True, capture_output=True).stdout

    def _plant(self, env, mark):
        """Words about one person, in Odoo's own tables and in ours."""
        member = env["timebank.member"].browse(self.member_ids[5])
        person = member.partner_id
        person.write(
            {
                "name": f"Pat {mark}name",
                "street": f"{mark} Lane",
                "email": f"{mark}@example.com",
                "phone": f"0113 {mark}",
                "comment": f"<p>{mark} comment</p>",
            }
        )
        member.with_user(self.manager_id).note = f"<p>{mark} note</p>"
        env["timebank.hours"].browse(self.entry_ids[5]).description = f"{mark} hours"
        env["timebank.account"].browse(self.account_ids[6]).action_give(
            self.account_ids[5], 5, f"{mark} memo"
        )
        for record in (member, person):
            record.message_post(body=f"{mark} said", subject=f"{mark} subject")
            env["ir.attachment"].create(
                {
                    "name": f"{mark}.txt",
                    "raw": mark.encode(),
                    "res_model": record._name,
                    "res_id": record.id,
                }
            )
        member.activity_schedule("mail.mail_activity_data_todo", summary=mark, user_id=self.manager_id)
        bank = env["timebank.scheme"].browse(self.scheme_id)
        bank.message_post(body=f"{person.name} keeps the keys")
        env["mail.mail"].create(
            {"email_to": person.email, "subject": mark, "body_html": mark, "recipient_ids": person.ids}
        )
        env["bus.bus"]._sendone(person, "notification", {"text": f"{person.name} came"})

    def test_a_dump_holds_nothing_of_who_was_forgotten(self):
        mark = "xq5dump"
        with self._connection() as env:
            self._plant(env, mark)
        with self._connection() as env:
            env["timebank.hours"].browse(self.entry_ids[5]).action_approve()
        self.assertGreater(self._dump().count(mark.encode()), 15)
        with self._connection() as env:
            member = env["timebank.member"].browse(self.member_ids[5])
            leaving = {"member_ids": [Command.set(member.ids)], "credit_to": "bank", "debt_by": "bank"}
            env["timebank.leaving"].create({**leaving, "reason": f"{mark} moved"}).action_confirm()
        with self.registry.cursor() as cr:  # as in the client, changes being noted
            env = api.Environment(cr, self.manager_id, {})
            env["timebank.member"].browse(self.member_ids[5]).action_forget(f"Pat {mark}name asked for it")
        left = [line[:200] for line in self._dump().splitlines() if mark.encode() in line.lower()]
        self.assertEqual(left, [])
        with self._connection() as env:
            self._check_books(env)
