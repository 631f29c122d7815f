"""A year and a half of another bank, as chance would have it, and its evidence."""

from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command

from story import step, year

ADDON = "timebank_coproduction."
PROJECTS = {"kitchen": "Millbrook kitchen", "garden": "Millbrook garden", "neighbours": "Good neighbours"}
#: Nobody gets a mail about a year that nobody lived.
QUIET = {
    "mail_activity_quick_update": True,
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_create_nolog": True,
}


def today(world):
    return fields.Date.context_today(world.env["timebank.hours"])


def day_of(world, ago, number=1):
    """The day of that number in the month so many months ago."""
    return today(world).replace(day=1) - relativedelta(months=ago) + timedelta(days=number - 1)


def quiet(world, model):
    return world.env[model].with_context(**QUIET)


def plan(world):
    """What happened; the same in every step that asks."""
    calendar = [day_of(world, ago).month for ago in range(year.MONTHS - 1, -1, -1)]
    people = year.make_people()
    return people, year.make_months(people, calendar, min(28, today(world).day - 1))


@step("manager", "opens a bank in Millbrook, with three projects and its rules")
def open_bank(world):
    projects = (
        world.env["project.project"]
        .sudo()
        .create(
            # sudo: projects are made by Odoo's project managers
            [{"name": name, "user_id": world.user("coordinator").id} for name in PROJECTS.values()]
        )
    )
    world["mill_projects"] = projects
    world["mill"] = world.env["timebank.scheme"].create(
        {
            "name": "Millbrook Time Bank",
            "code": "MIL",
            "coordinator_ids": [Command.set(world.user("coordinator").ids)],
            "project_ids": [Command.set(projects.ids)],
            "credit_limit_minutes": year.LIMIT,
        }
    )
    return f"{world['mill'].name}, for {', '.join(PROJECTS.values())}"


@step("coordinator", "takes in everybody who ever belonged to it, and two agencies")
def join(world):
    people, _months = plan(world)
    contacts = quiet(world, "res.partner").create(
        [
            {
                "name": one.name,
                "is_company": one.role == "organisation",
                "street": f"{place % 40 + 1} {year.LANES[one.lane]}",
            }
            for place, one in enumerate(people)
        ]
    )
    bank = world["mill"]
    members = quiet(world, "timebank.member").create(
        [
            {
                "partner_id": contact.id,
                "scheme_id": bank.id,
                "role": one.role,
                "joined_on": day_of(world, one.joined, 20),
                "supported_from": one.role == "beneficiary" and day_of(world, one.joined + 4),
                "supported_until": bool(one.supported_until) and day_of(world, one.supported_until, 5),
            }
            for contact, one in zip(contacts, people, strict=True)
        ]
    )
    members.action_activate()
    world["mill_partners"] = contacts
    ended = sum(bool(one.supported_until) for one in people)
    return f"{len(members)} members; the support of {ended} of them has ended since"


@step("coordinator", "plans what people do together, and what credits buy")
def prepare(world):
    bank, projects = world["mill"], dict(zip(PROJECTS, world["mill_projects"], strict=True))
    world["mill_activities"] = quiet(world, "timebank.activity").create(
        [
            {
                "name": name,
                "scheme_id": bank.id,
                "project_id": projects[project].id,
                "category_id": world.ref(f"{ADDON}category_{category}").id,
                "planned_by": planned,
                "delivered_by": delivered,
                "attendee_effect": "charge" if price else "none",
                "attendee_minutes": price,
                "state": "running",
            }
            for name, (planned, delivered, project, category, price, _hour) in year.ACTIVITIES.items()
        ]
    )
    reward = quiet(world, "timebank.reward").create(
        {
            "name": "Swim pass in Millbrook",
            "scheme_id": bank.id,
            "minutes": 120,
            "expected_cost": 6,
            "approval": "auto",
            "supplier_id": world.ref(ADDON + "partner_pool").id,
        }
    )
    reward.action_publish()
    world["mill_reward"] = reward
    return f"{', '.join(year.ACTIVITIES)}; {reward.name}"


