"""How people in Millbrook are: asked twice, ten months apart."""

from datetime import datetime, time, timedelta
from random import Random

from freezegun import freeze_time

from story import step
from story.chapter_06_year import QUIET, day_of

QUESTIONS = ("satisfied", "worthwhile", "happy", "anxious")
#: What people answer on average the first time, how far they lie apart, and by how much it has moved since.
BEFORE = {"satisfied": (6.1, 1.9), "worthwhile": (6.0, 1.9), "happy": (6.3, 2.1), "anxious": (4.6, 2.4)}
SINCE = {"satisfied": (0.8, 1.5), "worthwhile": (1.1, 1.5), "happy": (0.5, 1.8), "anxious": (-0.5, 2.0)}
#: How many of those asked answer, and how many leave a question out.
ANSWERING, UNSAID = 0.72, 0.03
MONTHS_AGO = 10


@step("coordinator", "asks everybody in Millbrook how they are: sheets at the lunch, read out on the phone")
def ask_first(world):
    return ask(world, day_of(world, MONTHS_AGO, 4), Random(71), None)


@step("coordinator", "asks them again, ten months later")
def ask_again(world):
    return ask(world, day_of(world, 1, 4), Random(72), world["mill_wellbeing"])


def ask(world, day, chance, before):
    """A round from its first day to its last, in which chance decides who answers what."""
    with freeze_time(datetime.combine(day, time(10))) as clock:
        waves = world.env["timebank.wellbeing.wave"].with_context(**QUIET)
        wave = waves.create(
            {
                "scheme_id": world["mill"].id,
                "grant_id": world["mill_grant"].id,
                "purpose": "regular",
                "date_from": day,
            }
        )
        wave.action_invite()
        clock.move_to(datetime.combine(day + timedelta(days=14), time(17)))
        earlier = {one.partner_id: one for one in before.response_ids} if before else {}
        asked = wave.invitation_ids.partner_id.sorted("id")
        vals_list = []
        for person in asked:
            if chance.random() > ANSWERING:
                continue
            answers = {name: answer(chance, name, earlier.get(person)) for name in QUESTIONS}
            way = chance.choice(("paper", "paper", "read_out"))
            agreed = {"wave_id": wave.id, "partner_id": person.id, "age_and_consent": True}
            vals_list.append({**agreed, "way": way, **answers})
        world.env["timebank.wellbeing.response"].create(vals_list)
        assert wave.answered_count == len(vals_list) > 15
        wave.action_close()
    world["mill_wellbeing"] = wave
    return f"{wave.name}: {wave.answered_count} of {wave.asked_count} answered"


def answer(chance, name, earlier):
    if chance.random() < UNSAID:
        return None
    if earlier and earlier[name] is not False:
        number = earlier[name] + chance.gauss(*SINCE[name])
    else:
        number = chance.gauss(*BEFORE[name])
    return min(10, max(0, round(number)))


@step("coordinator", "finds in the morning that the night's job has kept what finance reads of it")
def keep(world):
    # sudo: as the night's job has it done
    world.env["timebank.wellbeing.wave"].sudo()._keep_settled(world["mill"].sudo())
    return "What finance reads is kept"


@step("finance", "reads what has changed, and sees no name and no single answer")
def read(world):
    page = world.env["timebank.evidence"].get_page({"scheme_ids": world["mill"].ids})
    [section] = [one for one in page["sections"] if one["key"] == "wellbeing"]
    assert not world.env["timebank.wellbeing.response"].search([("scheme_id", "=", world["mill"].id)])
    figures = {one["key"]: one for one in section["figures"]}
    change = figures["change_worthwhile"]
    return f"{section['answer']} Worthwhile: {change['value']} ({change['note']})"
