"""Claiming and issuing in bulk, against the least that PostgreSQL can do.

The plain statements leave the same rows, under the same constraints and triggers; that
they do is checked. They ask no rule and check no right, all of which the verbs do.
"""

from functools import partial

from odoo.tools import SQL

from . import bank, bench_concurrency, harness

CLAIMS = 1_000
VOUCHERS = 5_000
ROUNDS = 7
PRICE = 10
SHARED = 2_000  # claims over all connections

CLAIMED = """
SELECT c.id, c.state, c.requested_on, c.approver_id, c.approved_on IS NOT NULL, c.collect_by,
       c.minutes, c.write_uid, t.date, t.scheme_id, t.from_account_id, t.to_account_id, t.minutes,
       t.hours, t.kind, t.memo, length(t.name), a.balance_minutes
  FROM timebank_redemption c
  JOIN timebank_transfer t ON t.redemption_id = c.id
  JOIN timebank_account a ON a.id = t.from_account_id
 WHERE c.reward_id = %s ORDER BY c.id
"""

CLAIM = """
UPDATE timebank_redemption
   SET state = 'approved', requested_on = CURRENT_DATE, approved_on = %(now)s,
       collect_by = CURRENT_DATE + 90, write_uid = %(user)s, write_date = %(now)s
 WHERE reward_id = %(reward)s AND state = 'draft'
"""

PAY = """
INSERT INTO timebank_transfer (name, date, scheme_id, from_account_id, to_account_id,
    minutes, hours, kind, memo, redemption_id, create_uid, create_date, write_uid, write_date)
SELECT s.code || '/' || lpad(nextval(%(sequence)s)::text, 6, '0'), CURRENT_DATE, c.scheme_id,
       c.account_id, s.operating_account_id, c.minutes, c.minutes / 60.0::float8, 'redeem',
       'Measured', c.id, %(user)s, %(now)s, %(user)s, %(now)s
  FROM timebank_redemption c JOIN timebank_scheme s ON s.id = c.scheme_id
 WHERE c.reward_id = %(reward)s
"""

ISSUED = """
SELECT scheme_id, company_id, minutes, expires_on, state, length(code), count(*), count(DISTINCT code)
  FROM timebank_voucher WHERE batch_id = %s GROUP BY 1, 2, 3, 4, 5, 6
"""

#: A random UUID holds more chance than a code, and is the fastest that PostgreSQL has.
ISSUE = """
INSERT INTO timebank_voucher (batch_id, scheme_id, company_id, minutes, expires_on, state, code)
SELECT %(batch)s, b.scheme_id, b.company_id, b.minutes, b.expires_on, 'issued',
       upper(substr(code, 1, 4) || '-' || substr(code, 5, 4) || '-' || substr(code, 15, 4)
             || '-' || substr(code, 20, 4))
  FROM timebank_voucher_batch b,
       LATERAL (SELECT gen_random_uuid()::text AS code FROM generate_series(1, b.quantity)) row
 WHERE b.id = %(batch)s
"""

OUTLAY = """
INSERT INTO timebank_transfer (name, date, scheme_id, from_account_id, to_account_id,
    minutes, hours, kind, memo, voucher_batch_id, create_uid, create_date, write_uid, write_date)
SELECT s.code || '/' || lpad(nextval(%(sequence)s)::text, 6, '0'), CURRENT_DATE, b.scheme_id,
       s.operating_account_id, a.id, b.quantity * b.minutes, b.quantity * b.minutes / 60.0::float8,
       'voucher_issue', 'Measured', b.id, %(user)s, %(now)s, %(user)s, %(now)s
  FROM timebank_voucher_batch b
  JOIN timebank_scheme s ON s.id = b.scheme_id
  JOIN timebank_account a ON a.scheme_id = s.id AND a.kind = 'voucher'
 WHERE b.id = %(batch)s
"""


def measure(report):
    """Claims, vouchers, and claims from eight connections."""
    ids = _open()
    _claims(report, ids)
    _vouchers(report, ids)
    _at_once(report)


