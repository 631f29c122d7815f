"""A report to a funder of a grant with 500 people and 20,000 hours: page, workbook and paper together.

The grant has all that such a report tells of (``report_grant.py``), and that the report tells it is checked.
"""

from . import harness
from .report_grant import Grant

#: How many people, hours, and entries in which they are given.
PEOPLE, HOURS, ENTRIES = 500, 20_000, 16_000
ROUNDS = 3
#: In how many seconds all of it is there: its page, its workbook and its paper.
BAR = 10
#: Sections that no report about a grant has: of who joins, which is a bank's.
NOT_OF_GRANTS = {"first_steps"}


def measure(report, scale=1.0):
    """What it takes to make a report, each time from nothing.

    :param float scale: of the numbers of people, hours and entries, for trying
    """
    numbers = [round(number * scale) for number in (PEOPLE, HOURS, ENTRIES)]
    with harness.environment() as env:
        draft = Grant(env, *numbers).draft()
        _check(draft)
        [(minutes, people)] = env["timebank.hours"]._read_group(
            [("grant_id", "=", draft.grant_id.id)], [], ["minutes:sum", "partner_id:count_distinct"]
        )
        parts = {
            "Its page": draft._make_page,
            "Its workbook": draft._make_workbook,
            "Its paper (PDF)": draft._make_pdf,
        }

        def make_all():
            for make in parts.values():
                make()

        report.subject(f"A report on {people:,} people and {round(minutes / 60):,} hours, with every section")
        makes = {
            "Page, workbook and paper together": make_all,
            "What it says": draft._make_content,
            **parts,
        }
        medians = harness.take_turns(
            ROUNDS, {name: lambda make=make: _from_nothing(env, make) for name, make in makes.items()}
        )
    for name, seconds in medians.items():
        report.figure(name, seconds, "s", at_most=BAR if "together" in name else None)


def _check(draft):
    """:raises AssertionError: for a report without something that is measured"""
    # once Odoo is set up
    from odoo.addons.timebank_coproduction.models.evidence.timebank_funder_report_section import KEYS

    sections = {section["key"]: section for section in draft._make_content()["sections"]}
    missing = {key for key, _name in KEYS} - NOT_OF_GRANTS - set(sections)
    assert not missing, f"the report has nothing on {', '.join(sorted(missing))}"
    attendances = next(one for one in sections["involvement"]["figures"] if one["key"] == "attendances")
    assert attendances["value"] not in (None, "0"), "the report has no attendances"
    assert len(sections["self_audit"]["table"]["head"]) == 5, "nothing was agreed before"
    assert len(sections["budget"]["table"]["rows"]) > 2, "the report has no budget headings"


def _from_nothing(env, make):
    """Seconds that one of them takes, with nothing left over from the turn before."""
    env.flush_all()
    env.invalidate_all()
    return harness.seconds(env, make)
