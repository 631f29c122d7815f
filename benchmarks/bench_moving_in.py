"""Moving a large bank in: rehearsed and carried out, against plain statements for the same rows.

The files are those that a bank of this program exports. The move goes step by step as its job
does, each step committed, so that progress and memory are those of a real one. What it brought
is then copied by plain statements, with all constraints and triggers of its tables, but asking no
rule and checking no right.
"""

import csv
import io
import time
from datetime import date, timedelta
from pathlib import Path

from odoo.fields import Command
from odoo.tools import SQL

from . import bank, harness

PEOPLE = 10_000
MOVEMENTS = 120_000
MEMBERS = ("Member id", "Name", "Email", "Phone", "Role", "State", "Joined on", "Balance in minutes")
TRANSFERS = (
    "Transfer",
    "Day",
    "From member id",
    "From",
    "To member id",
    "To",
    "Minutes",
    "Kind",
    "What for",
    "Takes back",
)
#: Days over which the transfers are spread, up to yesterday.
DAYS = 600

#: Tables in the order in which they are copied: which rows, which columns name a row of another of
#: these tables, and what is written instead of a column's own value.
COPIED = (
    (
        "res_partner",
        "id IN (SELECT partner_id FROM timebank_migration_person WHERE migration_id = %(move)s)",
        {"commercial_partner_id": "res_partner"},
        {},
    ),
    (
        "timebank_account",
        "partner_id IN (SELECT old FROM copied_res_partner)",
        {"partner_id": "res_partner"},
        # what came in may not be in the order in which it was earned: limits are about the end
        {"balance_minutes": "0", "credit_limit_minutes": "10000000", "has_own_limit": "TRUE"},
    ),
    (
        "timebank_member",
        "partner_id IN (SELECT old FROM copied_res_partner)",
        {"partner_id": "res_partner", "account_id": "timebank_account"},
        {"card_code": "NULL", "calendar_code": "NULL"},
    ),
    (
        "timebank_hours",
        "partner_id IN (SELECT old FROM copied_res_partner)",
        {"partner_id": "res_partner", "receiver_id": "res_partner"},
        {},
    ),
    (
        "timebank_transfer",
        "migration_id = %(move)s",
        {
            "from_account_id": "timebank_account",
            "to_account_id": "timebank_account",
            "hours_id": "timebank_hours",
        },
        {
            "name": "'COPY/' || old_row.id",
            # of the database's making
            "memo_digest": "NULL",
            "memo_salt": "NULL",
        },
    ),
)

#: What a move notes of those on its own rows.
NOTED = (
    """UPDATE timebank_migration_person p
          SET partner_id = c.new, member_id = m.new, is_new_contact = TRUE, is_new_member = TRUE,
              is_carried = TRUE, is_opened = TRUE, is_settled = TRUE, moved_minutes = p.result_minutes
         FROM copied_res_partner c, copied_timebank_member m
        WHERE c.old = p.partner_id AND m.old = p.member_id""",
    """UPDATE timebank_migration_row r SET is_carried = TRUE, hours_id = h.new
         FROM copied_timebank_hours h WHERE h.old = r.hours_id""",
)


def measure(report):
    """One move, from its files to its end."""
    report.subject(f"Moving in with {PEOPLE:,} members and {MOVEMENTS:,} transfers")
    move = _make_move()
    _forget_peak()
    with harness.environment(bank.COORDINATOR, keep=True) as env:
        rehearsal = harness.seconds(env, env["timebank.migration"].browse(move).action_rehearse)
    report.figure("Rehearsing", rehearsal, "s", at_most=60)
    report.figure("Memory at most while rehearsing", _get_peak(), "MiB", at_most=1024)
    _forget_peak()
    carrying, steps = _carry_out(move)
    report.figure("Carrying out", carrying, "s", at_most=300)
    report.figure("Memory at most while carrying out", _get_peak(), "MiB", at_most=1024)
    report.figure("Steps, each committed", len(steps))
    report.figure("Longest step", max(taken for taken, _left in steps), "s")
    unseen = longest = 0
    shown = None
    for taken, left in steps:
        unseen = taken if left != shown else unseen + taken
        longest, shown = max(longest, unseen), left
    report.figure("Longest time in which the progress shown stands still", longest, "s")
    plain = _copy(move)
    report.figure("Plain SQL leaving the same rows", plain, "s")
    report.figure("Carrying out against plain SQL", carrying / plain, "times as long", at_most=3)


def _make_move():
    with harness.environment(keep=True) as env:
        scheme = env["timebank.scheme"].browse(bank.open_bank(env, "MOVE")["bank"])
    with harness.environment(bank.COORDINATOR, keep=True) as env:
        files = env["ir.attachment"].create(
            [
                {"name": "members.csv", "raw": _write(MEMBERS, _members())},
                {"name": "transfers.csv", "raw": _write(TRANSFERS, _transfers())},
            ]
        )
        move = env["timebank.migration"].create(
            {"scheme_id": scheme.id, "file_ids": [Command.set(files.ids)]}
        )
        return move.id


