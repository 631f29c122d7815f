import secrets
import time
from datetime import timedelta

from odoo import api, fields, models, tools

from ...tools import codes
from ..common.personal import SECRET, THROUGH

#: After how many minutes without a press a visit is over, and after how many in any case.
IDLE_MINUTES, MOST_MINUTES = 5, 20
#: How many cards and PINs are tried on one tablet, from one network address, within how many minutes.
MOST_TRIED, WITHIN_MINUTES = 40, 15


class TimebankTabletVisit(models.Model):
    """A member's own pages, opened with card and PIN on the tablet of a session, for a short time.

    They are those of this membership alone. The tablet's browser holds a key, of which only a digest
    is kept here, and when it was used last, signed: so a page that is only read needs no writing. A
    visit is over when nobody has pressed anything for a while, at its end, by the button *Done*, and
    as soon as the tablet's link, the bank's setting, the membership or the PIN is another.

    What may be done is what the pages say with ``on_tablet``: to look, to log time and correct it, to
    sign up for sessions and withdraw, and to claim rewards from one's own credits, all of which a
    coordinator can undo. Giving credits away, pots, offers and introductions, papers to take along,
    and all that says who one is need a login or a coordinator: a card can be found, and four digits seen.
    """

    _name = "timebank.tablet.visit"
    _description = "Visit on a Tablet"
    _inherit = ["timebank.protected"]
    _rec_name = "member_id"
    _allow_sudo_commands = False
    _personal_fields = {"member_id": THROUGH, "tablet": SECRET, "token": SECRET}

    member_id = fields.Many2one(
        "timebank.member", required=True, readonly=True, index=True, ondelete="cascade"
    )
    session_id = fields.Many2one("timebank.session", required=True, readonly=True, ondelete="cascade")
    tablet = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    token = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    until = fields.Datetime("Ends at the latest", required=True, readonly=True)
    ended_on = fields.Datetime("Ended on", readonly=True)

    _token_unique = models.UniqueIndex("(token)", "That visit is taken.")

    @api.model
    def _begin(self, session, card, pin, source=""):
        """Open the pages of whom a card and a PIN are.

        A wrong card and a wrong PIN are answered alike, and take as long.

        :param session: whose tablet it is
        :param str source: the network address that asks: whoever has seen the tablet's link, and tries
            elsewhere, keeps nobody in the hall from their pages
        :return: the member and what the browser keeps; none and an empty text when they don't fit
        """
        # sudo: nobody has signed in; the card and the PIN are the permission
        members, visits = self.env["timebank.member"].sudo(), self.sudo()
        place = self._get_place(session, source)
        tried = self.env["timebank.pace"]._count("card on a tablet", place["place"], WITHIN_MINUTES)
        member = members
        if tried <= MOST_TRIED and session.scheme_id.card_sign_in:
            member = members._find_by_card(session.scheme_id, card)
            member = member.filtered(lambda one: one._may_use_tablet())
        if not member._is_pin(pin, **place) or not member._get_tablet_user():
            return members, ""
        token = secrets.token_urlsafe(32)
        visits._in_verb().create(
            {
                "member_id": member.id,
                "session_id": session.id,
                "tablet": codes.digest(session.kiosk_token),
                "token": codes.digest(token),
                "until": fields.Datetime.now() + timedelta(minutes=MOST_MINUTES),
            }
        )
        member._message_log(
            author_id=member.partner_id.id,
            body=self.env._("Opened their own pages with card and PIN, on the tablet of %s.", session._say()),
        )
        return member, visits._sign(token)

    @api.model
    def _get_place(self, session, source):
        """Where PINs are tried, as :meth:`timebank.member._is_pin` is told it."""
        where = self.env._("the tablet of %s", session._say())
        return {"place": f"{session.kiosk_token} {source}", "where": where}

    @api.model
    def _find(self, cookie):
        """The visit whose key that is, also one that is over; or none."""
        return self.search([("token", "=", codes.digest(cookie.partition(".")[0]))])

    @api.model
    def _find_open(self, cookie):
        """The visit that goes on, or none."""
        token, _dot, rest = cookie.partition(".")
        seen = rest.partition(".")[0]
        if not codes.is_same(self._sign(token, seen), cookie):
            return self.browse()
        visit = self._find(cookie)
        idle = time.time() - int(seen)
        return visit if idle <= IDLE_MINUTES * 60 and visit and visit._is_open() else self.browse()

    def _is_open(self):
        """Whether all that it was opened for still holds."""
        member = self.member_id
        return bool(
            not self.ended_on
            and self.until > fields.Datetime.now()
            and self._is_of_tablet()
            and member.scheme_id == self.session_id.scheme_id
            and member._may_use_tablet()
            and member._get_tablet_user()
        )

    def _is_of_tablet(self):
        """Whether the tablet's link is still the one by which it was opened, and takes cards."""
        session = self.session_id
        return bool(
            session.scheme_id.card_sign_in
            and session.kiosk_token
            and codes.is_same(self.tablet, codes.digest(session.kiosk_token))
            and session._find_kiosk(session.kiosk_token)
        )

    @api.model
    def _renew(self, cookie):
        """What the browser keeps of a visit from now on."""
        return self._sign(cookie.partition(".")[0])

    def _sign(self, token, seen=None):
        """A key with the second in which it was used last, and a signature of both."""
        seen = seen or str(int(time.time()))
        signature = tools.hmac(self.env(su=True), "timebank-tablet-visit", (token, seen))
        return f"{token}.{seen}.{signature}"

    def _end(self):
        self.filtered(lambda visit: not visit.ended_on)._in_verb().write({"ended_on": fields.Datetime.now()})

    @api.autovacuum
    def _gc_visits(self):
        # sudo: a job of the database's own, over rows that nobody may remove
        self.sudo().search([("until", "<", fields.Datetime.now() - timedelta(days=1))]).unlink()
