"""Members spend what they earned: claims, a supplier's code, and vouchers on paper."""

from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command

from story import step

ADDON = "timebank_coproduction."
VOUCHERS = ADDON + "action_report_vouchers"
CERTIFICATE = ADDON + "action_report_certificate"
SLIPS = ADDON + "action_report_claim_slip"
PICK_LIST = ADDON + "action_report_pick_list"


def bank(world):
    return world.ref(ADDON + "scheme_river")


def rosa(world):
    """Rosa's account, as the step's user sees it."""
    return world.ref(ADDON + "member_rosa").account_id


def claim(world, reward, person=None):
    """A draft for the step's user, or for somebody else."""
    partner = world.ref(f"{ADDON}partner_{person}") if person else world.env.user.partner_id
    return world.env["timebank.redemption"].create(
        {"reward_id": world.ref(f"{ADDON}reward_{reward}").id, "partner_id": partner.id}
    )


def refused(call, *args):
    """The sentence with which a call is refused; fails if it isn't."""
    try:
        call(*args)
    except UserError as sentence:
        return str(sentence)
    raise AssertionError(f"{call.__name__} should have been refused")


@step("manager", "lets cash parts be asked for by invoice")
def ask_by_invoice(world):
    bank(world).cash_method = "invoice"


@step("member", "claims a café meal, part credits and part cash")
def claim_meal(world):
    before = rosa(world).balance_minutes
    meal = claim(world, "cafe_meal")
    meal.action_request()
    assert meal.state == "approved" and meal.cash_state == "to_send"
    assert rosa(world).balance_minutes == before - 60
    world["meal"], world["before"] = meal, before
    return f"1:00 from her account, and {meal.cash_amount:.2f} asked for by invoice"


@step("finance", "sends the invoice for the cash part")
def send_invoice(world):
    invoice = world["meal"].invoice_id
    assert invoice.state == "draft" and invoice.move_type == "out_invoice"
    invoice.action_post()
    assert world["meal"].cash_state == "asked"
    return f"{invoice.name}: {invoice.amount_total:.2f}"


@step("member", "claims a driving lesson, and cancels it: everything comes back")
def cancel_lesson(world):
    before = rosa(world).balance_minutes
    lesson = claim(world, "driving_lesson")
    lesson.action_request()
    assert rosa(world).balance_minutes == before - 180
    lesson.action_cancel("The instructor and I were both away")
    assert lesson.state == "cancelled" and rosa(world).balance_minutes == before
    return "3:00 taken, 3:00 back"


@step("coordinator", "refuses a claim of the last computer, and its stock comes back")
def refuse_computer(world):
    computer = world.ref(ADDON + "reward_refurbished_computer")
    left = computer.stock
    assert left and "ask your adviser" in computer.notice
    wish = claim(world, "refurbished_computer", "siobhan")
    wish.action_request()
    assert (wish.state, computer.stock) == ("requested", left - 1)
    wish.action_refuse("Promised to the school's homework club")
    assert (wish.state, computer.stock) == ("refused", left)
    return f"{left} left, as before"


@step("member", "claims a swim, and gets a code to show at the pool")
def claim_swim(world):
    swim = claim(world, "swim_pass")
    swim.action_request()
    assert swim.state == "approved" and swim.code
    world["code"] = swim.sudo().code
    return "a code of twelve signs, by mail and on her claim"


@step("coordinator", "prints slips for those without a phone, and the list to hand over by")
def print_claims(world):
    approved = world.env["timebank.redemption"].search(
        [("state", "=", "approved"), ("scheme_id", "=", bank(world).id)]
    )
    with_code = approved.filtered("code")
    pages, text = world.pdf(SLIPS, approved, "claim-slips.pdf")
    assert pages == -(-len(with_code) // 8) and all(code in text for code in with_code.mapped("code"))
    pages, text = world.pdf(PICK_LIST, approved, "pick-list.pdf")
    assert "Pick-list of River Street" in text and "Easton Leisure Centre" in text
    return f"claim-slips.pdf with {len(with_code)} codes, pick-list.pdf with {len(approved)} claims"


@step("coordinator", "hands the swim over by its code, which works once")
def hand_over(world):
    desk = world.env["timebank.redemption"]
    swim = desk.fulfil_by_code(world["code"].lower())
    assert swim.state == "fulfilled"
    return refused(desk.fulfil_by_code, world["code"])


@step("coordinator", "issues sixteen paper vouchers and prints them")
def issue_vouchers(world):
    batch = world.env["timebank.voucher.batch"].create(
        {"scheme_id": bank(world).id, "quantity": 16, "minutes": 60}
    )
    batch.action_issue()
    batch.action_print()
    pages, text = world.pdf(VOUCHERS, batch, "vouchers.pdf")
    codes = batch.voucher_ids.mapped("code")
    assert pages == 2 and all(code in text for code in codes)
    assert bank(world).name in text and "Hand it in by" in text
    world["batch"], world["codes"] = batch, codes
    return f"vouchers.pdf, {pages} pages with {len(codes)} codes"


@step("member", "hands in a voucher that a neighbour gave her")
def top_up(world):
    before = rosa(world).balance_minutes
    desk = world.env["timebank.voucher"]
    assert desk.redeem(world["codes"][0], rosa(world).id) == 60
    assert rosa(world).balance_minutes == before + 60
    return refused(desk.redeem, world["codes"][0], rosa(world).id)


@step("coordinator", "takes in the café's vouchers at the desk, one of them spent before")
def desk(world):
    counter = world.env["timebank.voucher.desk"].create(
        {"scheme_id": bank(world).id, "codes": "\n".join(world["codes"][:9])}
    )
    counter.action_hand_in()
    assert counter.last_count == 8 and len(counter.line_ids) == 1
    return f"{counter.last_count} came in; {counter.line_ids.reason}"


@step("coordinator", "cancels a lost voucher; the batch tells what is where")
def lost(world):
    batch = world["batch"]
    batch.voucher_ids[-1].action_cancel("Went through the wash")
    counts = (batch.outstanding_count, batch.returned_count, batch.ended_count)
    assert counts == (6, 9, 1)
    return "6 in circulation, 9 handed in, 1 lost"


@step("coordinator2", "lets the gardening club's dues be claimed: the night's job takes the month")
def dues(world):
    club = world.ref(ADDON + "dues_aled_club")
    account = world.ref(ADDON + "member_aled").account_id
    before, turn = account.balance_minutes, club.next_date
    world.env["timebank.dues"].sudo()._cron_claim()
    claims = club.claim_ids.filtered(lambda claim: claim.due_date == turn)
    assert claims.state == "approved" and account.balance_minutes == before - claims.minutes
    return f"{claims.hours:g} h for the month of {turn:%d/%m/%Y}, next on {club.next_date:%d/%m/%Y}"


@step("coordinator", "prints a certificate of the year's hours")
def certify(world):
    letter = world.env["timebank.certificate"].create(
        {
            "member_ids": [Command.set(world.ref(ADDON + "member_rosa").ids)],
            "date_from": date.today().replace(month=1, day=1),
            "date_to": date.today(),
        }
    )
    letter.action_print()
    pages, text = world.pdf(CERTIFICATE, letter, "certificate-of-rosa.pdf")
    assert pages == 1 and "Rosa Bennett" in text and "hours" in text
    return "certificate-of-rosa.pdf"


@step("coordinator", "finds every credit accounted for")
def balanced(world):
    found = bank(world).check_ledger()
    assert found == [], found
    return "check_ledger() is empty"
