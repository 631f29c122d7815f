import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import codes
from .timebank_session_door import EARLY, GRACE

#: How many people a search at the door shows at most.
MOST_SHOWN = 8

#: Whom the door knows by name: those who are expected, or there.
ON_THE_DOOR = ("signed_up", "attended")

#: Characters of a card's code, as it is kept.
CARD_LENGTH = len(codes.new(codes.VOUCHER_LENGTH))


class TimebankSession(models.Model):
    """The tablet at the door: a link for one session that ends with it.

    The page can find those on the list by the name they allow, know a member by their
    card, and sign in and out. It reveals nothing else and can do nothing else.
    """

    _inherit = "timebank.session"

    kiosk_token = fields.Char(
        readonly=True, copy=False, groups="timebank_coproduction.group_timebank_coordinator"
    )

    _kiosk_unique = models.UniqueIndex("(kiosk_token) WHERE kiosk_token IS NOT NULL", "That link is taken.")

    def action_open_kiosk(self):
        """Open the page for the tablet at the door; its link ends with the session.

        :return: an action that opens the page in a tab of its own
        :raises UserError: for a session that is not open, or over
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "open" or fields.Datetime.now() > self.stop + GRACE:
            raise UserError(self.env._("%s is not open: there is nobody to sign in.", self._say()))
        if not self.kiosk_token:
            self._through_door().write({"kiosk_token": secrets.token_urlsafe(32)})
        return {"type": "ir.actions.act_url", "url": f"/timebank/kiosk/{self.kiosk_token}", "target": "new"}

    def action_end_kiosk(self):
        """Make the link useless at once, such as for a tablet that got lost."""
        self.check_access("write")
        self._through_door().write({"kiosk_token": False})
        return True

    @api.model
    @api.private
    def _find_kiosk(self, token):
        """The open session that a link stands for, or an empty recordset."""
        if not codes.may_be_link(token, 40):
            return self.browse()
        now = fields.Datetime.now()
        return self.search(
            [("kiosk_token", "=", token), ("state", "=", "open"), ("stop", ">=", now - GRACE)], limit=1
        )

    @api.private
    def _kiosk_find(self, text):
        """People on the list whose shown name fits, or the member whose card was held up.

        :param str text: a few letters of a name, or what a card's QR code says
        :return: list of dicts ``key``, ``name``, ``inside``; a card gives one at most
        """
        self.ensure_one()
        text = " ".join(str(text or "").split())[:64]
        card = codes.normalise(text)
        if len(card) == CARD_LENGTH:
            member = self._kiosk_member(card)
            line = self._get_line(member.partner_id) if member else self.env["timebank.attendance"]
            return [self._kiosk_row(member, line, card)] if member else []
        if len(text) < 2:
            return []
        lines = self.attendance_ids.filtered(lambda one: one.state in ON_THE_DOOR)
        members = lines._get_members()
        rows = []
        for one in lines:
            member = members.get((one.scheme_id.id, one.partner_id.id))
            if member and any(word.startswith(text.lower()) for word in self._kiosk_words(member)):
                rows.append(self._kiosk_row(member, one, one.id))
        return sorted(rows, key=lambda row: row["name"])[:MOST_SHOWN]

    @api.private
    def _kiosk_move(self, key, way):
        """Sign in or out who was found.

        :param key: as :meth:`_kiosk_find` returned it
        :param str way: ``in`` or ``out``
        :return: a dict ``name`` and ``inside``
        :raises UserError: in words for the person at the door
        """
        self.ensure_one()
        if isinstance(key, int):
            line = self.attendance_ids.filtered(lambda one: one.id == key and one.state in ON_THE_DOOR)
            partner = line.partner_id
            member = line._get_members().get((self.scheme_id.id, partner.id)) if line else None
            if not member or not member.shown_name:
                raise UserError(self.env._("We could not find you. Please ask at the desk."))
        else:
            member = self._kiosk_member(codes.normalise(key))
            partner = member.partner_id
            if not member:
                raise UserError(self.env._("We don't know that card. Please ask at the desk."))
        line = self.check_in(partner) if way == "in" else self.check_out(partner)
        return {"name": member._first_name(), "inside": line.state == "attended" and not line.check_out}

    def _kiosk_member(self, card):
        if not card:
            return self.env["timebank.member"]
        return self.env["timebank.member"].search(
            [("card_code", "=", card), ("scheme_id", "=", self.scheme_id.id), ("state", "=", "active")],
            limit=1,
        )

    def _kiosk_words(self, member):
        name = member.shown_name.lower()
        return (name, *name.split()) if name else ()

    def _kiosk_row(self, member, line, key):
        inside = line.state == "attended" and bool(line.check_in) and not line.check_out
        return {"key": key, "name": member.shown_name or member._first_name(), "inside": inside}

    def _kiosk_opens(self):
        """From when people can sign in, as the clock at the place shows it."""
        return f"{self._local(self.start - EARLY):%H:%M}"


class TimebankMember(models.Model):
    _inherit = "timebank.member"

    def _first_name(self):
        """How the door greets a member who held up their own card."""
        self.ensure_one()
        return (self.name or "").split(" ")[0]
