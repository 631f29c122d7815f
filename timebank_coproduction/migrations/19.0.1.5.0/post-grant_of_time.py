from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from odoo.addons.timebank_coproduction.models.grant.timebank_grant_time import settle


def migrate(cr, version):
    """Time counted for no grant: what there is counts for the one that it falls to."""
    grants = api.Environment(cr, SUPERUSER_ID, {})["timebank.grant"].search([("state", "!=", "draft")])
    settle(cr, grants.ids, SQL("t.grant_id IS NULL"))
