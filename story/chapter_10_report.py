"""What the year's funder is told: drafted, checked, agreed, and kept as it was sent."""

import io
from datetime import timedelta

import openpyxl
from dateutil.relativedelta import relativedelta

from odoo.exceptions import UserError
from odoo.fields import Command

from story import picture, step
from story.chapter_06_year import ADDON, day_of, quiet, today

PAPER = ADDON + "report_funder_report"
BESIDE = (
    ("Mill Ward’s councillors", 600, "Ovens for the kitchen"),
    ("Collections at the lunches", 413.5, "Food"),
    ("St Anne’s church", 0, "The hall on Thursdays"),
)


def period(world):
    """The last twelve whole months."""
    return day_of(world, 12), today(world).replace(day=1) - timedelta(days=1)


def tell_plan(world, first, last):
    """What was planned and what was done of it, in figures, with the reason."""
    bank, grant = world["mill"], world["mill_grant"]
    lunches = world.env["timebank.session"].search(
        [
            ("activity_id", "in", world["mill_activities"].ids),
            ("activity_id.name", "=", "Community lunch"),
            ("state", "=", "done"),
        ]
    )
    lunches = lunches.filtered(lambda session: first <= session.start.date() <= last)
    sustained = bank.get_measures(first, last, grant_id=grant.id)["sustained_people"]
    # sudo: only how many there are
    claims = world.env["timebank.redemption"].sudo().search(grant._get_claims_domain())
    passes = claims.filtered(lambda claim: first <= claim.approved_on.date() <= last)
    return (
        ("Community lunches", "40, planned together", f"{len(lunches)}", "In August the hall was closed."),
        ("People we support who help to run it", "at least 5, for months", f"{sustained}", ""),
        (
            "Swim passes for those who helped",
            "150",
            f"{len(passes)}",
            "Many gave their credits to the pot for the summer outing instead.",
        ),
    )


@step("finance", "posts what the funder paid, in two parts")
def post_income(world):
    grant, (first, _last) = world["mill_grant"], period(world)
    invoices = quiet(world, "account.move").create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": grant.funder_id.id,
                "invoice_date": day,
                "date": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": f"{grant.name}, {part} half",
                            "price_unit": grant.amount / 2,
                            "tax_ids": [],
                            "analytic_distribution": {grant.analytic_account_id.id: 100},
                        }
                    )
                ],
            }
            for part, day in (("first", grant.date_start), ("second", first + relativedelta(months=5)))
        ]
    )
    invoices.action_post()
    return ", ".join(f"{invoice.name} {invoice.amount_total:.2f}" for invoice in invoices)


@step("finance", "posts the pool’s bills for the year, quarter by quarter")
def post_bills(world):
    grant, (first, last) = world["mill_grant"], period(world)
    # sudo: the codes that the pool has written on its bills
    claims = world.env["timebank.redemption"].sudo().search(grant._get_claims_domain(), order="id")
    analytic = grant.analytic_account_id.id
    quarters = [first + relativedelta(months=3 * number) for number in range(4)]
    bills = []
    for start in quarters:
        end = min(start + relativedelta(months=3) - timedelta(days=1), last)
        some = claims.filtered(lambda claim, start=start, end=end: start <= claim.approved_on.date() <= end)
        if some:
            bills.append(
                {
                    "move_type": "in_invoice",
                    "partner_id": world.ref(ADDON + "partner_pool").id,
                    "ref": f"POOL-{end:%Y-%m}",
                    "invoice_date": end,
                    "date": end,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": f"Swim pass {claim.code or ''}".strip(),
                                "price_unit": claim.cost_amount,
                                "tax_ids": [],
                                "analytic_distribution": {analytic: 100},
                            }
                        )
                        for claim in some
                    ],
                }
            )
    bills = quiet(world, "account.move").create(bills)
    bills.action_post()
    grant.action_auto_match()
    return f"{len(bills)} bills, together {sum(bills.mapped('amount_total')):.2f}"


