"""Approving thousands of hours in one call, against the least that PostgreSQL can do.

The plain statements leave the same rows in `timebank_hours`, `timebank_transfer` and
the accounts, under the same constraints and triggers; that they do is checked. They ask
no rule, check no right and close nobody's to-do, all of which the verb does. The peers
are what Odoo itself does for a similar record, created through the ORM.
"""

from datetime import date

from odoo.tools import SQL

from . import bank, harness

ENTRIES = 10_000
ROUNDS = 5
PEER_LINES, PEER_ENTRIES = 1_000, 100

#: What the verb leaves behind, apart from the order in which numbers were drawn.
ROWS = """
SELECT h.id, h.state, h.approver_id, h.approved_on IS NOT NULL, h.earns_credit,
       h.write_uid, t.date, t.scheme_id, t.from_account_id, t.to_account_id, t.minutes,
       t.hours, t.kind, t.memo, t.create_uid, t.write_uid, length(t.name),
       a.balance_minutes
  FROM timebank_hours h
  JOIN timebank_transfer t ON t.hours_id = h.id
  JOIN timebank_account a ON a.id = t.to_account_id
 WHERE h.scheme_id = %s ORDER BY h.id
"""

APPROVE = """
UPDATE timebank_hours
   SET state = 'approved', approver_id = %(user)s, approved_on = %(now)s,
       earns_credit = TRUE, write_uid = %(user)s, write_date = %(now)s
 WHERE scheme_id = %(bank)s AND state = 'submitted'
"""

CREDIT = """
INSERT INTO timebank_transfer (name, date, scheme_id, from_account_id, to_account_id,
    minutes, hours, kind, memo, hours_id, create_uid, create_date, write_uid,
    write_date)
SELECT 'HOURS/' || lpad(nextval(%(sequence)s)::text, 6, '0'), h.date, h.scheme_id,
       COALESCE(r.account_id, s.operating_account_id), m.account_id, h.minutes,
       h.minutes / 60.0::float8, CASE WHEN r.id IS NULL THEN 'earn' ELSE 'exchange' END,
       h.description, h.id, %(user)s, %(now)s, %(user)s, %(now)s
  FROM timebank_hours h
  JOIN timebank_scheme s ON s.id = h.scheme_id
  JOIN timebank_member m ON m.scheme_id = h.scheme_id AND m.partner_id = h.partner_id
  LEFT JOIN timebank_member r
         ON r.scheme_id = h.scheme_id AND r.partner_id = h.receiver_id
 WHERE h.scheme_id = %(bank)s AND h.state = 'approved'
"""


def measure(report):
    """The verb, the plain statements and Odoo's own records take turns."""
    report.subject(f"Recording and approving {ENTRIES:,} hours")
    ids = _record(report)
    medians = harness.against_plain_sql(
        bank.COORDINATOR,
        verb=lambda env: env["timebank.hours"].browse(ids["hours"]).action_approve,
        plain=lambda env: harness.statements(env, ids, APPROVE, CREDIT),
        rows=SQL(ROWS, ids["bank"]),
        tables=("timebank_hours", "timebank_transfer", "timebank_account"),
        rounds=ROUNDS,
        peers={"timesheets": _timesheets, "journal": _journal_entries},
    )
    speed = ENTRIES / medians["verb"]
    timesheets = PEER_LINES / medians["timesheets"]
    journal = PEER_ENTRIES / medians["journal"]
    report.against_sql("Approve", medians, at_most=3)
    report.figure("Approved", speed, "per second")
    report.figure("Timesheet lines created", timesheets, "per second")
    report.figure("Approve against timesheet lines", speed / timesheets, "times", at_least=5)
    report.figure("Journal entries created and posted", journal, "per second")
    report.figure("Approve against journal entries", speed / journal, "times", at_least=40)
    _count_queries(report, ids)


def _record(report):
    """Make the entries as a coordinator would; these figures have no bar."""
    with harness.environment(keep=True) as env:
        ids = bank.open_bank(env, "HOURS")
    with harness.environment(bank.COORDINATOR, keep=True) as env:
        hours = env["timebank.hours"]
        vals_list = bank.hours_vals(ids, ENTRIES)
        created = harness.seconds(env, lambda: ids.update(hours=hours.create(vals_list).ids))
    with harness.environment(bank.COORDINATOR, keep=True) as env:
        entries = env["timebank.hours"].browse(ids["hours"])
        submitted = harness.seconds(env, entries.action_submit)
    report.figure("Recorded", ENTRIES / created, "per second")
    report.figure("Handed in", ENTRIES / submitted, "per second")
    return ids


def _timesheets():
    with harness.environment() as env:
        employee = env["hr.employee"].search([("user_id", "!=", False)], limit=1)
        project = env["project.project"].search(
            [("allow_timesheets", "=", True), ("is_template", "=", False)], limit=1
        )
        vals_list = [
            {
                "name": f"Help {number}",
                "project_id": project.id,
                "employee_id": employee.id,
                "date": date.today(),
                "unit_amount": 1.5,
            }
            for number in range(PEER_LINES)
        ]
        lines = env["account.analytic.line"]
        return harness.seconds(env, lambda: lines.create(vals_list))


def _journal_entries():
    with harness.environment() as env:
        journal = env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", env.company.id)], limit=1
        )
        accounts = env["account.account"].search(
            [("account_type", "in", ("expense", "asset_current"))], limit=2
        )
        vals_list = [
            {
                "journal_id": journal.id,
                "date": date.today(),
                "line_ids": [
                    (0, 0, {"account_id": accounts[0].id, "debit": 15.0}),
                    (0, 0, {"account_id": accounts[1].id, "credit": 15.0}),
                ],
            }
            for _number in range(PEER_ENTRIES)
        ]
        moves = env["account.move"]
        return harness.seconds(env, lambda: moves.create(vals_list).action_post())


def _count_queries(report, ids):
    """Queries of the verb; what they grow by is a fixed number for each thousand."""
    counts = {}
    for entries in (500, 1_000, ENTRIES):
        with harness.environment(bank.COORDINATOR) as env:
            hours = env["timebank.hours"].browse(ids["hours"][:entries])
            before = env.cr.sql_log_count
            harness.seconds(env, hours.action_approve)
            counts[entries] = env.cr.sql_log_count - before
    report.figure("Queries for 1,000 entries", counts[1_000])
    report.figure(
        "Queries more for 1,000 entries than for 500",
        counts[1_000] - counts[500],
        at_most=0,
    )
    report.figure(
        "Queries for each further 1,000 entries",
        (counts[ENTRIES] - counts[1_000]) / (ENTRIES // 1_000 - 1),
        at_most=5,
    )