@step("finance", "opens the grant that pays for two of its projects")
def open_grant(world):
    grant = world.env["timebank.grant"].create(
        {
            "name": "Millbrook together",
            "reference": "MT-7",
            "funder_id": world.ref(ADDON + "partner_harbour").id,
            "amount": 12_000,
            "reward_percentage": 15,
            "date_start": day_of(world, 14),
            "date_end": day_of(world, -10),
            "scheme_ids": [Command.set(world["mill"].ids)],
            "project_ids": [Command.set(world["mill_projects"][:2].ids)],
            "every_expense_counts": True,
            "budget_line_ids": [
                Command.create(
                    {
                        "name": "Swim passes",
                        "amount": 1_200,
                        "reward_ids": [Command.set(world["mill_reward"].ids)],
                    }
                ),
                Command.create({"name": "Outings and thanks", "amount": 600}),
            ],
        }
    )
    grant.action_open()
    world["mill_grant"] = grant
    return f"{grant.name}: {', '.join(grant.project_ids.mapped('name'))}"


@step("coordinator", "keeps registers, approves hours, hands over rewards: the first half-year")
def live_first(world):
    return live(world, slice(0, 6))


@step("coordinator", "goes on: the second")
def live_second(world):
    return live(world, slice(6, 12))


@step("coordinator", "goes on to today: August is quiet, autumn busy")
def live_last(world):
    return live(world, slice(12, None))


def live(world, months):
    """Some months, each played on the last of its days."""
    people, plans = plan(world)
    who = dict(zip(people, world["mill_partners"], strict=True))
    sessions = entries = claims = 0
    now = datetime.combine(today(world), time(20))
    with freeze_time(now) as clock:
        for month in plans[months]:
            clock.move_to(datetime.combine(day_of_month(now, month.ago, 28), time(20)) if month.ago else now)
            sessions += hold_sessions(world, now, month, who)
            entries += log_hours(world, now, month, who)
            claims += claim_rewards(world, month, who)
            for person, minutes in month.gifts:
                give_to_pot(world, who[person], minutes)
            let_go(world, [who[person] for person in month.leavers])
    return f"{sessions} sessions, {entries} entries of hours, {claims} rewards"


def day_of_month(now, ago, number):
    return now.date().replace(day=1) - relativedelta(months=ago) + timedelta(days=number - 1)


def hold_sessions(world, now, month, who):
    """The month's sessions, their registers closed and the helpers' hours approved."""
    activities = dict(zip(year.ACTIVITIES, world["mill_activities"], strict=True))
    starts = [
        datetime.combine(day_of_month(now, month.ago, one.day), time(year.ACTIVITIES[one.activity][-1]))
        for one in month.gatherings
    ]
    sessions = quiet(world, "timebank.session").create(
        [
            {"activity_id": activities[one.activity].id, "start": start, "stop": start + timedelta(hours=2)}
            for one, start in zip(month.gatherings, starts, strict=True)
        ]
    )
    sessions.action_open()
    quiet(world, "timebank.attendance").create(
        [
            {"session_id": session.id, "partner_id": who[person].id, "role": role, "present": True}
            for session, one in zip(sessions, month.gatherings, strict=True)
            for role, people in (("helper", one.helpers), ("attendee", one.attendees))
            for person in people
        ]
    )
    sessions.action_close()
    assert set(sessions.mapped("state")) <= {"done"}
    sessions.attendance_ids.hours_id.filtered(lambda entry: entry.state == "submitted").action_approve()
    return len(sessions)


def log_hours(world, now, month, who):
    """What people did for each other and for the bank."""
    projects = dict(zip(PROJECTS, world["mill_projects"], strict=True))
    entries = quiet(world, "timebank.hours").create(
        [
            {
                "scheme_id": world["mill"].id,
                "partner_id": who[one.giver].id,
                "receiver_id": bool(one.receiver) and who[one.receiver].id,
                "date": day_of_month(now, month.ago, one.day),
                "minutes": one.minutes,
                "description": one.what,
                "category_id": world.ref(f"{ADDON}category_{one.category}").id,
                "project_id": bool(one.project) and projects[one.project].id,
            }
            for one in month.entries
        ]
    )
    entries.action_submit()
    entries.action_approve()
    assert set(entries.mapped("state")) <= {"approved"}, entries.filtered(lambda e: e.state != "approved")
    return len(entries)


def claim_rewards(world, month, who):
    """Claims, handed over on the spot."""
    claims = quiet(world, "timebank.redemption").create(
        [{"reward_id": world["mill_reward"].id, "partner_id": who[person].id} for person in month.claims]
    )
    claims.action_request()
    claims.action_fulfil()
    assert set(claims.mapped("state")) <= {"fulfilled"}
    return len(claims)


def give_to_pot(world, partner, minutes):
    member_of(world, partner).account_id.action_give(
        world["mill"].pot_account_id, minutes, "For the summer outing"
    )


