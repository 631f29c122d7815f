from datetime import timedelta

from odoo import api, fields, models

#: So many wrong codes from one place within so many minutes, and it has to wait.
MOST_WRONG = 10

WITHIN_MINUTES = 15

KEPT_DAYS = 90


class TimebankCodeAttempt(models.Model):
    """Every code that was tried: guessing is limited, and seen."""

    _name = "timebank.code.attempt"
    _description = "Code Tried"
    _inherit = ["timebank.protected"]
    _order = "id desc"
    _rec_name = "source"
    _allow_sudo_commands = False

    what = fields.Selection([("claim", "Claim"), ("voucher", "Voucher")], required=True, readonly=True)
    source = fields.Char("From", required=True, readonly=True, help="The address or the login that tried.")
    outcome = fields.Selection(
        [
            ("accepted", "Accepted"),
            ("unknown", "No such code"),
            ("used", "Used already"),
            ("expired", "Too late"),
            ("ended", "Cancelled or refused"),
            ("elsewhere", "Another time bank's"),
            ("blocked", "Too many wrong codes"),
        ],
        required=True,
        readonly=True,
    )
    scheme_id = fields.Many2one("timebank.scheme", string="Time bank", readonly=True, ondelete="cascade")

    _recent = models.Index("(source, create_date) WHERE outcome != 'accepted'")

    @api.private
    def _note_attempt(self, what, source, outcome, scheme=None):
        """Note a try. Whose claim or voucher it was is not kept."""
        # sudo: the pages that take codes are open to everybody; nobody may write here by hand.
        self.sudo()._in_verb().create(
            {"what": what, "source": source, "outcome": outcome, "scheme_id": scheme.id if scheme else False}
        )

    @api.private
    def _is_blocked(self, source):
        """Whether ``source`` has tried too many wrong codes lately."""
        since = fields.Datetime.now() - timedelta(minutes=WITHIN_MINUTES)
        # sudo: counts the attempts of one address, and tells no more than whether they are too many
        wrong = self.sudo().search_count(
            [("source", "=", source), ("outcome", "!=", "accepted"), ("create_date", ">", since)],
            limit=MOST_WRONG,
        )
        return wrong >= MOST_WRONG

    @api.autovacuum
    def _gc_attempts(self):
        """Forget addresses after three months."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        # sudo: a job of the database's own, over rows that nobody may remove
        self.sudo().search([("create_date", "<", limit)]).unlink()
