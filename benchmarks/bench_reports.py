"""A report to a funder of a grant with 500 people and 20,000 hours, paper and workbook included."""

from datetime import date, timedelta

from odoo.fields import Command

from . import harness

#: Entries of half an hour to two hours, over a year.
ENTRIES, PEOPLE, HOURS, DAYS = 16_000, 500, 20_000, 350
ROUNDS = 3
#: In how many seconds all of it is there: what it says, its paper and its workbook.
BAR = 10
TODAY = date.today()


def measure(report, entries=ENTRIES):
    """What it takes to make a report, each time from nothing."""
    with harness.environment() as env:
        draft = _draft(env, entries)
        hours = env["timebank.hours"]._read_group(
            [("grant_id", "=", draft.grant_id.id)], [], ["minutes:sum", "partner_id:count_distinct"]
        )
        [(minutes, people)] = hours
        report.subject(f"A report on {people:,} people and {round(minutes / 60):,} hours")
        makes = {
            "What it says": draft._make_content,
            "Its page": draft._lay_out,
            "Its workbook": draft._make_workbook,
            "Its paper (PDF)": draft._make_pdf,
        }
        medians = harness.take_turns(
            ROUNDS, {name: lambda make=make: _from_nothing(env, make) for name, make in makes.items()}
        )
    for name, seconds in medians.items():
        report.figure(name, seconds, "s", at_most=BAR if "paper" in name else None)


def _from_nothing(env, make):
    """Seconds that one of them takes, with nothing left over from the turn before."""
    env.flush_all()
    env.invalidate_all()
    return harness.seconds(env, make)


def _draft(env, entries):
    """A draft about a grant for which people gave each other time for a year; all of it is rolled back."""
    scheme = env["timebank.scheme"].create(
        {"name": "Report bank", "code": "REPORT", "credit_limit_minutes": 1_000_000}
    )
    grant = env["timebank.grant"].create(
        {
            "name": "A year together",
            "funder_id": env["res.partner"].create({"name": "A funder"}).id,
            "amount": 100_000,
            "date_start": TODAY - timedelta(days=DAYS),
            "date_end": TODAY + timedelta(days=15),
            "scheme_ids": [Command.set(scheme.ids)],
            "every_expense_counts": True,
        }
    )
    grant.action_open()
    people = env["res.partner"].create([{"name": f"Person {number}"} for number in range(PEOPLE)])
    members = env["timebank.member"].create(
        [
            {
                "partner_id": person.id,
                "scheme_id": scheme.id,
                "role": ("beneficiary", "volunteer", "professional")[number % 3],
                "joined_on": TODAY - timedelta(days=DAYS + 30),
            }
            for number, person in enumerate(people)
        ]
    )
    members.action_activate()
    made = env["timebank.hours"].create(
        [
            {
                "scheme_id": scheme.id,
                "partner_id": people[number % PEOPLE].id,
                "receiver_id": people[(number * 7 + number // PEOPLE + 1) % PEOPLE].id,
                "date": TODAY - timedelta(days=number // 8 % DAYS),
                "minutes": HOURS * 60 // ENTRIES,
                "description": "Together",
                "grant_id": grant.id,
            }
            for number in range(entries)
            if number % PEOPLE != (number * 7 + number // PEOPLE + 1) % PEOPLE
        ]
    )
    made.action_submit()
    made.filtered(lambda entry: entry.state == "submitted").action_approve()
    return env["timebank.funder.report"].create({"grant_id": grant.id, "date_to": TODAY})
