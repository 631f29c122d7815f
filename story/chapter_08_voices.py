"""What members of Millbrook tell, and how they see what staff and members do together."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.fields import Command

from story import picture, step

#: Element → score last year, score now.
SCORES = {
    "assets": (2, 3),
    "capacity": (2, 2),
    "mutuality": (1, 3),
    "networks": (2, 3),
    "shared_roles": (1, 2),
    "catalysts": (2, 2),
    "culture": (2, 3),
    "structure": (1, 1),
    "practice": (2, 3),
    "review": (1, 2),
}
EVIDENCE = {
    "assets": "Everybody who joins is asked what they can do before what they need.",
    "mutuality": "Two in three of those who received this year also gave.",
    "structure": "Dates and budgets are still settled before members hear of them.",
}
STAFF, MEMBERS = 5, 6
#: How long ago the last meeting was: long enough for a report on whole months to tell of it.
MET = timedelta(days=40)


def today(world):
    return fields.Date.context_today(world.env["timebank.story"])


def voices(world):
    """Some of the bank's members, and some of its staff, always the same."""
    members = world["mill"].member_ids.filtered(lambda one: one.state == "active").sorted("id")
    return (
        members.filtered(lambda one: one.role == "professional")[:STAFF],
        members.filtered(lambda one: one.role in ("beneficiary", "volunteer"))[:MEMBERS],
    )


def hold_audit(world, met_on, column):
    """Score it, and agree on it as of that day."""
    audit = world.env["timebank.self.audit"].create({"scheme_id": world["mill"].id, "met_on": met_on})
    staff, members = voices(world)
    world.env["timebank.self.audit.voice"].create(
        [
            {
                "audit_id": audit.id,
                "partner_id": one.partner_id.id,
                "spoke_as": spoke_as,
                **{key: str(max(0, scores[column] - lower)) for key, scores in SCORES.items()},
            }
            for spoke_as, people, lower in (("staff", staff, 0), ("member", members, 1))
            for one in people
        ]
    )
    for line in audit.line_ids:
        line.agreed_level = str(SCORES[line.element][column])
        line.evidence = EVIDENCE.get(line.element) if column else False
        line.note = (
            line.differs and "Members had seen less of it than staff: the meeting went through examples."
        )
    audit.present_ids = [Command.set((staff + members).partner_id.ids)]
    audit.present_others = "Two trustees"
    return audit


@step("coordinator", "brings out last year's self-audit, as the meeting agreed it")
def audit_last_year(world):
    audit = hold_audit(world, today(world) - MET - relativedelta(years=1), 0)
    audit.action_agree()
    return f"{audit.display_name}: {audit.average:.1f} of 4 on the average"


@step(
    "coordinator", "holds this year's: staff and members score alone, the meeting agrees, and says what to do"
)
def audit_this_year(world):
    audit = hold_audit(world, today(world) - MET, 1)
    line = audit.line_ids.filtered(lambda one: one.element == "structure")
    line.write(
        {
            "action": "Two members join the planning of the year's budget",
            "action_user_id": world.env.uid,
            "action_until": today(world) + timedelta(days=60),
        }
    )
    audit.action_agree()
    assert audit.change > 0 and line.action_state == "open"
    pages, text = world.pdf("timebank_coproduction.timebank_self_audit_report", audit, "self_audit.pdf")
    assert "Two members join the planning" in text
    return f"{audit.average:.1f} of 4, {audit.change:+.1f} since last year; {pages} page(s) for everybody"


@step("coordinator", "writes down two stories with members, one with a photo, and what each agreed to")
def tell(world):
    _staff, members = voices(world)
    stories = world.env["timebank.story"].create(
        [
            {
                "scheme_id": world["mill"].id,
                "partner_ids": members[place].partner_id.ids,
                "name": title,
                "shown_as": name,
                "text": text,
            }
            for place, (title, name, text) in enumerate(
                (
                    (
                        "Twelve around the table",
                        "Rosa",
                        "When my husband died I cooked for nobody. The first Thursday in the kitchen I only"
                        " peeled. Now I plan the lunch with three others, and on Mondays somebody from"
                        " there carries my shopping up.",
                    ),
                    (
                        "I mend, they drive",
                        "A man from Weir Street",
                        "I can't drive any more, but I can mend a toaster. People bring me what is broken,"
                        " and somebody takes me to the hospital and waits.",
                    ),
                )
            )
        ]
    )
    stories[0].write({"photo": picture.draw_table(), "photo_alt": picture.SHOWS})
    until = today(world) + relativedelta(years=1)
    for story, member in zip(stories, members, strict=False):
        with_photo = bool(story.photo)
        story.record_consent(member.partner_id.id, ["funder", "trustees"], until, "person", photo=with_photo)
    world["stories"] = stories
    told = stories._get_tellable("funder", world["mill"])
    assert told == stories
    return f"{len(told)} that may be told to funders until {until}"


@step("coordinator", "is rung by one of them, who takes it back")
def take_back(world):
    rosa, mender = world["stories"]
    mender.action_withdraw()
    told = world["stories"]._get_tellable("funder", world["mill"])
    assert told == rosa and not mender._show("funder", today(world))
    return f"“{mender.name}” isn't told from that moment on; “{rosa.name}” may still be"
