from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Each bank says for how long it keeps what people answer. Somebody looks, and switches it on."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    schemes = env["timebank.scheme"].with_context(active_test=False).search([])
    env["timebank.retention"]._make_usual(schemes, is_on=False)
