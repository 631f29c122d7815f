from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import codes, pins
from ..common.verb import verb
from ..common.words import say_spoken

#: How many wrong PINs in a row, wherever they were tried, lock a card everywhere; and how many more each time
#: that the lock is over. For how many hours the first time, and at most: each time twice as long. (On one
#: tablet fewer lock it, there alone: ``timebank_pin_lock.py``.) So whoever has a card, and guesses from
#: everywhere, has tried some 45 of 10,000 PINs after three days, and 5 more a day from then on.
MOST_ANYWHERE, MOST_MORE, FIRST_HOURS, MOST_HOURS = 20, 5, 1, 24

UNLOCKED = {"pin_wrong": 0, "pin_locked_until": False}
LOCKED = "timebank_coproduction.mail_activity_pin"


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
        "PIN is locked everywhere until",
        readonly=True,
        copy=False,
        groups="timebank_coproduction.group_timebank_coordinator",
    )
    pin_lock_ids = fields.One2many("timebank.pin.lock", "member_id", groups=fields.NO_ACCESS)
    pin_lock_ends = fields.Datetime(
        "PIN is locked until",
        compute="_compute_has_pin",
        compute_sudo=True,
        groups="timebank_coproduction.group_timebank_coordinator",
    )
    has_pin = fields.Boolean("Has a PIN", compute="_compute_has_pin", compute_sudo=True)
    is_pin_locked = fields.Boolean("PIN is locked", compute="_compute_has_pin", compute_sudo=True)
    uses_cards = fields.Boolean(related="scheme_id.card_sign_in")

    @api.depends("pin", "pin_locked_until", "pin_lock_ids.until")
    def _compute_has_pin(self):
        now = fields.Datetime.now()
        for member in self:
            ends = [end for end in (member.pin_locked_until, *member.pin_lock_ids.mapped("until")) if end]
            member.has_pin = bool(member.pin)
            member.pin_lock_ends = max(ends, default=False)
            member.is_pin_locked = bool(ends and member.pin_lock_ends > now)

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
        self.sudo()._unlock_pin()
        self._note_pin(self.env._("The PIN for the tablet can be tried again."))
        return True

    @verb()
    def action_end_pin(self):
        """Let members use the tablet no longer, such as when the card and the PIN got into other hands."""
        self.check_access("write")
        # sudo: whoever may change the membership ends it
        self.sudo()._in_verb().write({"pin": False})
        self.sudo()._unlock_pin()
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
        member._in_verb().write({"pin": digest})
        member._unlock_pin()
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

    def _is_pin(self, pin, place="", where=""):
        """Whether that is the member's PIN, of which so many are tried in a row; none's is nothing's.

        A card that is locked there takes none, not even the right one, until the time is over or a
        coordinator unlocks it. Whoever tries somewhere else keeps nobody from their pages in the hall,
        unless they try at very many places.

        Of two at the same moment both count: the second writes what the first has, and tries again.

        :param str place: which tablet it is, in words that nobody else has
        :param str where: the same, in words for the coordinator
        """
        context = self.env["res.users"]._crypt_context()
        # sudo: only whether it is the same is told
        member = self.sudo()
        lock = member and member._get_pin_lock(place)
        if not member.pin or not pins.is_pin(pin) or member._is_locked_everywhere() or lock._is_locked():
            context.hash("0")  # takes as long as to compare one
            return False
        member._in_verb().write({"pin_wrong": member.pin_wrong + 1})
        member.flush_recordset(["pin_wrong"])  # before anything else is made of it
        if context.verify(pin, member.pin):
            member._unlock_pin(lock)
            return True
        locked = lock._count_wrong(member, place)
        beyond = member.pin_wrong - MOST_ANYWHERE
        if beyond >= 0 and not beyond % MOST_MORE:
            locked = min(FIRST_HOURS * 2 ** (beyond // MOST_MORE), MOST_HOURS) * 60
            member._in_verb().pin_locked_until = fields.Datetime.now() + timedelta(minutes=locked)
            where = self.env._("every tablet")
        if locked:
            member._say_locked(where or self.env._("a tablet"), locked)
        return False

    def _get_pin_lock(self, place):
        """What was wrong at that place in a row; none where nothing was."""
        digest = codes.digest(place)
        return self.pin_lock_ids.filtered(lambda lock: codes.is_same(lock.place, digest))[:1]

    def _is_locked_everywhere(self):
        return bool(self.pin_locked_until and self.pin_locked_until > fields.Datetime.now())

    def _unlock_pin(self, locks=None):
        """Nothing was wrong, everywhere, or as far as these locks go; the to-do is done once none is left."""
        (self.pin_lock_ids if locks is None else locks).unlink()
        self._in_verb().write(UNLOCKED)
        unlocked = self.filtered(lambda member: not member.is_pin_locked)
        unlocked.activity_ids.filtered(lambda todo: todo.activity_type_id == self.env.ref(LOCKED)).unlink()

    def _say_locked(self, where, minutes):
        """Note that the card is locked, and leave the coordinator a to-do, unless there is one."""
        hours = say_spoken(self.env, minutes)
        words = self.env._(
            "The PIN was wrong too often: the card is locked for %(how_long)s on %(where)s.",
            how_long=hours,
            where=where,
        )
        self._message_log(body=words)
        if self.activity_ids.filtered(lambda todo: todo.activity_type_id == self.env.ref(LOCKED)):
            return
        advice = self.env._(
            "If they mistyped it, “Unlock” lets them try again at once, and “New PIN” helps who forgot it."
            " If it wasn't they, give them a new card: somebody knows its code."
        )
        self.activity_schedule(
            LOCKED,
            summary=self.env._("Wrong PINs with the card of %s", self.name),
            note=Markup("<p>%s</p><p>%s</p>") % (words, advice),
            user_id=self._get_broker().id,
        )

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
