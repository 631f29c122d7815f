from datetime import timedelta

from odoo import api, fields, models

from ...tools import codes
from ..common.personal import SECRET, THROUGH

#: How many wrong PINs in a row lock a card on a tablet; for how many minutes the first time, how many
#: times as long the next, and at most. While a tablet's link works, that is some 15 from one place.
MOST_WRONG, FIRST_MINUTES, TIMES, MOST_MINUTES = 5, 15, 4, 24 * 60


class TimebankPinLock(models.Model):
    """How many wrong PINs were tried with a member's card on one tablet, from one network address.

    Locking the card there alone keeps somebody who guesses elsewhere from shutting its owner out. Wherever
    they were tried, they are counted together as well: ``timebank_member_tablet.py``.
    """

    _name = "timebank.pin.lock"
    _description = "Wrong PINs on a Tablet"
    _inherit = ["timebank.protected"]
    _rec_name = "member_id"
    _allow_sudo_commands = False
    _personal_fields = {"member_id": THROUGH, "place": SECRET}
    _goes_with_person = True

    member_id = fields.Many2one(
        "timebank.member", required=True, readonly=True, index=True, ondelete="cascade"
    )
    place = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS, help="A digest of it.")
    wrong = fields.Integer("Wrong PINs in a row", required=True, readonly=True)
    until = fields.Datetime("Locked until", readonly=True)

    def _is_locked(self):
        return bool(self.until and self.until > fields.Datetime.now())

    def _count_wrong(self, member, place):
        """Count one more; none yet begins with one.

        :return: for how many minutes that locks the card there, or nought
        """
        lock = self or self._in_verb().create(
            {"member_id": member.id, "place": codes.digest(place), "wrong": 0}
        )
        wrong = lock.wrong + 1
        minutes = 0
        if not wrong % MOST_WRONG:
            minutes = min(FIRST_MINUTES * TIMES ** (wrong // MOST_WRONG - 1), MOST_MINUTES)
        ends = fields.Datetime.now() + timedelta(minutes=minutes) if minutes else lock.until
        lock._in_verb().write({"wrong": wrong, "until": ends})
        return minutes

    @api.autovacuum
    def _gc_locks(self):
        """Links of tablets end with their sessions: what was tried there days ago is over."""
        long_ago = fields.Datetime.now() - timedelta(days=2)
        # sudo: a job of the database's own, over rows that nobody may remove
        self.sudo().search([("write_date", "<", long_ago)]).unlink()
