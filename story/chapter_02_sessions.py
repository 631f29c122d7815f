"""Sessions: a helper is found, a course earns, a bingo evening costs, a waiting list moves."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command

from story import step

ADDON = "timebank_coproduction."


def person(world, name):
    return world.ref(f"{ADDON}partner_{name}")


def line(session, partner):
    """A person's line on the register, as the step's user sees it."""
    return session.attendance_ids.filtered(lambda one: one.partner_id == partner)


def balance(world, name):
    """Minutes on somebody's account at River Street."""
    return world.ref(f"{ADDON}member_{name}").balance_minutes


def new_session(world, activity, hours_ago=3, **vals):
    """An open session of the activity that has just ended."""
    start = fields.Datetime.now() - timedelta(hours=hours_ago)
    session = world.env["timebank.session"].create(
        {
            "activity_id": world.ref(f"{ADDON}activity_{activity}").id,
            "start": start,
            "stop": start + timedelta(hours=2),
            **vals,
        }
    )
    session.action_open()
    return session


@step("member", "proposes an idea")
def propose(world):
    idea = world.env["timebank.activity"].create(
        {"name": "Bread for the food bank", "scheme_id": world.ref(ADDON + "scheme_river").id}
    )
    assert idea.state == "idea" and idea.proposer_id == world.env.user.partner_id
    world["idea"] = idea
    return f"“{idea.name}”"


@step("coordinator", "makes an activity of it, on the board")
def plan(world):
    world["idea"].write({"planned_by": "jointly", "delivered_by": "community"})
    world["idea"].action_plan()
    assert world["idea"].state == "planned"
    return dict(world["idea"]._fields["coproduction_form"].selection)[world["idea"].coproduction_form]


@step("coordinator", "sees that next week's café shift is a helper short")
def shortage(world):
    shift = world.ref(ADDON + "session_cafe_next")
    assert shift.helper_shortage == 1
    return f"{shift.display_name}: {shift.helper_shortage} missing"


@step("coordinator", "rings a member without the food hygiene certificate")
def missing_check(world):
    shift = world.ref(ADDON + "session_cafe_next")
    try:
        shift.sign_up(person(world, "farida"), "helper")
    except UserError as sentence:
        assert not line(shift, person(world, "farida"))
        return f"Refused: {sentence}"
    raise AssertionError("a missing check should block the sign-up")


@step("member", "takes the shift herself, from her phone")
def fill(world):
    shift = world.ref(ADDON + "session_cafe_next")
    mine = shift.sign_up(world.env.user.partner_id.id, "helper")
    assert mine.state == "signed_up" and shift.helper_shortage == 0
    return "Signed up; nobody is missing any more"


@step("coordinator", "closes last week's café register")
def close_cafe(world):
    shift = world.ref(ADDON + "session_cafe_3")
    shift.action_close()
    hours = shift.attendance_ids.hours_id
    assert shift.state == "done" and len(hours) == 4
    assert set(hours.mapped("state")) == {"submitted"}, "this bank approves every entry"
    hours.filtered(lambda entry: entry.partner_id != world.env.user.partner_id).action_approve()
    activity = shift.activity_id
    assert activity.form_is_measured and activity.measured_delivered_by == "jointly"
    share = f"{activity.community_share:.0%}"
    return f"{len(hours)} entries approved; delivery as measured: {share} by the community"


@step("coordinator", "runs a bread course that credits who attends")
def course(world):
    before = balance(world, "farida")
    session = new_session(world, "bread")
    session.attendance_ids = [
        Command.create(
            {"partner_id": person(world, name).id, "role": role, "present": True, "minutes": minutes}
        )
        for name, role, minutes in (
            ("rosa", "helper", 120),
            ("farida", "attendee", 120),
            ("eleri", "attendee", 60),
        )
    ]
    session.action_close()
    assert balance(world, "farida") == before + 120
    world["course"] = session
    return "Two attendees earned 2:00 and 1:00"


@step("coordinator", "opens the register again: one minute too many, and closes it anew")
def correct(world):
    session = world["course"]
    before = balance(world, "eleri")
    session.action_reopen("Eleri left earlier")
    assert balance(world, "eleri") == before - 60
    line(session, person(world, "eleri")).minutes = 45
    session.action_close()
    session.action_close()
    assert balance(world, "eleri") == before - 15
    return "Reversed and credited again: 0:45 instead of 1:00"


@step("coordinator", "runs a bingo evening that charges half an hour")
def bingo(world):
    names = ("doreen", "grace", "leroy")
    before = {name: balance(world, name) for name in names}
    session = new_session(world, "bingo", hours_ago=6)
    session.attendance_ids = [
        Command.create({"partner_id": person(world, name).id, "present": True}) for name in names
    ]
    outcome = session.action_close()
    assert session.state == "done"
    charged = [name for name in names if line(session, person(world, name)).effect == "charge"]
    for name in names:
        assert balance(world, name) == before[name] - (30 if name in charged else 0)
    listed = session.attendance_ids.filtered("problem")
    assert bool(listed) == isinstance(outcome, dict)
    return f"{len(charged)} paid, {len(listed)} listed for the coordinator to decide"


@step("coordinator", "takes one off the full bread course")
def free_a_place(world):
    session = world.ref(ADDON + "session_bread_2")
    assert session.places_left == 0 and session.waiting_count == 2
    session.withdraw(person(world, "leroy"))
    first = session.attendance_ids.filtered("offered_until")
    assert len(first) == 1 and session.places_left == 0, "the place is kept"
    world["first"] = first
    return f"The place is kept for {first.partner_id.name}, who gets a link"


@step("coordinator", "claims it for her: she has no mail")
def claim(world):
    session = world.ref(ADDON + "session_bread_2")
    world["first"].action_claim()
    assert world["first"].state == "signed_up"
    assert session.waiting_count == 1 and session.taken_count == session.capacity
    return "Signed up; one still waits"


@step("coordinator", "prints member cards for the door")
def cards(world):
    members = world.ref(ADDON + "member_grace") | world.ref(ADDON + "member_ivy")
    members.action_print_cards()
    pages, text = world.pdf(ADDON + "report_member_card", members, "member_cards.pdf")
    assert all(member.card_code in text for member in members)
    return f"{pages} page"


@step("manager", "lets members open their pages on the tablet at the door, with card and PIN")
def let_cards(world):
    bank = world.ref(ADDON + "scheme_river")
    bank.card_sign_in = True
    return f"The tablet of {bank.name} takes PINs"


@step("coordinator", "gives Ivy, who has no mail, a PIN for the tablet")
def pin(world):
    ivy = world.ref(ADDON + "member_ivy")
    told = ivy.action_new_pin()["params"]["message"]
    assert ivy.has_pin and ivy._is_pin("".join(filter(str.isdigit, told)))
    return "Told once; she opens her own pages with it and her card"