def _open():
    """A bank whose members have credits, and a reward without a limit."""
    with harness.environment(keep=True) as env:
        ids = bank.open_bank(env, f"R{env['timebank.scheme'].search_count([])}")
        env["timebank.transfer"]._post(
            [
                {
                    "from_account_id": ids["operating"],
                    "to_account_id": account,
                    "minutes": 1_000 * PRICE,
                    "kind": "opening",
                }
                for account in ids["accounts"]
            ]
        )
        reward = env["timebank.reward"].create(
            {"name": "Measured", "scheme_id": ids["bank"], "minutes": PRICE, "approval": "auto"}
        )
        reward.action_publish()
        ids["reward"] = reward.id
    return ids


def _draft(ids, count, env):
    vals_list = [
        {"reward_id": ids["reward"], "partner_id": ids["partners"][number % bank.PEOPLE]}
        for number in range(count)
    ]
    return env["timebank.redemption"].create(vals_list)


def _claims(report, ids):
    report.subject(f"{CLAIMS:,} claims of a reward without a limit, in one call")
    with harness.environment(bank.COORDINATOR, keep=True) as env:
        drafted = harness.seconds(env, lambda: ids.update(claims=_draft(ids, CLAIMS, env).ids))
    medians = harness.against_plain_sql(
        bank.COORDINATOR,
        verb=lambda env: env["timebank.redemption"].browse(ids["claims"]).action_request,
        plain=lambda env: harness.statements(env, ids, CLAIM, PAY),
        rows=SQL(CLAIMED, ids["reward"]),
        tables=("timebank_redemption", "timebank_transfer", "timebank_account"),
        rounds=ROUNDS,
    )
    report.figure("Drafts created", CLAIMS / drafted, "per second")
    report.against_sql("Claim", medians, at_most=2)


def _vouchers(report, ids):
    report.subject(f"{VOUCHERS:,} vouchers issued in one call")
    with harness.environment(keep=True) as env:
        env["timebank.scheme"].browse(ids["bank"])._get_voucher_account()
        batch = env["timebank.voucher.batch"].create({"scheme_id": ids["bank"], "quantity": VOUCHERS})
        ids["batch"] = batch.id
    medians = harness.against_plain_sql(
        bank.COORDINATOR,
        verb=lambda env: env["timebank.voucher.batch"].browse(ids["batch"]).action_issue,
        plain=lambda env: harness.statements(env, ids, OUTLAY, ISSUE),
        rows=SQL(ISSUED, ids["batch"]),
        tables=("timebank_voucher", "timebank_voucher_batch", "timebank_transfer", "timebank_account"),
        rounds=ROUNDS,
    )
    report.against_sql("Issue", medians, at_most=3)


def _at_once(report):
    connections = bench_concurrency.CONNECTIONS
    report.subject(f"{connections} connections claiming the same reward, {SHARED:,} claims in all")
    failures = []
    contestants = {count: partial(_claim_by, count, failures) for count in (1, connections)}
    medians = harness.take_turns(bench_concurrency.ROUNDS, contestants)
    report.figure("Failed", len(failures), at_most=0)
    report.figure("One connection", medians[1], "s")
    report.figure(f"{connections} connections", medians[connections], "s")
    report.figure(
        f"{connections} connections against one",
        medians[connections] / medians[1],
        "times as long",
        at_most=1.3,
    )


def _claim_by(connections, failures):
    """Seconds until `connections` have claimed for different members, a share each."""
    ids = _open()
    with harness.environment(keep=True) as env:
        claims = _draft(ids, SHARED, env)
        shares = [
            claims.filtered(lambda claim, share=share: claim.partner_id.id % connections == share).ids
            for share in range(connections)
        ]
    jobs = [partial(_request, share) for share in shares]
    taken, outcomes = bench_concurrency._run_at_once(ids["coordinator"], jobs)
    failures += [outcome for outcome in outcomes if outcome is not True]
    with harness.environment() as env:
        failures += env["timebank.scheme"].browse(ids["bank"]).check_ledger()
    return taken


def _request(ids, env):
    env["timebank.redemption"].browse(ids).action_request()
