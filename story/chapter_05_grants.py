"""Finance opens a grant, pays for its rewards, and reconciles it with the books."""

import csv
import io
from datetime import timedelta

import openpyxl

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command

from story import step

ADDON = "timebank_coproduction."
STATEMENT = ADDON + "report_reconciliation"


def today(world):
    return fields.Date.context_today(world.env["timebank.grant"])


def refused(call, *args):
    """The sentence with which a call is refused; fails if it isn't."""
    try:
        call(*args)
    except UserError as sentence:
        return str(sentence)
    raise AssertionError(f"{call.__name__} should have been refused")


def analytic_balance(world, reconciliation):
    """What Odoo's own analytic account says was spent in the period."""
    # sudo: what an accountant with Odoo's analytic right would read
    account = reconciliation.grant_id.sudo().analytic_account_id.with_context(
        from_date=reconciliation.date_from, to_date=reconciliation.date_to
    )
    return -account.balance


def agrees(world, reconciliation):
    """Whether lines, figures and Odoo's analytic balance are the same to the penny."""
    same = reconciliation.currency_id.compare_amounts
    balance = analytic_balance(world, reconciliation)
    lines = sum(reconciliation.line_ids.mapped("billed_amount"))
    assert same(reconciliation.gap_amount, 0) == 0
    assert same(lines, balance) == 0, (lines, balance)
    assert same(reconciliation.spent_amount, balance) == 0
    assert same(reconciliation.ledger_amount, balance) == 0
    return balance


def reconcile(world, grant):
    """A draft from the grant's first day to today, with every difference explained."""
    reconciliation = world.env["timebank.reconciliation"].create(
        {"grant_id": grant.id, "date_from": grant.date_start, "date_to": today(world)}
    )
    reconciliation.action_refresh()
    sentence = refused(reconciliation.action_prepare) if reconciliation.unexplained_count else ""
    for line in reconciliation.line_ids:
        if line.status != "matched" and not line.note:
            line.note = "Looked at with the supplier's statement"
    return reconciliation, sentence


def export(world, reconciliation, name):
    """The workbook and the PDF; both say the same as the analytic account."""
    world.save(f"{name}.xlsx", reconciliation._make_workbook())
    book = openpyxl.load_workbook(world.out / f"{name}.xlsx", data_only=True)
    shown = {row[0].value: row[1].value for row in book["Summary"].iter_rows(min_row=2) if row[0].value}
    balance = analytic_balance(world, reconciliation)
    same = reconciliation.currency_id.compare_amounts
    assert same(shown["Spent this period"], balance) == 0
    assert same(shown["Odoo's analytic balance for the period"], balance) == 0
    pages, text = world.pdf(STATEMENT, reconciliation, f"{name}.pdf")
    assert "agree with the analytic account to the penny" in text
    return f"{name}.xlsx and {name}.pdf, {pages} pages"


@step("finance", "opens a grant of 500, of which a tenth may buy rewards")
def open_grant(world):
    grant = world.env["timebank.grant"].create(
        {
            "name": "Quayside Kick-start",
            "reference": "QK-1",
            "funder_id": world.ref(ADDON + "partner_harbour").id,
            "amount": 500,
            "reward_percentage": 10,
            "date_start": today(world) - timedelta(days=60),
            "date_end": today(world) + timedelta(days=120),
            "scheme_ids": [Command.set(world["bank"].ids)],
            "every_expense_counts": True,
        }
    )
    assert grant.reward_budget == 50
    grant.action_open()
    assert grant.state == "open" and grant.analytic_account_id
    world["grant"] = grant
    return f"{grant.reward_budget:.2f} for rewards, on the analytic account {grant.analytic_account_id.name}"


@step("coordinator", "publishes a reward that costs 18 a time")
def publish(world):
    reward = world.env["timebank.reward"].create(
        {
            "name": "Driving lesson",
            "scheme_id": world["bank"].id,
            "minutes": 30,
            "expected_cost": 18,
            "approval": "manual",
            "supplier_id": world.ref(ADDON + "partner_driving").id,
            "product_id": world.ref(ADDON + "product_driving_lesson").id,
        }
    )
    reward.action_publish()
    world["reward"] = reward
    return reward.name


@step("coordinator", "approves two claims; the third would break the budget")
def approve(world):
    people = [world.ref(f"{ADDON}partner_{name}").id for name in ("rosa", "mateusz", "rosa")]
    claims = world.env["timebank.redemption"].create(
        [{"reward_id": world["reward"].id, "partner_id": person} for person in people]
    )
    claims.action_request()
    claims[:2].action_approve()
    assert claims[:2].grant_id == world["grant"]
    sentence = refused(claims[2].action_approve)
    assert claims[2].state == "requested"
    world["claims"] = claims
    return f"Refused: {sentence}"


@step("finance", "allows it with a reason")
def override(world):
    world["claims"][2].action_override_budget("Agreed with the funder by telephone")
    return world["claims"][2].budget_override_reason


@step("coordinator", "approves it now")
def approve_third(world):
    world["claims"][2].action_approve()
    assert world["claims"][2].state == "approved"
    grant = world["grant"]
    assert grant.remaining_amount == -4
    return "4.00 more than the budget is committed, and shown in red"


