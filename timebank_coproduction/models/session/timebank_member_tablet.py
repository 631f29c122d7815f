from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import codes, pins
from ..common.verb import verb

#: How many wrong PINs in a row lock a card; for how many hours the first time, and at most: each time twice
#: as long. So whoever has a card and guesses has tried some 30 of 10,000 PINs after three days, and 5 more a
#: day from then on.
MOST_WRONG, FIRST_HOURS, MOST_HOURS = 5, 1, 24

UNLOCKED = {"pin_wrong": 0, "pin_locked_until": False}


class TimebankMember(models.Model):
    """With card and PIN on the tablet in the hall: for members without mail."""

    _inherit = "timebank.member"

    pin = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS, help="A digest of it.")
    pin_wrong = fields.Integer(
        "Wrong PINs in a row",
        readonly=True,
        copy=False,
        groups="timebank_coproduction.group_timebank_coordinator",
    )
    pin_locked_until = fields.Datetime(
        "PIN is locked until",
        readonly=True,
        copy=False,
        groups="timebank_coproduction.group_timebank_coordinator",
    )
    has_pin = fields.Boolean("Has a PIN", compute="_compute_has_pin", compute_sudo=True)
    is_pin_locked = fields.Boolean("PIN is locked", compute="_compute_has_pin", compute_sudo=True)
    uses_cards = fields.Boolean(related="scheme_id.card_sign_in")

    @api.depends("pin", "pin_locked_until")
    def _compute_has_pin(self):
        now = fields.Datetime.now()
        for member in self:
            member.has_pin = bool(member.pin)
            member.is_pin_locked = bool(member.pin_locked_until and member.pin_locked_until > now)

    @verb(single=True)
    def action_new_pin(self):
        """Draw a PIN for the tablet, which takes the place of the one before. It is told once.

        :return: an action that says it
        :raises UserError: where the bank's tablet takes none, or the member has another login
        """
        self.check_access("write")
        pin = pins.new()
        self._set_pin(pin)
        if not self.card_code:
            self.action_new_card()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("PIN for the tablet"),
                "message": self.env._(
                    "%(member)s: %(pin)s. Tell them, or write it down: it isn't shown again.",
                    member=self.name,
                    pin=pin,
                ),
                "sticky": True,
                "type": "warning",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @verb()
    def action_unlock_pin(self):
        """Let members try their PIN again."""
        self.check_access("write")
        # sudo: whoever may change the membership lets them try again
        self.sudo()._in_verb().write(UNLOCKED)
        self._note_pin(self.env._("The PIN for the tablet can be tried again."))
        return True

    @verb()
    def action_end_pin(self):
        """Let members use the tablet no longer, such as when the card and the PIN got into other hands."""
        self.check_access("write")
        # sudo: whoever may change the membership ends it
        self.sudo()._in_verb().write({"pin": False, **UNLOCKED})
        self._end_visits()
        self._note_pin(self.env._("There is no PIN for the tablet any more."))
        return True

    def _change_pin(self, pin, again):
        """Take the PIN that a member chose, and typed twice.

        :raises UserError: for one that is none, or too easy
        """
        self.ensure_one()
        # with a PIN of their own choice a deputy could come in after they were taken off
        if not self._is_for_pages() or self._is_with_deputy():
            raise AccessError(self.env._("Only members themselves, and who runs the bank, change that."))
        if not pins.is_pin(pin):
            raise UserError(
                self.env._(
                    "A PIN has %(fewest)s to %(most)s digits, and nothing else.",
                    fewest=pins.FEWEST,
                    most=pins.MOST,
                )
            )
        if pins.is_easy(pin):
            raise UserError(self.env._("That is one of those that are guessed first. Choose another."))
        if pin != again:
            raise UserError(self.env._("The two are not the same."))
        self._set_pin(pin)

    def _set_pin(self, pin):
        self.ensure_one()
        if not self.scheme_id.sudo().card_sign_in:  # sudo: the bank's policy, for its member
            raise UserError(
                self.env._("The tablet of %s takes no PINs: switch it on first.", self.scheme_id.name)
            )
        if not self._may_use_tablet():
            raise UserError(self.env._("%s is no member at present.", self.name))
        self._make_tablet_user()
        # sudo: who may change it was asked; only its digest is kept
        member = self.sudo()
        digest = member.env["res.users"]._crypt_context().hash(pin)
        member._in_verb().write({"pin": digest, **UNLOCKED})
        self._end_visits()
        self._note_pin(self.env._("A new PIN for the tablet."))

    def _note_pin(self, words):
        # sudo: a note of what was done, by whom
        self.sudo()._message_log_batch(
            bodies=dict.fromkeys(self.ids, words), author_id=self.env.user.partner_id.id
        )

    def _end_visits(self):
        # sudo: visits are nobody's to see
        self.env["timebank.tablet.visit"].sudo().search([("member_id", "in", self.ids)])._end()

    # At the tablet
    @api.model
    def _find_by_card(self, scheme, card):
        """The member of a bank whose card that is, whether they take part or not; or none."""
        code = codes.normalise(card)
        domain = [("card_code", "=", code), ("scheme_id", "=", scheme.id)]
        return self.search(domain, limit=1) if code else self.browse()

    def _may_use_tablet(self):
        self.ensure_one()
        # sudo: whether its own bank is open
        return self.state in ("active", "paused") and self.scheme_id.sudo().state == "open"

    def _is_pin(self, pin):
        """Whether that is the member's PIN, of which so many are tried in a row; none's is nothing's.

        A card that is locked takes none, not even the right one, until the time is over or a coordinator
        unlocks it.

        Of two at the same moment both count: the second writes what the first has, and tries again.
        """
        context = self.env["res.users"]._crypt_context()
        # sudo: only whether it is the same is told
        member = self.sudo()
        if not member.pin or member.is_pin_locked or not pins.is_pin(pin):
            context.hash("0")  # takes as long as to compare one
            return False
        member._in_verb().write({"pin_wrong": member.pin_wrong + 1})
        if context.verify(pin, member.pin):
            member._in_verb().write(UNLOCKED)
            return True
        if not member.pin_wrong % MOST_WRONG:
            hours = min(FIRST_HOURS * 2 ** (member.pin_wrong // MOST_WRONG - 1), MOST_HOURS)
            member._in_verb().pin_locked_until = fields.Datetime.now() + timedelta(hours=hours)
            member._message_log(
                body=self.env._("The PIN was wrong too often. It is locked for %s hours.", hours)
                if hours > 1
                else self.env._("The PIN was wrong too often. It is locked for an hour.")
            )
        return False

    # In whose name the pages are
    def _get_tablet_user(self):
        """The login in whose name the pages are, or none.

        Whoever works with Odoo itself, or whose login was taken away, has no pages on the tablet.
        """
        self.ensure_one()
        # sudo: what kinds of logins there are, also archived ones
        users = self.sudo().partner_id.with_context(active_test=False).user_ids
        internal = users.filtered(lambda user: user._is_internal())
        return users.browse() if internal or self.partner_id._has_lost_login() else self._get_seat()

    def _make_tablet_user(self):
        """See that there is a login in whose name the pages are.

        :raises UserError: where the member's login is of another kind
        """
        # sudo: whether there is any, also one that was taken away
        others = self.sudo().partner_id.with_context(active_test=False).user_ids
        if others and not self._get_tablet_user():
            raise UserError(
                self.env._("%s has another login of Odoo: PINs are for members without.", self.name)
            )
        self._make_seat()
