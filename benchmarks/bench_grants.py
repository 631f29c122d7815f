"""Grants: matching thousands of bills, opening a large reconciliation, reading the spend.

The matcher is also run without a database on claims and bills of which it is known which
belong together, in two orders. A pair counts as found strictly when it is the very pair
that was made; *up to interchangeable claims* when the claim matched has the same supplier,
product, quantity and cost as the true one, which no bill without a code can tell apart.
"""

import random
from datetime import date, timedelta

from odoo.fields import Command

from . import bank, harness

COUNT = 10_000
FINANCE = "bench_finance"
GRANTS, LINES = 200, 600_000
ROUNDS = 5
TODAY = date.today()

#: Approved claims, as their verb leaves them; their credits are of no matter here.
CLAIMS = """
INSERT INTO timebank_redemption (reward_id, scheme_id, company_id, partner_id, account_id, quantity,
    minutes, hours, cash_amount, cost_amount, state, requested_on, approved_on, kept_code, grant_id,
    matched_amount, tolerance_amount, billing_done, create_uid, create_date, write_uid, write_date)
SELECT %(reward)s, %(bank)s, %(company)s, %(partner)s, %(account)s, 1, 10, 10 / 60.0, 0, 12, 'approved',
       CURRENT_DATE - n %% 90, CURRENT_DATE - n %% 90, 'B' || lpad(n::text, 11, '0'), %(grant)s,
       0, 1.2, FALSE, 1, now(), 1, now()
  FROM generate_series(1, %(count)s) n
"""

SPEND = """
INSERT INTO account_analytic_line (name, date, amount, {column}, general_account_id, company_id,
    currency_id, unit_amount, category, create_uid, create_date, write_uid, write_date)
SELECT 'Spend', CURRENT_DATE - n %% 700, -1 - n %% 50, (%(accounts)s::int[])[1 + n %% %(grants)s],
       %(general)s, %(company)s, %(currency)s, 1, 'other', 1, now(), 1, now()
  FROM generate_series(1, %(lines)s) n
"""


def measure(report):
    """The pure matcher, the same through the models, the reconciliation, the spend query."""
    _match_purely(report)
    ids = _open(report)
    _match(report, ids)
    _reconcile(report, ids)
    _spend(report)


def _match_purely(report):
    # addons can be imported once Odoo is set up
    from odoo.addons.timebank_coproduction.tests.grant.bill_sample import sample
    from odoo.addons.timebank_coproduction.tools import bill_matching

    report.subject(f"Which of {COUNT:,} bills pays for which of {COUNT:,} claims, with known truth")
    claims, bills, truth = sample(COUNT)
    found = {}

    def run(order):
        random.Random(order).shuffle(claims)
        random.Random(order + 1).shuffle(bills)
        with harness.environment() as env:
            return harness.seconds(env, lambda: found.update({order: bill_matching.match(claims, bills)}))

    medians = harness.take_turns(3, {order: lambda order=order: run(order) for order in (1, 2)})
    pairs = {(match.claim, match.bill) for match in found[1]}
    alike = {claim.id: (claim.supplier, claim.product, claim.quantity, claim.amount) for claim in claims}
    kinds = {(alike[claim], bill) for claim, bill in truth}
    fitting = sum((alike[claim], bill) in kinds for claim, bill in pairs)
    wrong = [m for m in found[1] if m.reason == "code" and (m.claim, m.bill) not in truth]
    report.figure("Matched, without the database", medians[1], "s")
    report.figure("Differs with the order of records", int(found[1] != found[2]), at_most=0)
    report.figure("False matches by code", len(wrong), at_most=0)
    report.figure("Precision, the very pair", 100 * len(pairs & truth) / len(pairs), "%")
    report.figure("Precision, up to interchangeable claims", 100 * fitting / len(pairs), "%", at_least=99)
    report.figure("True pairs found, the very pair", 100 * len(pairs & truth) / len(truth), "%")
    report.figure("True pairs found, up to interchangeable", 100 * fitting / len(truth), "%", at_least=95)


