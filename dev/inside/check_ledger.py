"""Run by `odoo shell`: stops with what the ledger check finds in all banks."""

found = env["timebank.scheme"].search([]).check_ledger()  # noqa: F821
assert not found, "; ".join(problem["message"] for problem in found)
