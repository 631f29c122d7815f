"""People are put together: wishes met, hours passed on, a kitchen lent, a trip saved for, a group taught."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command

from story import step

ADDON = "timebank_coproduction."
PEOPLE = {
    "Nia Rowlands": "volunteer",
    "Bill Sutton": "beneficiary",
    "Comfort Mensah": "volunteer",
    "Weir Lane Nursery": "organisation",
    "Saturday Supper Club": "organisation",
}


def member(world, name):
    """The member of that name in the chapter's bank."""
    return world["lane"].member_ids.filtered(lambda member: member.name == name)


def balances(world, *names):
    return [member(world, name).account_id.balance_minutes for name in names]


def publish(world, model, name, skill, **vals):
    """An offer or a request of that person, published."""
    skill = world.ref(f"{ADDON}skill_{skill}")
    record = world.env[model].create(
        {
            "scheme_id": world["lane"].id,
            "partner_id": member(world, name).partner_id.id,
            "kind": skill.kind,
            "skill_id": skill.id,
            **vals,
        }
    )
    record.action_publish()
    return record


def meet(world, offer, request, minutes, place, days=1):
    """From introduction to approved hours, as a coordinator would record it."""
    introduction = world.env["timebank.introduction"].create({"offer_id": offer.id, "request_id": request.id})
    introduction.action_introduce()
    then = fields.Datetime.now() - timedelta(days=days)
    introduction.action_agree(meet_at=then, place=place, minutes=minutes)
    introduction.action_done()
    introduction.hours_ids.action_approve()
    assert set(introduction.hours_ids.mapped("state")) == {"approved"} and request.state == "met"
    return introduction


@step("manager", "opens a bank for one street, in which a member may go two hours below zero")
def open_lane(world):
    world["lane"] = world.env["timebank.scheme"].create(
        {
            "name": "Weir Lane Time Bank",
            "code": "WEIR",
            "coordinator_ids": [Command.set(world.user("coordinator").ids)],
            "credit_limit_minutes": 120,
        }
    )
    return world["lane"].name


@step("coordinator", "takes in five people and agencies, each from what they can do")
def take_in(world):
    for name, role in PEOPLE.items():
        intake = world.env["timebank.intake"].create(
            {
                "scheme_id": world["lane"].id,
                "name": name,
                "role": role,
                "words": "keeping company",
            }
        )
        intake.action_next()
        intake.action_finish()
    members = world["lane"].member_ids
    assert set(members.mapped("state")) == {"active"}
    befriending = world.ref(ADDON + "skill_befriending")
    assert members.offer_ids.skill_id == befriending, "the list knows the words"
    return ", ".join(members.mapped("name"))


@step("coordinator", "notes that Bill would like to try archery; nobody offers it")
def wish(world):
    world["wish"] = publish(world, "timebank.request", "Bill Sutton", "archery")
    assert world["wish"].suggest(5) == []
    desk = {section["key"]: section for section in world["lane"].get_desk()["sections"]}
    assert [row["id"] for row in desk["unmet"]["rows"]] == world["wish"].ids
    assert [row["title"] for row in desk["missing"]["rows"]] == ["Sport & health / Archery"]
    return "On the desk: wanted and missing"


@step("coordinator", "takes in Dai, who can teach it: the waiting wish shows at once")
def archer(world):
    intake = world.env["timebank.intake"].create(
        {"scheme_id": world["lane"].id, "name": "Dai Archer", "words": "bow and arrow"}
    )
    intake.action_next()
    action = intake.action_finish()
    introduction = world.env["timebank.introduction"].search(action["domain"])
    assert introduction.request_id == world["wish"] and introduction.state == "suggested"
    world["archery"] = introduction
    return f"{introduction.display_name}, {introduction.score:.0f} points: {introduction.reasons}"


@step("coordinator", "introduces them; they meet, and the hour is approved")
def shoot(world):
    introduction = world["archery"]
    introduction.action_introduce()
    introduction.action_agree(meet_at=fields.Datetime.now() - timedelta(days=2), place="Scout hut")
    introduction.action_done()
    introduction.hours_ids.action_approve()
    assert world["wish"].state == "met"
    assert balances(world, "Dai Archer", "Bill Sutton") == [60, -60]
    return "Dai +1:00, Bill -1:00"


@step("coordinator", "passes help on: Nia to Bill, Bill to Comfort, Comfort to Nia")
def circle(world):
    chain = (
        ("Nia Rowlands", "Bill Sutton", "gardening"),
        ("Bill Sutton", "Comfort Mensah", "reading_aloud"),
        ("Comfort Mensah", "Nia Rowlands", "sewing"),
    )
    before = balances(world, *(giver for giver, _receiver, _skill in chain))
    for giver, receiver, skill in chain:
        offer = publish(world, "timebank.offer", giver, skill)
        request = publish(world, "timebank.request", receiver, skill)
        meet(world, offer, request, 60, "At home")
    assert balances(world, *(giver for giver, _receiver, _skill in chain)) == before
    return "Each gave an hour and got one back from somebody else: all balances as before"