def _open(report):
    """A grant with claims, and one posted entry whose lines bill them by code."""
    with harness.environment(keep=True) as env:
        ids = bank.open_bank(env, "GRANT")
        group = env.ref("timebank_coproduction.group_timebank_finance")
        user = env["res.users"].create(
            {"name": FINANCE, "login": FINANCE, "group_ids": [Command.set(group.ids)]}
        )
        funder = env["res.partner"].create({"name": "Measured funder"})
        grant = env["timebank.grant"].create(
            {
                "name": "Measured",
                "funder_id": funder.id,
                "amount": 10_000_000,
                "date_start": TODAY - timedelta(days=365),
                "date_end": TODAY + timedelta(days=365),
                "scheme_ids": [Command.set([ids["bank"]])],
                "every_expense_counts": True,
                "user_id": user.id,
            }
        )
        grant.action_open()
        reward = env["timebank.reward"].create(
            {
                "name": "Measured",
                "scheme_id": ids["bank"],
                "minutes": 10,
                "expected_cost": 12,
                "supplier_id": funder.id,
            }
        )
        env.flush_all()
        env.cr.execute(
            CLAIMS,
            {
                "reward": reward.id,
                "bank": ids["bank"],
                "company": env.company.id,
                "partner": ids["partners"][0],
                "account": ids["accounts"][0],
                "grant": grant.id,
                "count": COUNT,
            },
        )
        ids.update(grant=grant.id, analytic=grant.analytic_account_id.id, supplier=funder.id)
    with harness.environment(keep=True) as env:
        _post_bills(env, ids)
    harness.run_outside("VACUUM ANALYZE")
    return ids


def _post_bills(env, ids):
    """Journal entries of 500 lines, posted by Odoo; one line in ten costs more than was claimed."""
    expense = env["account.account"].search(
        [("account_type", "=", "expense"), ("company_ids", "in", env.company.ids)], limit=1
    )
    payable = env["account.account"].search(
        [("account_type", "=", "liability_current"), ("company_ids", "in", env.company.ids)], limit=1
    )
    journal = env["account.journal"].search(
        [("type", "=", "general"), ("company_id", "=", env.company.id)], limit=1
    )
    vals_list = []
    for start in range(1, COUNT + 1, 500):
        prices = {n: 13 if n % 10 == 0 else 12 for n in range(start, start + 500)}
        lines = [
            Command.create(
                {
                    "name": f"swim B{n:011d}",
                    "account_id": expense.id,
                    "partner_id": ids["supplier"],
                    "debit": price,
                    "analytic_distribution": {ids["analytic"]: 100},
                }
            )
            for n, price in prices.items()
        ]
        lines.append(Command.create({"account_id": payable.id, "credit": sum(prices.values())}))
        vals_list.append({"journal_id": journal.id, "date": TODAY, "line_ids": lines})
    env["account.move"].create(vals_list).action_post()


def _match(report, ids):
    report.subject(f"Matching {COUNT:,} bill lines with {COUNT:,} claims through the models")
    found = []

    def match():
        with harness.environment(FINANCE) as env:
            grant = env["timebank.grant"].browse(ids["grant"])
            taken = harness.seconds(env, grant.action_auto_match)
            matches = env["timebank.reward.match"].search([("grant_id", "=", grant.id)])
            found.append(
                sorted((m.redemption_id.id, m.move_line_id.id, m.amount, m.found_by) for m in matches)
            )
        return taken

    medians = harness.take_turns(2, {"match": match})
    report.figure("Match automatically", medians["match"], "s", at_most=5)
    report.figure("Matched", len(found[0]))
    report.figure("Differs from one run to the next", int(found[0] != found[1]), at_most=0)


