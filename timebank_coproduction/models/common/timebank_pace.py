import hashlib
import hmac
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .personal import OURS


class TimebankPace(models.Model):
    """How often somebody has done what anybody may do, such as asking to join.

    Who or what is counted is kept as a digest alone: nobody can read from a row whose it is.
    """

    _name = "timebank.pace"
    _description = "How Often Something Was Done"
    _inherit = ["timebank.protected"]
    _rec_name = "key"
    _allow_sudo_commands = False
    _personal_fields = {"key": OURS}

    key = fields.Char(required=True, readonly=True)
    number = fields.Integer(required=True, readonly=True)
    ends_at = fields.Datetime("Counted until", required=True, readonly=True)

    _key_unique = models.UniqueIndex("(key)", "That is counted already.")

    @api.model
    def _count(self, what, who, minutes):
        """Count that ``who`` does ``what`` once more.

        Two at the same moment are counted as two: the row is written by both, or one of them tries again.

        :param str who: such as a mail address, or the network address that a request comes from
        :param int minutes: for how long it is counted, from the first time
        :return: how many times it was, this time among them
        """
        now = fields.Datetime.now()
        [(number,)] = self.env.execute_query(
            SQL(
                """INSERT INTO timebank_pace AS pace (key, number, ends_at) VALUES (%s, 1, %s)
                       ON CONFLICT (key) DO UPDATE
                      SET number = CASE WHEN pace.ends_at <= %s THEN 1 ELSE pace.number + 1 END,
                          ends_at = CASE WHEN pace.ends_at <= %s THEN EXCLUDED.ends_at ELSE pace.ends_at END
                RETURNING number""",
                self._make_key(what, who),
                now + timedelta(minutes=minutes),
                now,
                now,
            )
        )
        self.invalidate_model()
        return number

    def _make_key(self, what, who):
        # sudo: the secret makes the digest, and goes nowhere
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        text = f"{what} {(who or '').strip().casefold()}"
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    @api.autovacuum
    def _gc_pace(self):
        # sudo: a job of the database's own, over rows that nobody may remove
        self.sudo().search([("ends_at", "<", fields.Datetime.now())]).unlink()
