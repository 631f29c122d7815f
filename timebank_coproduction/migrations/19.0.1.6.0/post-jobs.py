from odoo import SUPERUSER_ID, api

RENAMED = {"model._fold()": "model._cron_fold()", "model._refresh()": "model._cron_refresh()"}


def migrate(cr, version):
    """How each job goes is kept from now on."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    own = env["ir.model.data"].search([("module", "=", "timebank_coproduction"), ("model", "=", "ir.cron")])
    crons = env["ir.cron"].browse(own.mapped("res_id")).exists()
    for cron in crons.filtered(lambda cron: (cron.code or "").strip() in RENAMED):
        cron.code = RENAMED[cron.code.strip()]
    env["timebank.job"]._follow(crons - env["timebank.job"].search([]).cron_id)
