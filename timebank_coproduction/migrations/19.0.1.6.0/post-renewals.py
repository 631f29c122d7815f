from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Whom no mail reaches about what runs out is rung: such to-dos are among the calls to make."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    renewal = env.ref("timebank_coproduction.mail_activity_renew", raise_if_not_found=False)
    if renewal:
        todos = env["mail.activity"].search([("activity_type_id", "=", renewal.id)])
        todos.activity_type_id = env.ref("mail.mail_activity_data_call")
        renewal.unlink()
