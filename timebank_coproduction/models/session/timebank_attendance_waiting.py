import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import codes


class TimebankAttendance(models.Model):
    """The waiting list: a freed place is kept for the first of it, until their claim link runs out."""

    _inherit = "timebank.attendance"

    def action_withdraw(self):
        """Take people off the list, as a button of the register."""
        self.check_access("write")
        labels = dict(self._fields["state"]._description_selection(self.env))
        refusals = {
            one.id: self.env._(
                "“%(line)s”: %(state)s.", line=one.display_name, state=labels[one.state].lower()
            )
            for one in self
            if one.state not in ("signed_up", "waiting")
        }
        self._raise_or_list(refusals)._withdraw()
        return self._tell(refusals, self.env._("withdrawn"))

    def action_claim(self):
        """Take the place that is kept for this person.

        :raises UserError: when none is, or not any more
        """
        self.ensure_one()
        self.check_access("write")
        if self.state == "signed_up":
            return True
        if self.state != "waiting" or not self.offered_until or self.offered_until <= fields.Datetime.now():
            raise UserError(
                self.env._("That place is not kept any more. You can join the waiting list again.")
            )
        line = self.sudo()  # sudo: nobody may read a claim link, whoever uses it up
        line.session_id._put_on_list(
            line, line.partner_id, {"state": "signed_up", "offered_until": False, "claim_code": False}
        )
        return True

    @api.model
    def _find_claim(self, code):
        """The line that a claim link stands for, as far as it still holds."""
        if not codes.may_be_link(code, 20):
            return self.browse()
        return self.search([("claim_code", "=", code)], limit=1)

    def _withdraw(self):
        # sudo: nobody may read a claim link, whoever makes it useless
        self.sudo()._through_door().write({"state": "withdrawn", "offered_until": False, "claim_code": False})
        self.session_id._offer_free_places()


class TimebankSession(models.Model):
    _inherit = "timebank.session"

    def _offer_free_places(self):
        """Keep free places for the first who wait, and tell them."""
        now = fields.Datetime.now()
        for session in self.sudo():  # sudo: a member who withdraws moves up another
            free = session.capacity - session.taken_count if session.capacity else session.waiting_count
            if session.state != "open" or session.start <= now or free <= 0:
                continue
            waiting = session.env["timebank.attendance"].search(
                [("session_id", "=", session.id), ("state", "=", "waiting"), ("offered_until", "=", False)],
                order="waiting_since, id",
                limit=free,
            )
            until = min(now + timedelta(hours=session.scheme_id.claim_hours), session.start)
            for one in waiting:
                one._through_door().write({"offered_until": until, "claim_code": secrets.token_urlsafe(24)})
            waiting._notify("place_freed")

    def _pass_on_lapsed_offers(self):
        """Places that were not claimed in time go to the next."""
        lapsed = self.env["timebank.attendance"].search(
            [
                ("session_id", "in", self.ids),
                ("state", "=", "waiting"),
                ("offered_until", "<=", fields.Datetime.now()),
            ]
        )
        lapsed._withdraw()

    @api.model
    def _cron_move_waiting_lists(self):
        lapsed = self.env["timebank.attendance"].search(
            [("state", "=", "waiting"), ("offered_until", "<=", fields.Datetime.now())]
        )
        lapsed._withdraw()
