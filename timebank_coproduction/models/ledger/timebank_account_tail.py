from odoo import fields, models

from ..common.jobs import job
from ..common.personal import OURS


class TimebankAccountTail(models.Model):
    """What moved on the accounts that everybody uses, since they were last folded.

    One row per batch, added by the ledger's trigger: no batch waits for another.
    """

    _name = "timebank.account.tail"
    _description = "Movements Not Yet Folded Into an Account"
    _inherit = ["timebank.protected"]
    _log_access = False
    _allow_sudo_commands = False
    _personal_fields = {
        "account_id": OURS,
    }

    account_id = fields.Many2one("timebank.account", required=True, index=True, ondelete="restrict")
    minutes = fields.Integer(required=True)

    @job
    def _cron_fold(self):
        """Each hour."""
        self._fold()

    def _fold(self):
        """Add the tail to its accounts.

        Balances stay as they are; reading them gets cheaper. Waits for nobody and keeps
        nobody waiting: what is posted meanwhile stays in the tail until the next time.
        """
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM timebank_account_tail")  # a trigger adds it to the accounts
        self.env["timebank.account"].invalidate_model(["balance_minutes"])
        self.invalidate_model()