def _reconcile(report, ids):
    report.subject(f"The reconciliation of a grant with {COUNT:,} claims")
    with harness.environment(FINANCE, keep=True) as env:
        env["timebank.grant"].browse(ids["grant"]).action_auto_match()
    with harness.environment(FINANCE, keep=True) as env:
        reconciliation = env["timebank.reconciliation"].create(
            {"grant_id": ids["grant"], "date_from": TODAY - timedelta(days=365), "date_to": TODAY}
        )
        # right after the matching: PostgreSQL has not looked at what is in the tables since
        taken = harness.seconds(env, reconciliation.action_refresh)
        report.figure("Bring it up to date", taken, "s", at_most=3)
        reconciliation.line_ids.filtered(lambda line: line.status != "matched").write({"note": "New price"})
        report.figure("Lines", len(reconciliation.line_ids))
    with harness.environment(FINANCE, keep=True) as env:
        again = env["timebank.grant"].browse(ids["grant"]).action_reconcile
        report.figure("“Reconcile” on the grant, nothing new", harness.seconds(env, again), "s", at_most=2)
    harness.run_outside("VACUUM ANALYZE timebank_reconciliation_line")
    draft = harness.take_turns(ROUNDS, {"open": lambda: _look(reconciliation.id)})
    report.figure("Open the draft", draft["open"], "s", at_most=2)
    with harness.environment(FINANCE, keep=True) as env:
        reconciliation = reconciliation.with_env(env)
        report.figure("Sign", harness.seconds(env, reconciliation.action_prepare), "s")
    signed = harness.take_turns(ROUNDS, {"open": lambda: _look(reconciliation.id)})
    report.figure("Open the signed one, nothing changed since", signed["open"], "s", at_most=1)
    with harness.environment(keep=True) as env:
        _set_back(env, ids)
    drifted = harness.take_turns(ROUNDS, {"open": lambda: _look(reconciliation.id)})
    report.figure("Open the signed one, 500 bill lines set back", drifted["open"], "s", at_most=1)


def _set_back(env, ids):
    """One of the posted entries is a draft again."""
    line = env["timebank.bill.line"].search([("grant_id", "=", ids["grant"])], limit=1)
    line.move_line_id.move_id.button_draft()


def _look(record_id):
    """What the form asks when it is opened: its fields, with the first page of lines."""
    with harness.environment(FINANCE) as env:
        record = env["timebank.reconciliation"].browse(record_id)
        views = record.get_views([(False, "form")])["models"]
        fields = views["timebank.reconciliation"]["fields"]
        shown = {name: {} for name in fields if name != "line_ids"}
        columns = ("status", "claimed_on", "claim_name", "supplier_name", "bill_name", "billed_on")
        amounts = ("cost_amount", "billed_amount", "difference_amount", "note", "currency_id")
        shown["line_ids"] = {"fields": {name: {} for name in columns + amounts}, "limit": 40}
        env.invalidate_all()
        return harness.seconds(env, lambda: record.web_read(shown))


def _spend(report):
    # Odoo's own sums whatever is on the accounts; ours has to leave out what is no expense.
    report.subject(f"Spending of {GRANTS} grants, {LINES:,} analytic lines")
    with harness.environment(keep=True) as env:
        plan = next(iter(env["account.analytic.plan"]._get_all_plans()))
        accounts = env["account.analytic.account"].create(
            [{"name": f"Grant {number}", "plan_id": plan.id} for number in range(GRANTS)]
        )
        funder = env["res.partner"].create({"name": "Another funder"})
        grants = env["timebank.grant"].create(
            [
                {"name": account.name, "funder_id": funder.id, "amount": 1, "analytic_account_id": account.id}
                for account in accounts
            ]
        )
        column = plan._column_name()
        env.flush_all()
        env.cr.execute(
            SPEND.format(column=column),
            {
                "accounts": accounts.ids,
                "grants": GRANTS,
                "general": env["account.account"].search([("account_type", "=", "expense")], limit=1).id,
                "company": env.company.id,
                "currency": env.company.currency_id.id,
                "lines": LINES,
            },
        )
        grant_ids, account_ids = grants.ids, accounts.ids
    harness.run_outside("VACUUM ANALYZE account_analytic_line")
    totals = {}

    def ours():
        with harness.environment() as env:
            grants = env["timebank.grant"].browse(grant_ids)
            grants.mapped("analytic_account_id.plan_id")
            return harness.seconds(env, lambda: totals.update(ours=grants._get_spend_totals()))

    def odoo():
        with harness.environment() as env:
            lines = env["account.analytic.line"]
            return harness.seconds(
                env,
                lambda: totals.update(
                    odoo=lines._read_group([(column, "in", account_ids)], [column], ["amount:sum"])
                ),
            )

    ours(), odoo()  # as warm as a server that runs
    medians = harness.take_turns(3 * ROUNDS, {"ours": ours, "odoo": odoo})
    assert round(sum(totals["ours"].values())) == round(-sum(amount for _account, amount in totals["odoo"]))
    report.figure("Spending per grant", medians["ours"], "s")
    report.figure("Odoo's own grouping by account", medians["odoo"], "s")
    report.figure("Against Odoo's own", medians["ours"] / medians["odoo"], "times as long", at_most=1.5)