@step("finance", "reconciles the grant up to the year, and then the year itself")
def reconcile(world):
    grant, (first, last) = world["mill_grant"], period(world)
    made = world.env["timebank.reconciliation"]
    for start, end in ((grant.date_start, first - timedelta(days=1)), (first, last)):
        one = made.create({"grant_id": grant.id, "date_from": start, "date_to": end})
        for line in one.line_ids.filtered(lambda line: line.status != "matched"):
            line.note = "The pool bills it with the next quarter"
        one.action_prepare()
        made += one
    world["mill_signed"] = made
    return "; ".join(f"{one.display_name}: {one.spent_amount:.2f} spent" for one in made)


@step("finance2", "reviews both")
def review(world):
    world["mill_signed"].action_review()
    return f"{len(world['mill_signed'])} reconciliations signed by two people"


@step("coordinator", "drafts the report: the figures come by themselves, the words don’t")
def draft(world):
    first, last = period(world)
    report = world.env["timebank.funder.report"].create(
        {
            "grant_id": world["mill_grant"].id,
            "date_from": first,
            "date_to": last,
            "paid_for_text": "So far the award bought swim passes for people who gave their time. The hall"
            " was lent and the food came from collections: the larger part is kept for the coming year.",
            "together_text": "People who first came for a meal now plan the menu, cook, and greet those"
            " who come.",
            "changed_text": "Neighbours who knew nobody two years ago now ask each other first.",
            "learned_text": "A rota works better when those who cook make it themselves. We began in winter,"
            " when few dare to come to a new place: next time we would begin in spring. Asking people to plan"
            " takes an hour more a week, and is worth it.",
            "beside_line_ids": [
                Command.create({"kind": "beside", "name": name, "amount": amount, "reason": what_for})
                for name, amount, what_for in BESIDE
            ],
            "hour_value": 12.21,
            "hour_value_source": "National Living Wage 2025",
            "plan_line_ids": [
                Command.create(
                    {
                        "kind": "plan",
                        "name": name,
                        "planned_text": planned,
                        "done_text": done,
                        "reason": reason,
                    }
                )
                for name, planned, done, reason in tell_plan(world, first, last)
            ],
        }
    )
    # those that their people let funders read
    report.story_ids = world.env["timebank.story"].search(
        [("scheme_id", "=", world["mill"].id), ("may_funder", "=", True)], limit=2
    )
    report.budget_line_ids[:1].reason = "Carry it over to the spring: passes for those who join the new rota."
    question = {"key": "question", "sequence": 135, "title": "How will this go on without you?"}
    question["text"] = "The kitchen’s group has its own key and account since May; we only book the hall."
    report.section_ids = [Command.create(question)]
    report.action_keep_headings()
    report.action_ask_check()
    world["mill_report"] = report
    return f"{report.display_name}: " + ", ".join(
        section["title"] for section in report._make_content()["sections"]
    )


@step("finance", "checks it against what is signed; the figures are kept from here on")
def check(world):
    world["mill_report"].action_check()
    return f"Kept, with the hash {world['mill_report'].content_hash[:16]}…"


@step("coordinator", "can’t change a word any more, nor agree it")
def refused(world):
    try:
        world["mill_report"].learned_text = "Nothing"
    except UserError as sentence:
        return f"“{sentence}”"
    raise AssertionError("what was checked can be changed")


@step("manager", "agrees it, having written nothing in it")
def agree(world):
    world["mill_report"].action_agree()
    return f"Agreed by {world['mill_report'].agreed_by.name}"


@step("coordinator", "sends it: paper, workbook and page, kept for ever")
def send(world):
    report = world["mill_report"]
    report.action_send("reports@harbour.example.org")
    report.action_compare()
    assert report.state == "sent" and report.is_intact and not report.has_drift
    pages, text = world.pdf(PAPER, report, "funder-report.pdf")
    # sudo: the bytes that were kept are nobody's to read but by what hands them out
    workbook = report.sudo()._read_kept("xlsx")
    world.save("funder-report.xlsx", workbook)
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    page = world.save("funder-report.html", report.sudo()._make_page())
    assert f'alt="{picture.SHOWS}"' in page.read_text(), "the story's photo is shown"
    for section in report._get_content()["sections"]:
        assert " ".join(section["title"].split()) in text or section["key"] == "summary", section["title"]
    sheets = len(book.sheetnames)
    return f"funder-report.pdf, {pages} pages; funder-report.xlsx, {sheets} sheets; funder-report.html"
