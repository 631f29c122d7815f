"""An Odoo that goes on working when its PostgreSQL server is killed and comes back.

Run by `test_server_killed.py` as a process of its own, on a server of its own. It takes
one command a line, and answers with lines of JSON:

- ``claims`` and ``vouchers``: work in batches, saying after each commit what was in it,
  until the server is lost; then say so
- ``report``: what is in the database
"""

import json
import sys
from contextlib import contextmanager
from itertools import count

import psycopg2

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

PEOPLE = 8
STOCK = 1_000_000
VOUCHERS = 8_000
AT_ONCE = 8


class Survivor:
    def __init__(self, database):
        self.registry = Registry(database)
        self.turn = count()
        with self._environment() as env:
            self._open_bank(env)

    @contextmanager
    def _environment(self):
        """A superuser's environment, committed at the end of the block."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def _open_bank(self, env):
        bank = env["timebank.scheme"].create({"name": "Survivor Street"})
        partners = env["res.partner"].create([{"name": f"Person {number}"} for number in range(PEOPLE)])
        members = env["timebank.member"].create(
            [{"partner_id": partner.id, "scheme_id": bank.id} for partner in partners]
        )
        members.action_activate()
        env["timebank.transfer"]._post(
            [
                {
                    "from_account_id": bank.operating_account_id.id,
                    "to_account_id": account.id,
                    "minutes": 600_000,
                    "kind": "opening",
                }
                for account in members.account_id
            ]
        )
        rewards = env["timebank.reward"].create(
            [
                {"name": name, "scheme_id": bank.id, "minutes": 60, "approval": "auto", **vals}
                for name, vals in (("Limited", {"stock": STOCK}), ("Unlimited", {}))
            ]
        )
        rewards.action_publish()
        batch = env["timebank.voucher.batch"].create({"scheme_id": bank.id, "quantity": VOUCHERS})
        batch.action_issue()
        self.bank_id, self.member_ids, self.reward_ids = bank.id, members.ids, rewards.ids
        self.codes = batch.voucher_ids.mapped("code")

    def work(self, batch):
        """Do batches of one kind until the server is lost."""
        try:
            while True:
                with self._environment() as env:
                    done = batch(env)
                say(committed=done)
        except psycopg2.Error:
            odoo.sql_db.close_all()
            say(lost=True)

    def claims(self, env):
        members = env["timebank.member"].browse(self.member_ids)
        claims = env["timebank.redemption"].create(
            [
                {"reward_id": reward_id, "partner_id": member.partner_id.id}
                for reward_id in self.reward_ids
                for member in members
            ]
        )
        claims.action_request()
        env.flush_all()
        return claims.ids

    def vouchers(self, env):
        start = next(self.turn) * AT_ONCE
        codes = self.codes[start : start + AT_ONCE]
        account = env["timebank.member"].browse(self.member_ids[start % PEOPLE]).account_id
        env["timebank.voucher"].redeem_many(codes, account)
        return codes

    def report(self):
        with self._environment() as env:
            claims = env["timebank.redemption"].search([("reward_id", "in", self.reward_ids)])
            returned = env["timebank.voucher"].search(
                [("scheme_id", "=", self.bank_id), ("state", "=", "returned")]
            )
            transfers = claims.transfer_ids
            say(
                violations=env["timebank.scheme"].browse(self.bank_id).check_ledger(),
                claims=claims.ids,
                states=sorted(set(claims.mapped("state"))),
                paid=transfers.redemption_id.ids,
                stock=env["timebank.reward"].browse(self.reward_ids[0]).stock,
                limited=len(claims.filtered(lambda claim: claim.reward_id.has_stock)),
                returned=returned.mapped("code"),
                minutes=sum(
                    env["timebank.member"].browse(self.member_ids).account_id.mapped("balance_minutes")
                ),
            )


def say(**facts):
    print(json.dumps(facts, default=str), flush=True)


def main(database):
    survivor = Survivor(database)
    say(ready=True)
    for command in map(str.strip, sys.stdin):
        if command == "report":
            survivor.report()
        else:
            survivor.work(getattr(survivor, command))


if __name__ == "__main__":
    config.parse_config([*sys.argv[1:], "--log-level", "critical"])
    main(sys.argv[-1])