@step("coordinator", "lends the nursery's kitchen to the supper club for two hours")
def kitchen(world):
    offer = publish(world, "timebank.offer", "Weir Lane Nursery", "kitchen_to_use")
    request = publish(world, "timebank.request", "Saturday Supper Club", "kitchen_to_use", minutes=120)
    (found,) = request.suggest(5)
    assert found["offer_id"] == offer.id
    introduction = meet(world, offer, request, 120, "The nursery")
    assert introduction.hours_ids.transfer_ids.kind == "exchange"
    assert balances(world, "Weir Lane Nursery", "Saturday Supper Club") == [120, -120]
    return "From one agency to another: 2:00"


@step("coordinator", "introduces Nia to Dai, who declines; they are not suggested again")
def decline(world):
    offer = publish(world, "timebank.offer", "Dai Archer", "small_repairs")
    request = publish(world, "timebank.request", "Nia Rowlands", "small_repairs")
    introduction = world.env["timebank.introduction"].create({"offer_id": offer.id, "request_id": request.id})
    introduction.action_introduce()
    introduction.action_decline("They fell out years ago")
    assert request.suggest(5) == []
    try:
        introduction.action_agree(meet_at=fields.Datetime.now())
    except UserError as sentence:
        return f"Afterwards refused: {sentence}"
    raise AssertionError("what was declined can't be agreed")


@step("manager", "opens a pot for a trip, held by the coordinator, and passes on two gifts by telephone")
def save_up(world):
    pot = world.env["timebank.account"].create(
        {
            "name": "Weir Lane trip",
            "scheme_id": world["lane"].id,
            "holder_ids": [Command.set(world.user("coordinator").partner_id.ids)],
            "purpose": "The museum, by minibus",
            "goal_minutes": 120,
        }
    )
    dai, nursery = (member(world, name).account_id for name in ("Dai Archer", "Weir Lane Nursery"))
    dai.action_give(pot, 30, "Dai rang")
    nursery.action_give(pot, 90, "The nursery asked for it")
    assert pot.balance_minutes == 120 and pot.goal_share == 100
    try:
        dai.action_give(pot, 60, "Dai rang again")
    except UserError as sentence:
        world["pot"] = pot
        return f"The goal is reached. More than there is is refused: {sentence}"
    raise AssertionError("a gift beyond the balance was let through")


@step("coordinator", "pays for the trip from the pot, as its holder")
def trip(world):
    world["pot"].action_give(
        member(world, "Saturday Supper Club").account_id, 120, "Minibus and packed lunch"
    )
    assert world["pot"].balance_minutes == 0
    assert balances(world, "Saturday Supper Club") == [0]
    assert world["lane"].check_ledger() == []
    return "The club drove and cooked; the pot is empty, and the ledger balances"


@step("coordinator", "finds somebody to teach three at once: each of the group pays a third")
def together(world):
    sewers = ("Bill Sutton", "Comfort Mensah", "Dai Archer")
    offer = publish(world, "timebank.offer", "Nia Rowlands", "sewing")
    request = publish(
        world,
        "timebank.request",
        "Comfort Mensah",
        "sewing",
        for_whom="group",
        on_behalf_of="Weir Lane Sewers",
        group_partner_ids=[Command.set([member(world, name).partner_id.id for name in sewers])],
    )
    assert {row["name"] for row in request.suggest(10)}.isdisjoint(sewers)
    before = balances(world, *sewers)
    introduction = meet(world, offer, request, 60, "The hall", days=3)
    assert introduction.hours_ids.mapped("minutes") == [20, 20, 20]
    assert balances(world, *sewers) == [minutes - 20 for minutes in before]
    return introduction.display_name


@step("manager", "passes on what Nia puts into the pot: its holder can't, for it is an account of their own")
def top_up(world):
    member(world, "Nia Rowlands").account_id.action_give(world["pot"], 45, "Nia rang")
    return f"The pot holds {world['pot'].balance_minutes} minutes again"


@step("coordinator", "lets the pot pay for the driver's time")
def from_the_pot(world):
    pot = world["pot"]
    offer = publish(world, "timebank.offer", "Dai Archer", "lifts_by_car")
    request = publish(
        world,
        "timebank.request",
        "Comfort Mensah",
        "lifts_by_car",
        for_whom="group",
        on_behalf_of="The museum trip",
        pot_id=pot.id,
    )
    before = balances(world, "Dai Archer", "Comfort Mensah")
    introduction = meet(world, offer, request, 45, "To the museum")
    assert introduction.hours_ids.transfer_ids.from_account_id == pot
    assert balances(world, "Dai Archer", "Comfort Mensah") == [before[0] + 45, before[1]]
    assert pot.balance_minutes == 0 and world["lane"].check_ledger() == []
    return "Dai +0:45 from the pot, nobody else pays"