def let_go(world, partners):
    """Who moves away; what they have left goes to the pot."""
    for partner in partners:
        world.env["timebank.leaving"].create(
            {"member_ids": [Command.set(member_of(world, partner).ids)], "reason": "Moved away"}
        ).action_confirm()


def member_of(world, partner):
    return world["mill"].member_ids.filtered(lambda member: member.partner_id == partner)


@step("coordinator", "publishes what people offer and what they wish for now")
def publish(world):
    people, _months = plan(world)
    who = dict(zip(people, world["mill_partners"], strict=True))
    able = [who[one] for one in people if one.habit in ("swaps", "neighbour", "new") and not one.left]
    skills = {name: world.ref(f"{ADDON}skill_{name}") for name in (*year.OFFERS, *year.WISHES)}
    made = []
    for model, names, some in (
        ("timebank.offer", year.OFFERS, able),
        ("timebank.request", year.WISHES, able[::-1]),
    ):
        records = quiet(world, model).create(
            [
                {
                    "scheme_id": world["mill"].id,
                    "partner_id": partner.id,
                    "kind": skills[name].kind,
                    "skill_id": skills[name].id,
                }
                for name, partner in zip(names, some, strict=False)
            ]
        )
        records.action_publish()
        made.append(records)
    offers, wishes = made
    unmet = (wishes.skill_id - offers.skill_id).mapped("name")
    return f"{len(offers)} offers, {len(wishes)} wishes; nobody offers {', '.join(unmet)}"


@step("finance", "reads who took part in the last twelve months")
def read_people(world):
    figures = measure(world)
    assert figures["head_count"] > 30
    assert figures["sustained_people"] >= 5, "beneficiaries run the lunch with the staff"
    assert figures["only_receiving"] and figures["giving_and_receiving"] > figures["only_giving"]
    return (
        f"{figures['head_count']} people, {figures['attendances']} attendances;"
        f" {figures['sustained_people']} beneficiaries sustained for {hours(figures['sustained_minutes'])};"
        f" {figures['giving_and_receiving']} gave and received, {figures['only_giving']} only gave,"
        f" {figures['only_receiving']} only received"
    )


@step("finance", "reads who gave to whom")
def read_network(world):
    figures = measure(world)
    return (
        f"{figures['partners_per_person']:.1f} partners a person, density {share(figures['density'])},"
        f" {share(figures['arc_reciprocity'])} of the links go both ways,"
        f" {figures['largest_strong_part']} people in the largest circle"
    )


@step("finance", "reads who planned and who delivered")
def read_forms(world):
    sides = {"professionals": "professionals", "jointly": "both", "community": "the community"}
    forms = [form for form in measure(world)["forms"] if form["minutes"]]
    assert len(forms) > 3
    return "; ".join(
        f"planned by {sides[form['planned_by']]}, delivered by {sides[form['delivered_by']]}:"
        f" {hours(form['minutes'])}"
        for form in forms
    )


@step("finance", "reads what the ledger says")
def read_credits(world):
    figures = measure(world)
    flows = ("issued", "exchanged", "returned", "given", "outstanding")
    told = ", ".join(f"{flow} {hours(figures[f'{flow}_minutes'])}" for flow in flows)
    held = share(figures["top_tenth_share"])
    return f"{told}; {figures['cover_months']:.0f} months of cover; held by a tenth of them: {held}"


@step("coordinator", "opens Evidence, and finds an answer to each question")
def read_page(world):
    page = world.env["timebank.evidence"].get_page({"scheme_ids": world["mill"].ids})
    assert page["sections"] and not page["empty"]
    return " ".join(section["answer"] for section in page["sections"])


@step("coordinator", "finds the time audits of a year, which the night's job has made")
def read_audits(world):
    # sudo: the scheduler runs the job, not a person
    world.env["timebank.time.audit"].sudo()._cron_audit()
    audits = world.env["timebank.time.audit"].search([("scheme_id", "=", world["mill"].id)])
    over = audits.filtered(lambda audit: audit.state != "running")
    latest = max(over, key=lambda audit: audit.audited_month)
    assert len(over) == 12 and latest.state == "open" and latest.warning_ids
    return f"{len(over)} months. {latest.display_name}: " + " ".join(latest.warning_ids.mapped("sentence"))


def measure(world):
    return world["mill"].get_measures(day_of(world, 11), today(world))


def hours(minutes):
    """For a table; what is about fewer than five people is hidden."""
    return "hidden" if minutes is None else f"{round(minutes / 60)} h"


def share(part):
    return "hidden" if part is None else f"{part:.0%}"
