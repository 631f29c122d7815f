"""Eight connections at once, as eight workers of a server: one process for each.

Each goes through `odoo.service.model.retrying`, as a request does, so that a
serialization failure is tried again.
"""

import multiprocessing
import time
from functools import partial

import odoo
from odoo.exceptions import UserError
from odoo.service.model import retrying

from . import bank, harness

CONNECTIONS = 8
ENTRIES = 4_000
ROUNDS = 3
SPENDS = 12
SPEND, LIMIT = 60, 5  # each spends an hour; the account is good for five of them

#: Processes are forked from this one, as Odoo's own server forks its workers.
workers = multiprocessing.get_context("fork")


def measure(report):
    """First apart from each other, then all on one account."""
    _approve_at_once(report)
    _spend_at_once(report)


def _approve_at_once(report):
    report.subject(
        f"{CONNECTIONS} connections approving different members' hours in one bank, {ENTRIES:,} in all"
    )
    turns = {
        "one": lambda: _approve_by(1, failures),
        "eight": lambda: _approve_by(CONNECTIONS, failures),
    }
    failures = []
    medians = harness.take_turns(ROUNDS, turns)
    report.figure("Failed", len(failures), at_most=0)
    report.figure("One connection", medians["one"], "s")
    report.figure(f"{CONNECTIONS} connections", medians["eight"], "s")
    report.figure(
        f"{CONNECTIONS} connections against one",
        medians["eight"] / medians["one"],
        "times as long",
        at_most=1.3,
    )


def _approve_by(connections, failures):
    """Seconds until `connections` have approved a new bank's hours, a share each."""
    with harness.environment(keep=True) as env:
        count = env["timebank.scheme"].search_count([])
        ids = bank.open_bank(env, f"B{count}")
        entries = env["timebank.hours"].create(bank.hours_vals(ids, ENTRIES))
        entries.action_submit()
        shares = [
            entries.filtered(lambda entry, n=n: entry.partner_id.id % connections == n)
            for n in range(connections)
        ]
        shares = [share.ids for share in shares]
    jobs = [partial(_approve, share) for share in shares]
    taken, outcomes = _run_at_once(ids["coordinator"], jobs)
    failures += [outcome for outcome in outcomes if outcome is not True]
    with harness.environment() as env:
        left = env["timebank.hours"].browse(sum(shares, [])).filtered(lambda entry: entry.state != "approved")
        failures += left.ids
        failures += env["timebank.scheme"].browse(ids["bank"]).check_ledger()
    return taken


def _spend_at_once(report):
    report.subject(
        f"{CONNECTIONS} connections spending from one account that is good for {LIMIT}, {SPENDS} accounts"
    )
    with harness.environment(keep=True) as env:
        ids = bank.open_bank(env, "SPEND")
        accounts = ids["accounts"][:SPENDS]
        env["timebank.transfer"]._post(
            [
                {
                    "from_account_id": ids["operating"],
                    "to_account_id": account,
                    "minutes": SPEND * LIMIT,
                    "kind": "opening",
                }
                for account in accounts
            ]
        )
    exact = 0
    for first in range(0, SPENDS, 3):
        # Three accounts at a time: a connection that lost waits a moment to try again.
        some = accounts[first : first + 3]
        jobs = [
            partial(_spend, account, ids["accounts"][-1])
            for account in some
            for _connection in range(CONNECTIONS)
        ]
        _taken, outcomes = _run_at_once(ids["coordinator"], jobs)
        for number, account in enumerate(some):
            mine = outcomes[number * CONNECTIONS : (number + 1) * CONNECTIONS]
            exact += mine.count(True) == LIMIT and mine.count("refused") == (CONNECTIONS - LIMIT)
            with harness.environment() as env:
                balance = env["timebank.account"].browse(account).balance_minutes
                exact -= balance != 0
    report.figure(f"Accounts on which exactly {LIMIT} succeeded", exact, at_least=SPENDS)


def _approve(ids, env):
    env["timebank.hours"].browse(ids).action_approve()


def _spend(source, target, env):
    # sudo: posting is for verbs; what is measured is that its limit holds
    env["timebank.transfer"].sudo()._post(
        [
            {
                "from_account_id": source,
                "to_account_id": target,
                "minutes": SPEND,
                "kind": "gift",
            }
        ]
    )


def _run_at_once(user_id, jobs):
    """Run each job on a connection of its own.

    :return: seconds from the start to the end of the last, and for each job True,
        "refused" or the error
    """
    odoo.sql_db.close_all()  # connections are not shared with a forked process
    start, queue = workers.Barrier(len(jobs) + 1), workers.Queue()
    processes = [
        workers.Process(target=_work, args=(number, user_id, job, start, queue))
        for number, job in enumerate(jobs)
    ]
    for process in processes:
        process.start()
    start.wait()
    began = time.perf_counter()
    outcomes = dict(queue.get() for _process in processes)
    taken = time.perf_counter() - began
    for process in processes:
        process.join()
    return taken, [outcomes[number] for number in range(len(jobs))]


def _work(number, user_id, job, start, queue):
    try:
        with harness.environment(user_id=user_id, keep=True) as env:
            env.cr.commit()
            start.wait()
            outcome = _try(job, env)
    except Exception as error:  # whatever it is, the report has to hear of it
        outcome = repr(error)
    queue.put((number, outcome))


def _try(job, env):
    def request():
        job(env)
        env.flush_all()

    try:
        retrying(request, env)
        env.cr.commit()
    except UserError:
        return "refused"
    return True
