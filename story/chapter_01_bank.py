"""A bank opens, people give time, and the books are closed for the night."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from story import step

ADDON = "timebank_coproduction."
STATEMENT = ADDON + "timebank_statement_report"


def give(world, person, minutes, text, days_ago=1, **vals):
    """Record time in the new bank, as the step's user: a draft."""
    today = fields.Date.context_today(world.env["timebank.hours"])
    return world.env["timebank.hours"].create(
        {
            "scheme_id": world["bank"].id,
            "partner_id": world.ref(f"{ADDON}partner_{person}").id,
            "date": today - timedelta(days=days_ago),
            "minutes": minutes,
            "description": text,
            **vals,
        }
    )


def balance(world, person):
    """Minutes on the person's account in the new bank."""
    partner = world.ref(f"{ADDON}partner_{person}")
    return world["bank"].member_ids.filtered(lambda member: member.partner_id == partner).balance_minutes


def refused(error, call, *args):
    """The sentence with which a call is refused; fails if it isn't."""
    try:
        call(*args)
    except error as sentence:
        return str(sentence)
    raise AssertionError(f"{call.__name__} should have been refused")


@step("manager", "opens a bank for the organisation and two of its projects")
def open_bank(world):
    projects = world.ref(ADDON + "project_quayside") | world.ref(ADDON + "project_cafe")
    bank = world.env["timebank.scheme"].create(
        {
            "name": "Quayside Time Bank",
            "code": "QUA",
            "coordinator_ids": [Command.set(world.user("coordinator").ids)],
            "project_ids": [Command.set(projects.ids)],
            "credit_limit_minutes": 120,
        }
    )
    world["bank"], world["projects"] = bank, projects
    assert bank.operating_account_id and bank.company_id == world.env.company
    assert bank.outstanding_minutes == 0
    return f"{bank.name}, for {' and '.join(projects.mapped('name'))}"


@step("coordinator", "takes in contacts, one of each kind, and an agency")
def join(world):
    people = {
        "beneficiary": ("rosa", "olive"),
        "volunteer": ("mateusz",),
        "professional": ("amara",),
        "organisation": ("tenants",),
    }
    for role, names in people.items():
        partners = [world.ref(f"{ADDON}partner_{name}").id for name in names]
        world.env["timebank.join"].create(
            {
                "scheme_id": world["bank"].id,
                "partner_ids": [Command.set(partners)],
                "role": role,
            }
        ).action_join()
    members = world["bank"].member_ids
    assert len(members) == 5 and set(members.mapped("state")) == {"active"}
    assert set(members.mapped("role")) == set(people)
    assert all(members.mapped("account_id"))
    return ", ".join(members.mapped("name"))


@step("member", "logs 90 minutes of help to a neighbour")
def log_help(world):
    entry = give(
        world,
        "rosa",
        90,
        "Shopping and a chat",
        receiver_id=world.ref(ADDON + "partner_olive").id,
        category_id=world.ref(ADDON + "category_neighbour").id,
    )
    assert entry.source == "portal" and entry.role == "beneficiary"
    entry.action_submit()
    assert entry.state == "submitted"
    world["help"] = entry
    return entry.display_name


@step("member", "tries to approve it alone, and to write the balance")
def cheat(world):
    sentence = refused(UserError, world["help"].action_approve)
    account = world.env["timebank.account"].search([("scheme_id", "=", world["bank"].id)])
    assert len(account) == 1, "a member sees one account, their own"
    refused(AccessError, account.write, {"balance_minutes": 6000})
    assert world["help"].state == "submitted"
    return f"Refused: {sentence}"


@step("member", "logs a bread class, with a slip of the finger")
def log_too_much(world):
    entry = give(
        world,
        "rosa",
        12 * 60,
        "Bread class",
        days_ago=3,
        project_id=world["projects"][1].id,
    )
    entry.action_submit()
    world["class"] = entry
    return entry.display_name


@step("coordinator", "records the time of those who are offline")
def record_for_others(world):
    project = world["projects"][0].id
    entries = (
        give(world, "mateusz", 120, "Painted the meeting room", project_id=project)
        | give(world, "amara", 180, "Drop-in for new tenants", project_id=project)
        | give(world, "tenants", 240, "Hall for the drop-in", project_id=project)
    )
    assert set(entries.mapped("source")) == {"coordinator"}
    entries.action_submit()
    return ", ".join(entries.mapped("display_name"))


