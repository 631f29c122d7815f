import time

from odoo import api, models


class IrCron(models.Model):
    """The addon's scheduled actions keep how they went, and run once at a time."""

    _inherit = "ir.cron"

    @api.model_create_multi
    def create(self, vals_list):
        crons = super().create(vals_list)
        # sudo: whoever may add a scheduled action; what is kept of its runs is the database's own
        self.env["timebank.job"].sudo()._follow(crons)
        return crons

    def _callback(self, cron_name, server_action_id):
        # sudo: what is kept of a run is the database's own, whoever it runs as
        kept = self.env["timebank.job"].sudo().search([("cron_id", "=", self.id)])
        if not kept:
            return super()._callback(cron_name, server_action_id)
        kept._begin()
        self.env.cr.commit()  # pylint: disable=invalid-commit  # seen while it runs, and after it was killed
        begun = time.monotonic()
        try:
            super()._callback(cron_name, server_action_id)
        except Exception as error:
            kept._end(time.monotonic() - begun, error)
            raise
        kept._end(time.monotonic() - begun)

    @api.model
    def _commit_progress(self, processed=0, *, remaining=None, deactivate=False):
        """What was saved let go of the job's own lock: without it, nothing more is done."""
        self.env["timebank.job"]._get_running()._note(processed, remaining)
        left = super()._commit_progress(processed, remaining=remaining, deactivate=deactivate)
        name = self.env.context.get("timebank_job")
        if name and not self.env["timebank.job"]._hold(name):
            return 0
        return left
