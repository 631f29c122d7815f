"""Balance and first page of a statement: as fast in a long ledger as in a short one.

Two databases, alike but for the length of the ledger: a thousand transfers in one bank,
or a million. The busiest member has a tenth of them, the operating account nearly all.
"""

import json

import odoo

from dev import databases

from . import bank, harness

SHORT, LONG = 1_000, 1_000_000
ROUNDS = 31
PAGE = 80
#: What the list of the client shows, and the balance that the account's page shows.
LINE = ("date", "other_account_id", "memo", "kind", "hours", "balance_hours")
#: Transfers posted one by one since the last hourly fold.
UNFOLDED = 10_000
INDEXES = ("timebank_transfer_from_statement", "timebank_transfer_to_statement")

#: Two of three transfers issue credits, the others are members' gifts to each other.
#: The first account takes part in every tenth. Dates go back five years.
SEED = """
INSERT INTO timebank_transfer (name, date, scheme_id, from_account_id, to_account_id,
    minutes, hours, kind, memo, create_uid, create_date, write_uid, write_date)
SELECT 'LEDGER/' || n, CURRENT_DATE - ((%(total)s - n) * 1800 / %(total)s)::int,
       %(bank)s, giver, taker, minutes, minutes / 60.0::float8, kind, 'Number ' || n,
       1, now(), 1, now()
  FROM (SELECT n, CASE WHEN n %% 3 > 0 THEN 60 + n %% 50 ELSE 5 END AS minutes,
               CASE WHEN n %% 3 > 0 THEN 'adjustment' ELSE 'gift' END AS kind,
               CASE WHEN n %% 3 > 0 THEN %(operating)s
                    ELSE (%(people)s::int[])[2 + (n / 3 + 7) %% 190] END AS giver,
               (%(people)s::int[])[CASE WHEN n %% 10 = 0 THEN 1
                                        ELSE 2 + (n / 3) %% 190 END] AS taker
          FROM generate_series(%(first)s, %(last)s) n) row
"""


def measure(report):
    """Both ledgers in turn, as the coordinator and as the member see them."""
    report.subject(
        f"Balance and first {PAGE} lines of a statement, {LONG:,} transfers in the bank against {SHORT:,}"
    )
    names = {length: f"{harness.DATABASE}_{length}" for length in (SHORT, LONG)}
    try:
        ledgers = {length: _fill(names[length], length) for length in names}
        _compare(report, names, ledgers)
    finally:
        odoo.sql_db.close_all()
        for name in names.values():
            databases.drop(name)


def _fill(database, length):
    odoo.sql_db.close_all()
    databases.copy(harness.DATABASE, database)
    with harness.environment(database=database, keep=True) as env:
        ids = bank.open_bank(env, "LEDGER")
        env.flush_all()
        for first in range(1, length + 1, 50_000):
            env.cr.execute(
                SEED,
                {
                    "bank": ids["bank"],
                    "operating": ids["operating"],
                    "people": ids["accounts"],
                    "total": length,
                    "first": first,
                    "last": min(first + 49_999, length),
                },
            )
        env["timebank.account.tail"]._fold()
    harness.run_outside("VACUUM ANALYZE", database)
    return ids


def _compare(report, names, ledgers):
    views = {
        "operating account, coordinator": (bank.COORDINATOR, "operating"),
        "busiest member, coordinator": (bank.COORDINATOR, "busiest"),
        "busiest member, the member": (bank.MEMBER, "busiest"),
    }
    for title, (login, which) in views.items():

        def look(length, login=login, which=which):
            return _look(names[length], login, _account(ledgers[length], which))

        medians = harness.take_turns(ROUNDS, {length: lambda n=length: look(n) for length in (SHORT, LONG)})
        report.figure(f"{title}: {SHORT:,} transfers", medians[SHORT] * 1000, "ms")
        report.figure(f"{title}: {LONG:,} transfers", medians[LONG] * 1000, "ms")
        report.figure(f"{title}: ratio", medians[LONG] / medians[SHORT], "times", at_most=1.2)
        walks = _walks_indexes(names[LONG], login, _account(ledgers[LONG], which))
        report.figure(f"{title}: read off both indexes (1 = yes)", walks, at_least=1)
    taken = harness.take_turns(
        ROUNDS,
        {"read": lambda: _read_unfolded(names[LONG], ledgers[LONG]["operating"])},
    )
    report.figure(
        f"Operating account's balance, {UNFOLDED:,} movements not folded yet",
        taken["read"] * 1000,
        "ms",
    )


def _read_unfolded(database, account_id):
    with harness.environment(database=database) as env:
        env.cr.execute("ALTER TABLE timebank_account_tail DISABLE TRIGGER USER")  # undone with the rest
        env.cr.execute(
            """INSERT INTO timebank_account_tail (account_id, minutes)
               SELECT %s, 1 FROM generate_series(1, %s)""",
            [account_id, UNFOLDED],
        )
        account = env["timebank.account"].browse(account_id)
        return harness.seconds(env, lambda: account.balance_minutes)


def _account(ids, which):
    return ids["operating"] if which == "operating" else ids["accounts"][0]


def _look(database, login, account_id):
    """What the account's page and its statement ask, with an empty cache."""
    with harness.environment(login, database) as env:
        account = env["timebank.account"].browse(account_id)
        lines = env["timebank.statement.line"]

        def read():
            account.read(["balance_hours", "available_hours"])
            page = lines.search_fetch([("account_id", "=", account_id)], LINE, limit=PAGE)
            assert len(page.read(LINE)) == PAGE

        return harness.seconds(env, read)


def _walks_indexes(database, login, account_id):
    """Whether PostgreSQL reads the page from the two indexes, in their order."""
    with harness.environment(login, database) as env:
        query = env["timebank.statement.line"]._search(
            [("account_id", "=", account_id)],
            limit=PAGE,
            order=env["timebank.statement.line"]._order,
        )
        select = query.select()
        env.cr.execute("EXPLAIN (FORMAT JSON) " + select.code, select.params)
        plan = json.dumps(env.cr.fetchone()[0])
        return int(all(name in plan for name in INDEXES) and '"Sort"' not in plan)
