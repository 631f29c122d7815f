"""A bank of another program moves in, and out again."""

import csv
import io
from pathlib import Path

from odoo.fields import Command

from story import step

SAMPLES = Path(__file__).parent.parent / "tests" / "moving_in" / "samples" / "timeoverflow"
PROOF = "timebank_coproduction.report_timebank_migration"
FILES = [f"{name}_2026-11-20.csv" for name in ("Members", "Transfers", "Offers", "Inquiries")]


def open_bank(world, name):
    """A bank in Madrid whose members may go twenty hours below zero."""
    vals = {"name": name, "tz": "Europe/Madrid", "credit_limit_minutes": 20 * 60}
    coordinators = [Command.set(world.user("coordinator2").ids)]
    return world.env["timebank.scheme"].create({**vals, "coordinator_ids": coordinators})


def begin(world, bank, files):
    """A move of these files into a bank: list of (name, bytes)."""
    attachments = world.env["ir.attachment"].create([{"name": name, "raw": raw} for name, raw in files])
    vals = {"scheme_id": bank.id, "file_ids": [Command.set(attachments.ids)]}
    return world.env["timebank.migration"].create(vals)


@step("manager", "rehearses the move of a bank from TimeOverflow")
def rehearse(world):
    bank = open_bank(world, "Banco de Tiempo Local")
    move = begin(world, bank, [(name, (SAMPLES / name).read_bytes()) for name in FILES])
    move.action_rehearse()
    assert not bank.account_ids.filtered(lambda account: account.kind == "member")
    world["move"] = move
    return (
        f"{move.row_count} rows: {move.new_count} new, {move.present_count} twice,"
        f" {move.refused_count} refused, {move.ask_count} to answer; nothing is written"
    )


@step("manager", "answers as proposed, and carries it out")
def carry_out(world):
    move = world["move"]
    move.action_accept_proposals()
    move.action_carry_out(wait=True)
    assert move.state == "done" and not move.disagree_count and not move.problem_count
    text = io.StringIO()
    writer = csv.writer(text)
    names = ("declared_minutes", "history_minutes", "opening_minutes", "result_minutes", "moved_minutes")
    writer.writerow(("member", "in the file", "from the rows", "opening", "rehearsed", "in the ledger"))
    for person in move.person_ids:
        assert person.member_id.balance_minutes == person.declared_minutes
        writer.writerow((person.name, *(person[name] for name in names)))
    world.save("moved_in.csv", text.getvalue())
    assert not move.scheme_id.check_ledger()
    pages, text = world.pdf(PROOF, move, "proof-of-moving-in.pdf")
    assert "every balance in the ledger is the one that was rehearsed" in text
    return (
        f"moved_in.csv: {len(move.person_ids)} balances, each as in the file to the minute;"
        f" nobody was mailed; proof-of-moving-in.pdf to sign, {pages} pages"
    )


@step("manager", "gives the same files once more")
def again(world):
    move = begin(world, world["move"].scheme_id, [(name, (SAMPLES / name).read_bytes()) for name in FILES])
    move.action_rehearse()
    assert not move.new_count and not move.joined_count
    move.unlink()
    return "nothing is new"


@step("manager", "exports the bank, takes the move back, and moves into another bank")
def move_out(world):
    bank, members = world["move"].scheme_id, world["move"].person_ids.member_id
    action = bank.action_export()
    attachment = world.env["ir.attachment"].browse(int(action["url"].split("/")[-1].partition("?")[0]))
    content, balances = attachment.raw, sorted(members.mapped("balance_minutes"))
    world.save("bank.zip", content)
    world["move"].action_undo("The members want a bank of another name")
    assert not any(members.mapped("balance_minutes")) and not bank.check_ledger()
    bank.action_close()
    move = begin(world, open_bank(world, "Banco Nuevo"), [("bank.zip", content)])
    move.action_rehearse()
    move.action_accept_proposals()
    move.action_carry_out(wait=True)
    assert sorted(move.person_ids.member_id.mapped("balance_minutes")) == balances
    assert not move.scheme_id.check_ledger()
    return f"bank.zip is read back to the same {len(members)} balances"
