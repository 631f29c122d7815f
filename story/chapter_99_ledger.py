"""The books, last of all."""

from story import step


@step("manager", "checks every bank's ledger", always=True)
def check_ledger(world):
    banks = world.env["timebank.scheme"].search([])
    problems = banks.check_ledger()
    assert not problems, "; ".join(problem["message"] for problem in problems)
    return f"No problem in {len(banks)} banks"
