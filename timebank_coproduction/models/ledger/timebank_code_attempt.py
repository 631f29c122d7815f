from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..common.personal import LOGIN

#: So many wrong codes from one place within so many minutes, and it is answered slowly.
MOST_WRONG = 10

WITHIN_MINUTES = 15

#: By how many seconds each further wrong code slows the answer, and how slow it gets.
STEP_SECONDS = 0.25

MOST_SECONDS = 3

#: How many wrong codes are looked at, at most, to say how slow.
MOST_COUNTED = 100

KEPT_DAYS = 90


class TimebankCodeAttempt(models.Model):
    """Every code that was tried: guessing is limited, and seen."""

    _name = "timebank.code.attempt"
    _description = "Code Tried"
    _inherit = ["timebank.protected"]
    _order = "id desc"
    _rec_name = "source"
    _allow_sudo_commands = False
    _personal_fields = {
        "source": LOGIN,
    }
    _goes_with_person = True

    what = fields.Selection(
        [("claim", "Claim"), ("voucher", "Voucher"), ("link", "Link"), ("any", "Any code")],
        required=True,
        readonly=True,
    )
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
        """Note a try. Whose claim or voucher it was is not kept.

        :param str what: what was asked for, ``any`` where a claim, a voucher or a card would do
        """
        # sudo: the pages that take codes are open to everybody; nobody may write here by hand.
        self.sudo()._in_verb().create(
            {"what": what, "source": source, "outcome": outcome, "scheme_id": scheme.id if scheme else False}
        )

    @api.private
    def _is_blocked(self, source):
        """Whether ``source``, a login, has tried too many wrong codes lately."""
        return self._count_wrong(source) >= MOST_WRONG

    @api.private
    def _get_delay(self, source):
        """How many seconds the next wrong code from ``source``, an address, is answered late."""
        beyond = self._count_wrong(source) - MOST_WRONG + 1
        return min(max(beyond, 0) * STEP_SECONDS, MOST_SECONDS)

    @api.private
    def _may_wait(self, source):
        """Whether nobody else from ``source`` waits at this moment."""
        key = f"timebank.code.attempt {source}"
        [(free,)] = self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(hashtext(%s))", key))
        return free

    def _count_wrong(self, source):
        since = fields.Datetime.now() - timedelta(minutes=WITHIN_MINUTES)
        # sudo: counts the attempts of one address, and tells no more than how many
        return self.sudo().search_count(
            [("source", "=", source), ("outcome", "!=", "accepted"), ("create_date", ">", since)],
            limit=MOST_COUNTED,
        )

    @api.autovacuum
    def _gc_attempts(self):
        """Forget addresses after three months."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        # sudo: a job of the database's own, over rows that nobody may remove
        self.sudo().search([("create_date", "<", limit)]).unlink()
