"""Run by `odoo shell` on an upgraded database: stops at what doesn't work in it.

An upgrade leaves mails and jobs as their users may have changed them; what these call has to
be there still.
"""

import re

env = env  # noqa: F821 the shell's
own = env["ir.model.data"].search([("module", "=", "timebank_coproduction")]).grouped("model")

for template in env["mail.template"].browse(own["mail.template"].mapped("res_id")):
    some = env[template.model].search([], limit=1)
    if some:
        template._generate_template(some.ids, ("subject", "body_html", "email_from", "partner_to"))

for job in env["ir.cron"].browse(own["ir.cron"].mapped("res_id")):
    for method in re.findall(r"model\.(\w+)\(", job.code):
        assert hasattr(env[job.model_id.model], method), f"{job.name}: {method} is gone"

signed = env["timebank.reconciliation"].search([("state", "!=", "draft")])
assert all(signed.mapped("is_intact")), "a signed reconciliation isn't what it was"
with env.cr.savepoint() as undone:
    signed._erase_texts()
    signed.line_ids._erase_texts()
    assert signed and all(signed.mapped("is_intact")), "a text of a signed reconciliation can't be erased"
    undone.rollback()
    env.invalidate_all()

found = env["timebank.scheme"].search([]).check_ledger()
assert not found, "; ".join(problem["message"] for problem in found)