@step("finance", "posts two bills of the driving school in Odoo's accounting")
def post_bills(world):
    codes = world["claims"].sudo().mapped("code")
    analytic = world["grant"].analytic_account_id.id

    def line(label, price):
        return Command.create(
            {
                "name": label,
                "price_unit": price,
                "tax_ids": [],
                "analytic_distribution": {analytic: 100},
            }
        )

    bills = world.env["account.move"].create(
        [
            {
                "move_type": "in_invoice",
                "partner_id": world.ref(ADDON + "partner_driving").id,
                "ref": number,
                "invoice_date": today(world),
                "invoice_line_ids": lines,
            }
            for number, lines in (
                ("SW-2001", [line(f"Lesson {codes[0].lower()}", 18), line(f"Lesson, {codes[1]}", 18)]),
                ("SW-2002", [line("Half a lesson, cut short by snow", 9)]),
            )
        ]
    )
    bills.action_post()
    world["bills"] = bills
    return ", ".join(bills.mapped("name"))


@step("finance", "lets the bills be matched automatically")
def match(world):
    told = world["grant"].action_auto_match()["params"]["message"]
    matches = world["claims"].match_ids
    assert matches.mapped("found_by") == ["code", "code"]
    return told


@step("finance", "matches the last by hand, and says why it differs")
def match_by_hand(world):
    grant = world["grant"]
    rows = grant.get_matching()
    bill, claim = rows["bills"][0]["id"], world["claims"][2].id
    assert len(rows["bills"]) == 1
    sentence = refused(grant.match_selected, [bill], [claim])
    grant.match_selected([bill], [claim], "fewer", "Half an hour only")
    assert world["claims"][2].billing_done and grant.billed_unmatched_amount == 0
    return f"{sentence} “Fewer delivered: half an hour only”"


@step("finance", "prepares the reconciliation")
def prepare(world):
    reconciliation, _sentence = reconcile(world, world["grant"])
    reconciliation.action_prepare()
    balance = agrees(world, reconciliation)
    assert balance == 45
    world["reconciliation"] = reconciliation
    return (
        f"{balance:.2f} spent, the same as Odoo's analytic balance. {refused(reconciliation.action_review)}"
    )


@step("finance2", "reviews it, as a second person")
def review(world):
    world["reconciliation"].action_review()
    assert world["reconciliation"].state == "reviewed" and world["reconciliation"].hash
    return f"Signed twice, hash {world['reconciliation'].hash[:16]}…"


@step("finance", "sets a bill back to draft afterwards: the signed one says so")
def drift(world):
    reconciliation = world["reconciliation"]
    assert not reconciliation.has_drift
    world["bills"][1].button_draft()
    reconciliation.invalidate_recordset()
    assert reconciliation.has_drift and reconciliation.spent_amount == 45
    found = reconciliation.drift.splitlines()[0]
    world["bills"][1].action_post()
    reconciliation.invalidate_recordset()
    assert not reconciliation.has_drift
    return f"“{found}”; posted again, it is gone"


@step("finance", "reconciles the other two grants of the year")
def reconcile_others(world):
    told = []
    for name in ("neighbours", "active"):
        grant = world.ref(f"{ADDON}grant_{name}")
        reconciliation, sentence = reconcile(world, grant)
        assert "have no explanation yet" in sentence
        reconciliation.action_prepare()
        told.append(f"{grant.name} {agrees(world, reconciliation):.2f}")
        world[name] = reconciliation
    return ", ".join(told) + ": each the same as Odoo's analytic balance"


@step("finance", "reads the budget against what was spent, line by line")
def read_budget(world):
    grant = world.ref(ADDON + "grant_neighbours")
    lessons, trips = grant.budget_line_ids
    assert lessons.billed_amount and lessons.unbilled_amount, (
        "each claim is in the line that names its reward"
    )
    for whole, part in (
        ("billed_amount", "unallocated_billed"),
        ("committed_amount", "unallocated_committed"),
    ):
        total = sum(grant.budget_line_ids.mapped(whole)) + grant[part]
        assert grant.company_currency_id.compare_amounts(total, grant[whole]) == 0
    return "; ".join(
        f"{line.name}: {line.amount:.2f}, spent {line.billed_amount:.2f}, to bill {line.unbilled_amount:.2f},"
        f" left {line.remaining_amount:.2f}"
        for line in (lessons, trips)
    )


@step("finance2", "reviews both, and writes workbooks and statements for the funders")
def export_all(world):
    told = []
    for name in ("neighbours", "active"):
        world[name].action_review()
        told.append(export(world, world[name], f"reconciliation-{name}"))
    return "; ".join(told)


@step("finance", "publishes the awards in 360Giving's columns")
def publish_awards(world):
    grants = world.env["timebank.grant"].search([("state", "=", "open")])
    content = grants._make_360giving()
    world.save("awards-360giving.csv", content)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert {row["Title"] for row in rows} == set(grants.mapped("name"))
    assert all(row["Funding Org:Name"] and row["Amount Awarded"] for row in rows)
    return f"awards-360giving.csv, {len(rows)} awards"
