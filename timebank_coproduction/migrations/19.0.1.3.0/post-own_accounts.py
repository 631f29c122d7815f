from odoo import SUPERUSER_ID, api

from odoo.addons.timebank_coproduction.tools.ledger_ddl import FLOW_KINDS


def migrate(cr, version):
    """A bank's own accounts are called by its name, as those of new banks are."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    accounts = env["timebank.account"].search([("kind", "in", FLOW_KINDS)])
    accounts._compute_name()
