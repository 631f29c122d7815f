from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Reports that are being written offer the sections that are new."""
    reports = api.Environment(cr, SUPERUSER_ID, {})["timebank.funder.report"]
    reports.search([("state", "=", "draft")])._add_lacking()