@step("coordinator", "finds them in one to-do per batch")
def see_todo(world):
    todos = world.env["mail.activity"].search(
        [
            ("res_model", "=", "timebank.hours"),
            ("user_id", "=", world.env.uid),
            ("res_id", "in", waiting(world).ids),
        ]
    )
    assert len(todos) == 3, "two entries of the member, one batch of the coordinator"
    assert len(waiting(world)) == 5
    return "; ".join(todos.mapped("summary"))


def waiting(world):
    """Entries of the new bank that wait for a decision."""
    return world.env["timebank.hours"].search(
        [("scheme_id", "=", world["bank"].id), ("state", "=", "submitted")]
    )


@step("coordinator", "refuses the slip, with a reason")
def refuse(world):
    world["class"].action_refuse("Twelve hours? I think it was two.")
    assert world["class"].state == "refused"
    return world["class"].refusal_reason


@step("coordinator", "approves the rest in bulk")
def approve(world):
    entries = waiting(world)
    assert entries.action_approve() is True
    assert set(entries.mapped("state")) == {"approved"}
    assert set(entries.mapped("approver_id.login")) == {"coordinator"}
    assert not entries.sudo().todo_id.filtered("active"), "the to-dos are closed"
    assert (balance(world, "rosa"), balance(world, "olive")) == (90, -90)
    assert balance(world, "mateusz") == 120
    assert balance(world, "amara") == 0, "staff time is counted, not credited"
    return f"{len(entries)} entries; Rosa has 1:30, her neighbour owes 1:30"


@step("member", "corrects the refused entry and hands it in again")
def correct(world):
    entry = world["class"]
    entry.action_draft()
    entry.minutes = 120
    entry.action_submit()
    assert entry.state == "submitted"
    return entry.display_name


@step("coordinator", "approves the corrected entry")
def approve_corrected(world):
    world["class"].action_approve()
    assert world["class"].state == "approved" and balance(world, "rosa") == 210
    return "Rosa has 3:30"


@step("coordinator", "reverses one approved by mistake: the hall was not used")
def reverse(world):
    agency = world.ref(ADDON + "partner_tenants")
    entry = world.env["timebank.hours"].search(
        [("scheme_id", "=", world["bank"].id), ("partner_id", "=", agency.id)]
    )
    assert balance(world, "tenants") == 240
    entry.action_reverse("The drop-in was held outdoors")
    assert entry.state == "reversed" and balance(world, "tenants") == 0
    credit = entry.transfer_ids
    assert credit.is_reversed and credit.reversal_ids.minutes == 240
    refused(UserError, entry.action_reverse, "once more")
    return f"{credit.reversal_ids.name} puts {credit.name} back"


@step("coordinator", "looks at the balances")
def balances(world):
    members = world["bank"].member_ids
    found = {member.name: member.balance_minutes for member in members}
    assert sorted(found.values()) == [-90, 0, 0, 120, 210]
    assert world["bank"].outstanding_minutes == sum(found.values()) == 240
    return ", ".join(f"{name} {minutes / 60:+.1f}" for name, minutes in found.items() if minutes)


@step("member", "opens the statement; another's stays closed")
def own_statement(world):
    account = world.env["timebank.account"].search([("scheme_id", "=", world["bank"].id)])
    pages, text = world.pdf(STATEMENT, account, "statement-of-rosa.pdf")
    assert pages == 1
    for words in ("Rosa Bennett", "Olive Rutherford", "Shopping and a chat", "3:30"):
        assert words in text, words
    others = world["bank"].sudo().member_ids.account_id - account.sudo()
    refused(AccessError, others[:1].with_env(world.env)._get_statements)
    return "statement-of-rosa.pdf"


@step("coordinator", "prints everybody's statement for the notice evening")
def all_statements(world):
    accounts = world["bank"].member_ids.account_id
    dialog = world.env["timebank.statement"].create({"account_ids": [Command.set(accounts.ids)]})
    data = dialog.action_print()["data"]
    pages, text = world.pdf(STATEMENT, accounts.browse(), "statements.pdf", data)
    assert pages == len(accounts) == 5
    assert all(name in text for name in accounts.mapped("name"))
    return f"statements.pdf, {pages} pages"


@step("manager", "has the night's job seal the ledger and check it")
def seal(world):
    # sudo: the scheduler runs the job, not a person
    world.env["timebank.scheme"].sudo()._cron_seal_and_check()
    seals = world.env["timebank.seal"].search([("scheme_id", "=", world["bank"].id)])
    assert seals.transfer_count == 5, "four credits and one reversal"
    assert world["bank"].check_ledger() == []
    return f"Seal {seals.hash[:16]}… over {seals.transfer_count} transfers; no problem"