def _write(headings, rows):
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue().encode()


def _members():
    for number in range(1, PEOPLE + 1):
        yield (
            number,
            f"Newcomer {number}",
            f"newcomer{number}@example.org",
            "",
            "volunteer",
            "active",
            "2024-01-01",
            "",
        )


def _transfers():
    """Each gives as often as they are given something: nobody is far below zero in the end."""
    last = date.today() - timedelta(days=1)
    for number in range(MOVEMENTS):
        turn, giver = divmod(number, PEOPLE)
        receiver = (giver + turn + 1) % PEOPLE
        day = last - timedelta(days=number % DAYS)
        yield (
            f"T{number}",
            f"{day} {8 + turn % 12:02d}:{number % 60:02d}",
            receiver + 1,
            f"Newcomer {receiver + 1}",
            giver + 1,
            f"Newcomer {giver + 1}",
            15 * (1 + turn % 8),
            "exchange",
            f"Help {number}",
            "",
        )


def _carry_out(move_id):
    """Step by step as the job does.

    :return: seconds in all, and a list of (seconds, what is left) of each step
    """
    steps, start = [], time.perf_counter()
    with harness.environment(bank.COORDINATOR, keep=True) as env:
        move = env["timebank.migration"].browse(move_id)
        move.action_carry_out()
        env.cr.commit()
        while move.state == "running":
            before = time.perf_counter()
            done = move._carry_on()
            env.flush_all()
            env.cr.commit()
            env.invalidate_all()
            steps.append((time.perf_counter() - before, move.left_count))
            if not done:
                break
        taken = time.perf_counter() - start
        # bringing in what could not be would make it look fast
        assert (move.state, move.left_count, move.problem_count) == ("done", 0, 0), "not all came in"
        assert move.disagree_count == 0, "balances are not those of the files"
    return taken, steps


def _copy(move_id):
    """Seconds that plain statements take for the same rows, rolled back."""
    with harness.environment() as env:
        counted = {}
        limits = SQL(
            """UPDATE timebank_account a
                  SET credit_limit_minutes = o.credit_limit_minutes, has_own_limit = o.has_own_limit
                 FROM copied_timebank_account c JOIN timebank_account o ON o.id = c.old
                WHERE a.id = c.new"""
        )
        queries = [
            (table, *_prepare_copy(env, table, which, naming, instead))
            for table, which, naming, instead in COPIED
        ]

        def run():
            for table, numbering, copying in queries:
                env.cr.execute(numbering, {"move": move_id})
                env.cr.execute(copying)
                counted[table] = env.cr.rowcount
            env.cr.execute(limits)
            for noting in NOTED:
                env.cr.execute(noting)
                counted[noting] = env.cr.rowcount

        taken = harness.seconds(env, run)
        assert counted["res_partner"] == counted["timebank_member"] == PEOPLE, counted
        assert counted["timebank_transfer"] == counted["timebank_hours"] == MOVEMENTS, counted
        assert [counted[noting] for noting in NOTED] == [PEOPLE, MOVEMENTS], counted
    return taken


def _prepare_copy(env, table, which, naming, instead):
    """Two statements: the new numbers of a table's rows, and the rows."""
    columns = [
        name
        for (name,) in env.execute_query(
            SQL(
                """SELECT column_name FROM information_schema.columns
                    WHERE table_schema = current_schema AND table_name = %s AND column_name != 'id'""",
                table,
            )
        )
    ]
    numbering = (
        f"CREATE TEMP TABLE copied_{table} ON COMMIT DROP AS"
        f" SELECT id AS old, nextval('{table}_id_seq') AS new FROM {table} WHERE {which};"
        f" CREATE INDEX ON copied_{table} (old); ANALYZE copied_{table}"
    )
    values, joins = [], []
    for column in columns:
        if column in naming:
            other = f"of_{column}"
            joins.append(f"LEFT JOIN copied_{naming[column]} AS {other} ON {other}.old = old_row.{column}")
            values.append(f"COALESCE({other}.new, old_row.{column})")
        else:
            values.append(instead.get(column, f'old_row."{column}"'))
    names = ", ".join(f'"{column}"' for column in columns)
    copying = (
        f"INSERT INTO {table} (id, {names}) SELECT copied.new, {', '.join(values)}"
        f" FROM copied_{table} AS copied JOIN {table} AS old_row ON old_row.id = copied.old"
        f" {' '.join(joins)} ORDER BY copied.old"
    )
    return numbering, copying


def _forget_peak():
    """The most memory that this process has had counts from here (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")


def _get_peak():
    """The most memory that this process has had since, in MiB."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024
