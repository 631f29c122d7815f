"""A server's worker that claims rewards and hands vouchers in, one batch after another.

Run by `test_reward_faults.py` as a process of its own, so that it can be killed. It
loads Odoo once, and forks: the child says its number and works until it is killed, the
parent forks the next.
"""

import os
import sys

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


def work(registry, codes, reward_ids, member_ids, start):
    """Batches of 16 claims and 8 vouchers, each committed, until the end of the world."""
    print(os.getpid(), flush=True)
    turn = start
    while True:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            members = env["timebank.member"].browse(member_ids)
            claims = env["timebank.redemption"].create(
                [
                    {"reward_id": reward_id, "partner_id": member.partner_id.id}
                    for reward_id in reward_ids
                    for member in members
                ]
            )
            claims.action_request()
            account = members[turn % len(members)].account_id
            env["timebank.voucher"].redeem_many(codes[turn * 8 : turn * 8 + 8], account)
        turn += 1


def main(database, codes_file, reward_ids, member_ids):
    with open(codes_file) as file:
        codes = file.read().split()
    registry = Registry(database)
    with registry.cursor() as cr:
        api.Environment(cr, SUPERUSER_ID, {})["timebank.redemption"].search([], limit=1)
    for start in range(0, 10_000, 40):
        odoo.sql_db.close_all()
        child = os.fork()
        if not child:
            work(registry, codes, reward_ids, member_ids, start)
        if not sys.stdin.readline():
            return
        os.waitpid(child, 0)


if __name__ == "__main__":
    options, (_database, _codes, _rewards, _members) = sys.argv[1:-4], sys.argv[-4:]
    config.parse_config([*options, "--log-level", "critical"])
    main(
        _database, _codes, *([int(record_id) for record_id in ids.split(",")] for ids in (_rewards, _members))
    )
